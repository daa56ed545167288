"""Escalations as records: the content of the file, who may resolve one, and how two versions are merged."""

from __future__ import annotations

from dataclasses import replace

from orgtp.model.change import YamlData
from orgtp.model.escalation import Escalation, EscalationEvent, EscalationKind, EscalationStatus, EventType
from orgtp.model.records.chart import SeatChart
from orgtp.model.score import format_timestamp


def escalation_data(one: Escalation) -> dict[str, YamlData]:
    """Return the content of an escalation's file. Empty fields are left out."""
    fields: dict[str, YamlData] = {
        "what": one.what,
        "why": one.why,
        "opened_at": format_timestamp(one.opened_at) if one.opened_at else "",
        "by": one.by,
        "seat": one.seat,
        "metric": one.metric,
        "kind": str(one.kind),
        "severity": str(one.severity),
        "with": one.with_,
        "due": format_timestamp(one.due) if one.due else "",
        "state": str(one.state),
    }
    present: dict[str, YamlData] = {key: value for key, value in fields.items() if value}
    if one.agents:
        present["agents"] = list(one.agents)
    return {**present, "events": [_event_data(event) for event in one.events]}


def _event_data(event: EscalationEvent) -> dict[str, YamlData]:
    fields = {"at": format_timestamp(event.at) if event.at else "", "what": str(event.what)}
    fields |= {"by": event.by, "to": event.to, "note": event.note}
    return {key: text for key, text in fields.items() if text}


def list_allowed_resolvers(org: SeatChart, one: Escalation) -> list[str]:
    """The seats that may resolve it: the assignee, those above it, who opened it, and who may record for the seat.

    Retired seats are excluded; other inactive seats are not.
    """
    above = org.leaders_above(one.with_)
    fit = dict.fromkeys([one.with_, *above, *org.eligible_recorders(one.seat), *([one.by] if one.by else [])])
    return [seat for seat in fit if seat not in org.seats or not org.seats[seat].is_retired]


def merge_escalations(old: Escalation | None, mine: Escalation, other: Escalation) -> Escalation | None:
    """Merge two versions of an escalation. `old` is None if both sides opened it.

    Returns None if they are about different subjects, or if one of them is no later version of `old`.
    """
    if not _is_same_issue(mine, other):
        return None
    return _merge_continued(old, mine, other) if old else _merge_opened_twice(mine, other)


def _merge_continued(old: Escalation, mine: Escalation, other: Escalation) -> Escalation | None:
    """Add the events that `other` adds to `old` to `mine`, which may contain some of them from an earlier merge."""
    if not old.may_become(other):
        return None
    if mine.events == old.events:
        return other
    more = [event for event in other.events if event not in old.events and event not in mine.events]
    return _merge_events(mine, other, more) if more else mine


def _merge_opened_twice(mine: Escalation, other: Escalation) -> Escalation:
    """Merge two escalations that were opened for the same issue on the same day. The earlier one continues."""
    first, second = sorted((mine, other), key=lambda one: (one.opened_at is None, one.opened_at, one.by))
    return _merge_events(first, second, [_reopened_event(event, second) for event in second.events])


def _is_same_issue(one: Escalation, other: Escalation) -> bool:
    """Whether both are about the same metric, or about an issue with the same text."""
    subjects = {(it.seat, it.metric, it.what if it.kind is EscalationKind.ISSUE else "") for it in (one, other)}
    return len(subjects) == 1


def _reopened_event(event: EscalationEvent, one: Escalation) -> EscalationEvent:
    return replace(event, what=EventType.AGAIN, to="", note=one.why) if event.what is EventType.OPENED else event


def _merge_events(one: Escalation, other: Escalation, more: list[EscalationEvent]) -> Escalation:
    """Add the events `more`, which come from `other`, to `one`. Events are sorted by time."""
    events = tuple(sorted([*one.events, *more], key=lambda event: (event.at is None, event.at)))
    state, with_ = replace(one, events=events).replayed_state
    resolved = next((it for it in (one, other) if it.state is EscalationStatus.RESOLVED), None)
    last = resolved or (
        other if other.replayed_state == (state, with_) and one.replayed_state != (state, with_) else one
    )
    agents = tuple(dict.fromkeys([*one.agents, *other.agents]))
    return replace(one, events=events, state=state, with_=with_ or last.with_, due=last.due, agents=agents)
