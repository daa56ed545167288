"""Undo what a commit did to to-dos: an event says what is true again, and what happened stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from orgtp.actions.todo import TodoEdits
from orgtp.model.change import YamlData
from orgtp.model.org import Org
from orgtp.model.records.kinds import TODO, find_kind_of_file
from orgtp.model.records.todo import Todo, TodoAction, TodoState

# What an undo sets back.
_FACTS = ("state", "owner", "due")
# What a commit changed in a file: each key with its value before and after; None for a value that was not there.
ChangedFacts = Mapping[str, tuple[YamlData, YamlData]]


def list_todo_paths(files: Mapping[str, str]) -> list[str]:
    """The to-dos that a commit added or changed (`A` or `M`), sorted."""
    return sorted(path for path, how in files.items() if how in {"A", "M"} and find_kind_of_file(path) is TODO)


def explain_todo_conflict(org: Org, path: str, changed: ChangedFacts) -> str:
    """Say why a commit cannot be undone: what it set in a to-do is no longer so; "" if it is."""
    one = _find_todo(org, path)
    if one is None:
        return f"{path} cannot be read."
    now = {"state": str(one.state), "owner": one.owner, "due": str(one.due)}
    for fact in _FACTS:
        if fact in changed and str(changed[fact][1]) != now[fact]:
            return f"{fact} of {one.id} is {now[fact]} now. See: orgtp todo show {one.id}"
    return ""


def undo_todos(
    org: Org, changed: Mapping[str, ChangedFacts], added: Mapping[str, bool], now: datetime, by: str
) -> TodoEdits:
    """Set the state, the owner and the day of each to-do back, by an event. One that the commit added is dropped."""
    edits = TodoEdits(org, now, by)
    for path, facts in sorted(changed.items()):
        one = _find_todo(org, path)
        if one is None:
            continue
        if added[path]:
            edits.append_event(one, TodoAction.DROPPED, note="added by mistake")
            continue
        before = {fact: str(facts[fact][0]) for fact in _FACTS if fact in facts and facts[fact][0] is not None}
        state = TodoState(before["state"]) if "state" in before else one.state
        due = date.fromisoformat(before["due"]) if "due" in before else None
        edits.append_event(one, TodoAction.UNDONE, to=before.get("owner", ""), due=due, state=state)
    return edits


def _find_todo(org: Org, path: str) -> Todo | None:
    return org.todos.get(TODO.find_key(path) or "")
