"""Escalations: who is handling them until when, what is overdue, and who is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from orgtp.model.escalation import Escalation, EscalationEvent, EscalationKind, EscalationSeverity, EscalationStatus
from orgtp.model.escalation_policy import find_next_assignee, is_overdue, silenced_until
from orgtp.model.org import Org


@dataclass(frozen=True, slots=True)
class EscalationView:
    """An escalation at one time. `with_` is the assignee and `next` the seat after it, None at the top.

    `overdue` is computed, and in no file. `silenced` is the last day on which the metric sends no alerts.
    """

    id: str
    what: str
    why: str | None
    seat: str
    seat_name: str | None
    metric: str | None
    metric_name: str | None
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
    """A metric without alerts until the end of the day `until`: who silenced it, and why."""

    seat: str
    metric: str
    until: date
    by: str | None
    reason: str


def silences(org: Org, now: datetime, seat: str = "") -> list[SilenceView]:
    """The metrics that are silenced as of `now`, of one seat or of all, by seat and metric."""
    found = [(id_, metric, one) for id_, held in org.silences.items() for metric, one in held.metrics.items()]
    return [
        SilenceView(id_, metric, until, one.by or None, one.reason)
        for id_, metric, one in sorted(found, key=lambda row: row[:2])
        if seat in {"", id_} and (until := silenced_until(org, now, id_, metric))
    ]


def escalations(org: Org, now: datetime, seat: str = "", *, settled: bool = False) -> list[EscalationView]:
    """The open escalations, and with `settled` the resolved ones, that are about a seat or assigned to it.

    Overdue ones come first, then by due time, and resolved ones last. Raises `UnknownSeat`.
    """
    if seat:
        org.seat(seat)
    found = [
        view_of(org, now, one)
        for one in org.escalations.values()
        if (settled or not one.is_resolved) and seat in {"", one.seat, one.with_}
    ]
    return sorted(found, key=_get_order)


def escalation(org: Org, now: datetime, id_: str) -> EscalationView:
    """One escalation. Raises `UnknownEscalation`, which suggests a similar id."""
    return view_of(org, now, org.escalation(id_))


def view_of(org: Org, now: datetime, one: Escalation) -> EscalationView:
    """An escalation as of `now`."""
    seat = org.seats.get(one.seat)
    metric = seat.metrics.get(one.metric) if seat else None
    return EscalationView(
        id=one.id,
        what=one.what,
        why=one.why or None,
        seat=one.seat,
        seat_name=org.name_at(one.seat, now) if seat else None,
        metric=one.metric or None,
        metric_name=metric.name if metric else None,
        kind=one.kind,
        severity=one.severity,
        state=one.state,
        with_=one.with_,
        with_name=org.name_at(one.with_, now) if one.with_ in org.seats else None,
        due=None if one.is_resolved else one.due,
        overdue=is_overdue(org, now, one),
        next=None if one.is_resolved else find_next_assignee(org, one, now) or None,
        silenced=silenced_until(org, now, one.seat, one.metric),
        opened_at=one.opened_at,
        by=one.by or None,
        events=one.events,
    )


def _get_order(view: EscalationView) -> tuple[bool, bool, str, str]:
    over = view.state is EscalationStatus.RESOLVED
    when = view.opened_at if over else view.due
    return (over, not view.overdue, when.isoformat() if when else "", view.id)
