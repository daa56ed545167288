"""What is in somebody's hands: how long it may stay there, what is overdue, and where it goes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from orgtp.model.escalation import Escalation, EscalationEvent, EscalationKind, EscalationSeverity, EscalationStatus
from orgtp.model.escalation_policy import find_next_assignee, is_overdue, silenced_until
from orgtp.model.org import Org


@dataclass(frozen=True, slots=True)
class EscalationView:
    """One escalation as of a moment. `with_` is the seat that it is with, `next` whom it goes to, None at the top.

    `overdue`: it may not stay where it is any more; that is computed, and stands in no file. `silenced`: to the end of
    which day nobody is chased.
    """

    id: str
    what: str
    why: str | None
    seat: str
    metric: str | None
    kind: EscalationKind
    severity: EscalationSeverity
    state: EscalationStatus
    with_: str
    with_name: str | None
    due: datetime | None
    overdue: bool
    next: str | None
    silenced: date | None
    opened_at: datetime | None
    by: str | None
    events: tuple[EscalationEvent, ...]


@dataclass(frozen=True, slots=True)
class SilenceView:
    """A metric of which nobody is told to the end of the day `until`: who said so, and why."""

    seat: str
    metric: str
    until: date
    by: str | None
    reason: str


def silences(org: Org, now: datetime, seat: str = "") -> list[SilenceView]:
    """What is silenced as of `now`, of one seat or of all, by seat and metric."""
    found = [(id_, metric, one) for id_, held in org.silences.items() for metric, one in held.metrics.items()]
    return [
        SilenceView(id_, metric, until, one.by or None, one.reason)
        for id_, metric, one in sorted(found, key=lambda row: row[:2])
        if seat in {"", id_} and (until := silenced_until(org, now, id_, metric))
    ]


def escalations(org: Org, now: datetime, seat: str = "", *, settled: bool = False) -> list[EscalationView]:
    """What is open, and with `settled` what was; of one seat, what is about it or with it. Raises `UnknownSeat`.

    What is overdue comes first, then what is due soonest; what is settled last.
    """
    if seat:
        org.seat(seat)
    found = [view_of(org, now, one) for one in _wanted(org, seat, settled=settled)]
    return sorted(found, key=_order)


def escalation(org: Org, now: datetime, id_: str) -> EscalationView:
    """One escalation. Raises `UnknownEscalation` with the near miss."""
    return view_of(org, now, org.escalation(id_))


def view_of(org: Org, now: datetime, one: Escalation) -> EscalationView:
    """An escalation as of a moment."""
    held = org.seats.get(one.with_)
    return EscalationView(
        id=one.id,
        what=one.what,
        why=one.why or None,
        seat=one.seat,
        metric=one.metric or None,
        kind=one.kind,
        severity=one.severity,
        state=one.state,
        with_=one.with_,
        with_name=held.name if held else None,
        due=None if one.is_resolved else one.due,
        overdue=is_overdue(org, now, one),
        next=None if one.is_resolved else find_next_assignee(org, one) or None,
        silenced=silenced_until(org, now, one.seat, one.metric),
        opened_at=one.opened_at,
        by=one.by or None,
        events=one.events,
    )


def _wanted(org: Org, seat: str, *, settled: bool) -> Iterator[Escalation]:
    for one in org.escalations.values():
        if (settled or not one.is_resolved) and seat in {"", one.seat, one.with_}:
            yield one


def _order(view: EscalationView) -> tuple[bool, bool, str, str]:
    over = view.state is EscalationStatus.RESOLVED
    when = view.opened_at if over else view.due
    return (over, not view.overdue, when.isoformat() if when else "", view.id)
