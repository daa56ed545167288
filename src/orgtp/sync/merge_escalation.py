"""An escalation that went on in two places: all that happened in either, and where it is after the last of it."""

from __future__ import annotations

from dataclasses import replace

from orgtp.actions.escalate_edits import content
from orgtp.files.escalation import read_escalation
from orgtp.files.yaml.editor import edited
from orgtp.model.change import Set
from orgtp.model.escalation import FOLDER, SILENCED, Escalation, Event, Happened, Kind, Stage


def joined(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """`ours` with what happened in `theirs` as well; `base` is empty where both opened it.

    Nothing where one of the three is no escalation in order, or where they are about different things.
    """
    if not path.startswith(FOLDER) or path.startswith(SILENCED):
        return None
    was, mine, other = (_read(path, raw) for raw in (base, ours, theirs))
    if mine is None or other is None or (base and was is None):
        return None
    one = _gone_on(was, mine, other) if was else _opened_twice(mine, other)
    return _written(path, ours, mine, one) if one else None


def _read(path: str, raw: bytes) -> Escalation | None:
    one, problems = read_escalation(path, raw)
    return None if problems else one


def _gone_on(was: Escalation, mine: Escalation, other: Escalation) -> Escalation | None:
    """What `other` adds to what was there, added to `mine`, which may have been brought together before."""
    if not was.goes_on_as(other) or not _alike(mine, other):
        return None
    if mine.events == was.events:
        return other
    more = [event for event in other.events if event not in was.events and event not in mine.events]
    return _by_time(mine, other, more) if more else mine


def _opened_twice(mine: Escalation, other: Escalation) -> Escalation | None:
    """Two that were opened of the same trouble on the same day: one, opened when the first was."""
    if not _alike(mine, other):
        return None
    first, second = sorted((mine, other), key=lambda one: (one.opened_at is None, one.opened_at, one.by))
    return _by_time(first, second, [_again(event, second) for event in second.events])


def _alike(one: Escalation, other: Escalation) -> bool:
    """Whether both are about the same trouble: with a metric, or in the same words."""
    about = [(held.seat, held.metric, held.what if held.kind is Kind.ISSUE else "") for held in (one, other)]
    return about[0] == about[1]


def _again(event: Event, one: Escalation) -> Event:
    return replace(event, what=Happened.AGAIN, to="", note=one.why) if event.what is Happened.OPENED else event


def _by_time(one: Escalation, other: Escalation, more: list[Event]) -> Escalation:
    """`one` with more that happened to it: both lists are in order, and so is what comes of them."""
    events = tuple(sorted([*one.events, *more], key=lambda event: (event.at is None, event.at)))
    state, with_ = replace(one, events=events).told
    settled = next((held for held in (one, other) if held.state is Stage.RESOLVED), None)
    last = settled or (other if other.told == (state, with_) and one.told != (state, with_) else one)
    return replace(one, events=events, state=state, with_=with_ or last.with_, due=last.due)


def _written(path: str, text: bytes, before: Escalation, after: Escalation) -> bytes:
    """The file with what is otherwise now, and all else in it as it was."""
    old, new = content(before), content(after)
    found = text.decode()
    for key, value in new.items():
        if old.get(key) != value:
            found = edited(path, found, Set(path, (key,), value))
    return found.encode()
