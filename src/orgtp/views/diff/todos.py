"""Compare to-dos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orgtp.model.org import Org
from orgtp.model.records.todo import Todo
from orgtp.views.diff.records import list_record_pairs, name_seat
from orgtp.views.diff.types import Made


@dataclass(frozen=True, slots=True)
class TodoChanged:
    """A to-do that was added (`before` null), is gone (`after` null), or has another state, owner or date.

    `before` and `after` are states. `seat` is the owner after the change, and `name` what that seat is called.
    """

    todo: str
    seat: str
    name: str
    what: str
    before: str | None
    after: str | None
    owner_before: str | None
    owner_after: str | None
    due_before: str | None
    due_after: str | None
    made: Made | None = None


def todos_changed(before: Org, after: Org) -> Iterator[TodoChanged]:
    """The to-dos that changed, by id, without those that cannot be read."""
    for id_, known, was, now in list_record_pairs(before, after, lambda org: org.todos):
        old, new = _list_facts(was), _list_facts(now)
        if old != new:
            (state, owner, due), (new_state, new_owner, new_due) = old, new
            pairs = (state, new_state, owner, new_owner, due, new_due)
            yield TodoChanged(id_, known.owner, name_seat(after, before, known.owner), known.what, *pairs)


def _list_facts(one: Todo | None) -> tuple[str | None, str | None, str | None]:
    """The state, the owner and the date."""
    return (one.state.value, one.owner, str(one.due) if one.due else None) if one else (None, None, None)
