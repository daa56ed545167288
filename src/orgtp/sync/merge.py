"""Three-way merges in memory: records by their id, YAML by its keys, any other text by its lines."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from orgtp.actions.escalate import escalation_data
from orgtp.files.escalation import read_escalation
from orgtp.files.yaml.editor import edit_yaml
from orgtp.files.yaml.loader import NotStrict, decode_yaml, read_document
from orgtp.git.repo import Repo
from orgtp.model.change import DropKey, SetKey
from orgtp.model.errors import OrgtpError
from orgtp.model.escalation import (
    ESCALATIONS_FOLDER,
    SILENCED_FOLDER,
    Escalation,
    EscalationEvent,
    EscalationKind,
    EscalationStatus,
    EventType,
)
from orgtp.model.problem import Keys


def merge_escalations(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """`ours` with what happened in `theirs` as well; `base` is empty where both opened it.

    Nothing where one of the three is no escalation in order, or where they are about different things.
    """
    if not path.startswith(ESCALATIONS_FOLDER) or path.startswith(SILENCED_FOLDER):
        return None
    was, mine, other = (_read_valid(path, raw) for raw in (base, ours, theirs))
    if mine is None or other is None or (base and was is None):
        return None
    one = _merge_continued(was, mine, other) if was else _merge_opened_twice(mine, other)
    return _edit_escalation(path, ours, mine, one) if one else None


def _read_valid(path: str, raw: bytes) -> Escalation | None:
    one, problems = read_escalation(path, raw)
    return None if problems else one


def _merge_continued(was: Escalation, mine: Escalation, other: Escalation) -> Escalation | None:
    """What `other` adds to what was there, added to `mine`, which may have been brought together before."""
    if not was.may_become(other) or not _is_same_issue(mine, other):
        return None
    if mine.events == was.events:
        return other
    more = [event for event in other.events if event not in was.events and event not in mine.events]
    return _merge_events(mine, other, more) if more else mine


def _merge_opened_twice(mine: Escalation, other: Escalation) -> Escalation | None:
    """Two that were opened of the same trouble on the same day: one, opened when the first was."""
    if not _is_same_issue(mine, other):
        return None
    first, second = sorted((mine, other), key=lambda one: (one.opened_at is None, one.opened_at, one.by))
    return _merge_events(first, second, [_reopened_event(event, second) for event in second.events])


def _is_same_issue(one: Escalation, other: Escalation) -> bool:
    """Whether both are about the same trouble: with a metric, or in the same words."""
    about = [(held.seat, held.metric, held.what if held.kind is EscalationKind.ISSUE else "") for held in (one, other)]
    return about[0] == about[1]


def _reopened_event(event: EscalationEvent, one: Escalation) -> EscalationEvent:
    return replace(event, what=EventType.AGAIN, to="", note=one.why) if event.what is EventType.OPENED else event


def _merge_events(one: Escalation, other: Escalation, more: list[EscalationEvent]) -> Escalation:
    """`one` with more that happened to it: both lists are in order, and so is what comes of them."""
    events = tuple(sorted([*one.events, *more], key=lambda event: (event.at is None, event.at)))
    state, with_ = replace(one, events=events).replayed_state
    settled = next((held for held in (one, other) if held.state is EscalationStatus.RESOLVED), None)
    last = settled or (
        other if other.replayed_state == (state, with_) and one.replayed_state != (state, with_) else one
    )
    return replace(one, events=events, state=state, with_=with_ or last.with_, due=last.due)


def _edit_escalation(path: str, text: bytes, before: Escalation, after: Escalation) -> bytes:
    """The file with what is otherwise now, and all else in it as it was."""
    old, new = escalation_data(before), escalation_data(after)
    found = text.decode()
    for key, value in new.items():
        if old.get(key) != value:
            found = edit_yaml(path, found, SetKey(path, (key,), value))
    return found.encode()


_REMOVED = object()
_MAX_QUOTED = 60


class MergeClash(Exception):
    """Both sides changed the same thing; `what` names it: a key of a seat, or nothing where it is the whole file.

    `values` says what either side has, where that is short.
    """

    def __init__(self, what: str = "", values: str = "") -> None:
        super().__init__(what)
        self.what, self.values = what, values


def find_new_records(base: bytes, theirs: bytes) -> bytes:
    """The lines that `theirs` adds to `base`. Raises `Clash` where it does more than add."""
    if not theirs.startswith(base) or (base and not base.endswith(b"\n")):
        before, after = base.splitlines(), theirs.splitlines()
        if not set(before) <= set(after):
            raise MergeClash("records that were there before")
        return b"".join(line + b"\n" for line in after if line not in set(before))
    return theirs[len(base) :]


def read_record_id(line: bytes) -> str:
    """The id of a record's line; "" where it is none."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    return str(data.get("id", "")) if isinstance(data, dict) else ""


def merge_files(repo: Repo, path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """`ours` with what `theirs` changed in `base`. Raises `Clash` with what both changed."""
    told = merge_escalations(path, base, ours, theirs)
    if told is not None:
        return told
    if path.endswith(".yaml"):
        by_keys = _merge_by_keys(path, base, ours, theirs)
        if by_keys is not None:
            lines = _merge_by_lines(repo, base, ours, theirs)
            # A merge by lines keeps the comments of both, where it comes to the same data.
            return lines if lines is not None and _read_data(path, lines) == _read_data(path, by_keys) else by_keys
    lines = _merge_by_lines(repo, base, ours, theirs)
    if lines is None:
        raise MergeClash
    return lines


def _merge_by_keys(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The merge of two edits of a YAML file, key by key; nothing where one of the three is not strict YAML."""
    datas = [_read_data(path, raw) for raw in (base, ours, theirs)]
    if not all(isinstance(data, dict) for data in datas):
        return None
    mine = dict(_list_changes(datas[0], datas[1]))
    text = decode_yaml(path, ours)
    for keys, here in _list_changes(datas[0], datas[2]):
        if _is_same_change(mine, keys, here):
            continue
        try:
            after = edit_yaml(path, text, DropKey(path, keys) if here is _REMOVED else SetKey(path, keys, here))
        except OrgtpError as error:
            raise MergeClash(".".join(keys)) from error
        if after == text:
            raise MergeClash(".".join(keys))
        text = after
    return text.encode()


def _is_same_change(mine: dict[Keys, Any], keys: Keys, value: Any) -> bool:
    """Whether this side made the same change. Raises `Clash` where it made another one there, above or below."""
    if keys in mine and _is_same_value(mine[keys], value):
        return True
    if any(keys[: len(other)] == other or other[: len(keys)] == keys for other in mine):
        raise MergeClash(".".join(keys), _format_both_values(mine.get(keys), value))
    return False


def _format_both_values(there: Any, here: Any) -> str:
    """What either side has, where that is short to say."""
    said = [str(value) for value in (here, there) if isinstance(value, str | int | Decimal)]
    return f' ("{said[0]}" here, "{said[1]}" there)' if len(said) == 2 and max(map(len, said)) < _MAX_QUOTED else ""  # noqa: PLR2004


def _is_same_value(one: Any, other: Any) -> bool:
    """Whether two values are written the same: to Python, 1 and true are equal."""
    return repr(one) == repr(other)


def _list_changes(old: Any, new: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Each key whose value is another one, as deep as both sides have groups of keys."""
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key, _REMOVED), new.get(key, _REMOVED)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _list_changes(before, after, (*keys, key))
        elif not _is_same_value(before, after):
            yield (*keys, key), after


def _read_data(path: str, raw: bytes) -> Any:
    try:
        return read_document(path, raw).data
    except NotStrict:
        return None


def _merge_by_lines(repo: Repo, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Git's merge of lines; nothing where it leaves a conflict, or the text is none."""
    with tempfile.TemporaryDirectory() as here:
        names = [Path(here) / name for name in ("ours", "base", "theirs")]
        for name, raw in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(raw)
        code, out, _ = repo.attempt("merge-file", "-p", "-q", "--", *map(str, names))
    return None if code else out
