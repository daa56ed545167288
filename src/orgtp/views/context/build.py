"""What an agent should know before it works as a seat, as one document.

The seat and who answers for it, its work and what is not its work, who is around it, its numbers, what is late or
open, what was decided about it, and how to do the usual things. Of a retired seat, who has its work now.
Every list is bounded; what it lacks is counted, with the command that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from orgtp.model.cell import MetricRow
from orgtp.model.escalation_policy import find_first_assignee
from orgtp.model.org import Org, Retirement
from orgtp.model.problem import Problem
from orgtp.model.seat import Seat
from orgtp.views.context.colleagues import Others, colleague
from orgtp.views.context.commands import ways, ways_after
from orgtp.views.context.metrics import measured
from orgtp.views.context.types import (
    Around,
    Context,
    Elsewhere,
    Handed,
    LeftOut,
    OpenTrouble,
    Profile,
    Records,
    Relation,
    Retired,
)
from orgtp.views.escalations import escalations
from orgtp.views.seat_history import Event
from orgtp.views.seat_summary import SeatSummary, summarize_seat
from orgtp.views.stale import stale

Item = TypeVar("Item")
DECISIONS = 10
# So many of each at most; fewer of those above, and of what only sounds alike.
_MOST, _FEW = 12, 5
# What happened last to an escalation; all of it: orgtp escalate show ID.
_LAST = 3


@dataclass(frozen=True)
class SeatEvidence:
    """What is known of a seat beside the org itself: the problems of its files, and what was decided about it.

    The decisions come newest first, and no more are read than are told; None where there is no history.
    """

    problems: Sequence[Problem] = ()
    decisions: Iterable[Event] | None = None


@dataclass
class _Bounded:
    """Cuts lists, and keeps what it cut."""

    left: list[LeftOut] = field(default_factory=list)

    def some(self, name: str, items: Iterable[Item], see: str, most: int = _MOST) -> tuple[Item, ...]:
        """The first of the items; `see` is the command that shows the others."""
        every = tuple(items)
        if len(every) > most:
            self.left.append(LeftOut(name, len(every) - most, see))
        return every[:most]


def context(org: Org, now: datetime, seat: str, known: SeatEvidence) -> Context:
    """The context of a seat as of `now`. Raises `UnknownSeat`."""
    held, cut, show = org.seat(seat), _Bounded(), f"orgtp seat show {seat}"
    owner, others, record = org.owner_seat(held), Others(org, held), org.retirements.get(seat)
    # A retired seat does nothing and is measured on nothing: its work is told with whoever has it.
    does, numbers = ({}, {}) if held.is_retired else (held.capabilities, held.metrics)
    metrics = cut.some("metrics", (measured(MetricRow(org, held, one, now)) for one in numbers.values()), show)
    trouble = _trouble(org, now, held, known.problems, cut)
    retired = _retired(org, record, cut, show) if record and held.is_retired else None
    at_work = ways(seat, metrics, trouble.escalations, trouble.goes_to) if held.is_active else ()
    return Context(
        at=now,
        seat=_profile(held),
        owner=colleague(owner) if owner else None,
        chart=_around(org, held, others, cut),
        capabilities=dict(cut.some("capabilities", does.items(), show)),
        not_owned=() if held.is_retired else _not_owned(others, cut),
        metrics=metrics,
        records=_records(org, held, cut),
        trouble=trouble,
        decisions=_decisions(known.decisions, cut, seat),
        retirement=retired,
        commands=tuple(ways_after(retired.handed) if retired else at_work),
        left_out=tuple(cut.left),
    )


def _profile(seat: Seat) -> Profile:
    return Profile(
        *summarize_seat(seat),
        owner=seat.owner or None,
        reports_to=seat.reports_to or None,
        mission=seat.mission or None,
        since=seat.since,
        retire_when=seat.retire_when or None,
        review_by=seat.review_by,
    )


def _around(org: Org, seat: Seat, others: Others, cut: _Bounded) -> Around:
    near = {relation: map(colleague, seats) for relation, seats in others.neighbours.items()}
    chart, show = "orgtp chart --depth 1 --root", f"orgtp seat show {seat.id}"
    return Around(
        above=cut.some("chart.above", map(colleague, org.chain_above(seat.id)), "orgtp chart", _FEW),
        siblings=cut.some("chart.siblings", near[Relation.BESIDE], f"{chart} {seat.reports_to}"),
        reports=cut.some("chart.reports", near[Relation.BELOW], f"{chart} {seat.id}"),
        answers_for=cut.some("chart.answers_for", map(colleague, org.seats_owned_by(seat.id)), show),
    )


def _not_owned(others: Others, cut: _Bounded) -> tuple[Elsewhere, ...]:
    """What those around it do, and what only sounds like its work."""
    see = "orgtp chart --json"
    alike = cut.some("not_owned.alike", others.alike(), see, _FEW)
    around = cut.some("not_owned", others.around(), see)
    return (*sorted(around, key=lambda one: (list(Relation).index(one.relation), one.by.seat)), *alike)


def _records(org: Org, seat: Seat, cut: _Bounded) -> Records:
    if seat.is_retired:
        return Records(all=False, seats=())
    if seat.id in org.policy.scorekeepers:
        return Records(all=True, seats=())
    living = (other for other in org.seats.values() if not other.is_retired)
    found = sorted((one for one in living if org.may_record(one.id, seat.id)), key=lambda one: one.id != seat.id)
    return Records(all=False, seats=cut.some("records.seats", map(colleague, found), "orgtp chart"))


def _trouble(org: Org, now: datetime, seat: Seat, problems: Sequence[Problem], cut: _Bounded) -> OpenTrouble:
    to = None if seat.is_retired else org.seats.get(find_first_assignee(org, seat.id, "", "issue", "normal"))
    listed = f"orgtp escalate list --seat {seat.id}"
    found = [replace(one, events=one.events[-_LAST:]) for one in escalations(org, now, seat.id)]
    return OpenTrouble(
        stale=cut.some("trouble.stale", stale(org, now, seat.id), f"orgtp stale {seat.id}"),
        escalations=cut.some("trouble.escalations", found, listed),
        problems=cut.some("trouble.problems", problems, "orgtp validate"),
        goes_to=colleague(to) if to else None,
    )


def _decisions(events: Iterable[Event] | None, cut: _Bounded, seat: str) -> tuple[Event, ...] | None:
    """The newest; how many more there are, nobody counts, for that would take the whole history."""
    if events is None:
        return None
    found = tuple(islice(events, DECISIONS + 1))
    if len(found) > DECISIONS:
        cut.left.append(LeftOut("decisions", None, f"orgtp seat history {seat}"))
    return tuple(replace(event, changes=event.changes[:_MOST]) for event in found[:DECISIONS])


def _retired(org: Org, record: Retirement, cut: _Bounded, show: str) -> Retired:
    decider = org.seats.get(record.decided_by)
    return Retired(
        retired_on=record.retired_on,
        decided_by=record.decided_by or None,
        decided_by_name=decider.name if decider else None,
        reason=record.reason or None,
        review=record.review,
        handed=cut.some("retirement.handed", _handed(org, record), show),
    )


def _handed(org: Org, record: Retirement) -> Iterator[Handed]:
    """Everything that the seat did, with whoever has it now."""
    doers = {name: seat.id for seat in org.seats.values() if not seat.is_retired for name in seat.capabilities}
    for name, heir in record.capabilities.items():
        yield Handed("capability", name, _holder(org, doers.get(name, heir), name, "capabilities"), None)
    for name, heir in record.metrics.items():
        yield Handed("metric", name, _holder(org, heir, name, "metrics"), record.ended.get(name) or None)


def _holder(org: Org, heir: str, what: str, sort: str) -> SeatSummary | None:
    """The heir; of one that was retired later its own heir, and so on."""
    seen: set[str] = set()
    while heir in org.seats and heir not in seen:
        seat = org.seats[heir]
        if not seat.is_retired:
            return colleague(seat)
        seen.add(heir)
        handed: Mapping[str, str] = getattr(org.retirements.get(heir), sort, {})
        heir = handed.get(what, "")
    return None
