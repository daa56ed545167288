"""Build the context of a seat: what an agent should know before it works as the seat.

It contains the seat and its owner, its capabilities and those of others, its neighbours on the chart, its metrics, what
is late or open, the decisions about it, and the usual commands; for a retired seat, who took over its work. Every list
is bounded: `left_out` counts what it lacks, with the command that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import TypeVar

from orgtp.model.escalation_policy import find_first_assignee, find_stand_in
from orgtp.model.metric_row import list_current_rows
from orgtp.model.org import Org, Retirement
from orgtp.model.problem import Problem
from orgtp.model.seat import Seat
from orgtp.views.context.colleagues import Others, colleague
from orgtp.views.context.commands import list_handover_commands, list_seat_commands
from orgtp.views.context.metrics import describe_metric
from orgtp.views.context.types import (
    Context,
    Elsewhere,
    Handed,
    LeftOut,
    LooksAlike,
    Neighbours,
    OpenTrouble,
    Profile,
    Records,
    Relation,
    Retired,
)
from orgtp.views.escalations import escalations
from orgtp.views.seat_history import Event
from orgtp.views.seats.imported import describe_import
from orgtp.views.seats.overlap.find import list_alike_seats
from orgtp.views.seats.people import Workers, list_holders
from orgtp.views.seats.summary import SeatSummary, summarize_seat
from orgtp.views.stale import stale
from orgtp.views.todos import TodoView, list_todos

Item = TypeVar("Item")
DECISIONS = 10
# The most items of a list. Superiors, and capabilities that only sound alike, have fewer.
_MOST, _FEW = 12, 5
# The last events of an escalation. `orgtp escalate show ID` shows all.
_LAST = 3


@dataclass(frozen=True)
class SeatEvidence:
    """What the org does not contain: the problems of the seat's files, and the decisions about it.

    The decisions are newest first, and read only as far as they are shown; None without a git history.
    """

    problems: Sequence[Problem] = ()
    decisions: Iterable[Event] | None = None


@dataclass
class _Bounded:
    """Cuts lists, and records what it left out."""

    left: list[LeftOut] = field(default_factory=list)

    def take(self, name: str, items: Iterable[Item], see: str, most: int = _MOST) -> tuple[Item, ...]:
        """The first of the items; `see` is the command that shows the others."""
        every = tuple(items)
        if len(every) > most:
            self.left.append(LeftOut(name, len(every) - most, see))
        return every[:most]


def context(org: Org, now: datetime, seat: str, known: SeatEvidence) -> Context:
    """The context of a seat as of `now`. Raises `UnknownSeat`."""
    held, cut, show = org.seat(seat), _Bounded(), f"orgtp seat show {seat}"
    day = org.day_of(now)
    owner, others, record = org.owner_seat(held), Others(org, held, day), org.retirements.get(seat)
    # Of a retired seat, `retirement` shows who has its work.
    does, rows = ({}, []) if held.is_retired else (held.capabilities, list_current_rows(org, held, now))
    metrics = cut.take("metrics", map(describe_metric, rows), show)
    trouble = _list_trouble(org, now, held, known.problems, cut)
    todos = _list_open_todos(org, now, seat, cut)
    retired = _describe_retirement(org, record, day, cut, show) if record and held.is_retired else None
    commands = list_seat_commands(seat, metrics, trouble, todos) if held.is_active else ()
    return Context(
        at=now,
        seat=_build_profile(org, held, day),
        owner=colleague(owner, day) if owner else None,
        chart=_build_neighbours(org, held, others, cut),
        capabilities=dict(cut.take("capabilities", does.items(), show)),
        not_owned=() if held.is_retired else _list_not_owned(others, cut),
        alike=_list_alike(org, held, day),
        metrics=metrics,
        records=_list_recordable(org, held, day, cut),
        trouble=trouble,
        todos=todos,
        decisions=_take_decisions(known.decisions, cut, seat),
        retirement=retired,
        commands=tuple(list_handover_commands(retired.handed) if retired else commands),
        left_out=tuple(cut.left),
    )


def _build_profile(org: Org, seat: Seat, day: date) -> Profile:
    return Profile(
        *summarize_seat(seat, day),
        owner=seat.owner or None,
        reports_to=seat.reports_to or None,
        mission=seat.mission or None,
        since=seat.since,
        retire_when=seat.retire_when or None,
        review_by=seat.review_by,
        holders=list_holders(seat),
        also_reports_to=seat.also_reports_to,
        also_holds=Workers(org, day).list_other_seats(seat),
        inputs={name: one.text for name, one in seat.inputs.items()},
        paused_since=seat.pause.since if seat.pause else None,
        paused_until=seat.pause.until if seat.pause else None,
        paused_because=seat.pause.reason or None if seat.pause else None,
        imported=describe_import(seat),
    )


def _build_neighbours(org: Org, seat: Seat, others: Others, cut: _Bounded) -> Neighbours:
    near = {relation: _in_brief(seats, others.day) for relation, seats in others.neighbours.items()}
    chart, show = "orgtp chart --depth 1 --root", f"orgtp seat show {seat.id}"
    return Neighbours(
        above=cut.take("chart.above", _in_brief(org.chain_above(seat.id), others.day), "orgtp chart", _FEW),
        siblings=cut.take("chart.siblings", near[Relation.BESIDE], f"{chart} {seat.reports_to}"),
        reports=cut.take("chart.reports", near[Relation.BELOW], f"{chart} {seat.id}"),
        answers_for=cut.take("chart.answers_for", _in_brief(org.seats_owned_by(seat.id), others.day), show),
    )


def _in_brief(seats: Iterable[Seat], day: date) -> Iterator[SeatSummary]:
    return (colleague(seat, day) for seat in seats)


def _list_not_owned(others: Others, cut: _Bounded) -> tuple[Elsewhere, ...]:
    """The capabilities of its neighbours, and those that sound like its own."""
    see = "orgtp chart --json"
    alike = cut.take("not_owned.alike", others.alike(), see, _FEW)
    around = cut.take("not_owned", others.around(), see)
    return (*sorted(around, key=lambda one: (list(Relation).index(one.relation), one.by.seat)), *alike)


def _list_alike(org: Org, seat: Seat, day: date) -> tuple[LooksAlike, ...]:
    """The seats whose texts are like its own, the most alike first."""
    found = list_alike_seats(org, [seat.id], _FEW).get(seat.id, [])
    return tuple(LooksAlike(colleague(org.seats[one.seat], day), one.likeness, one.words) for one in found)


def _list_recordable(org: Org, seat: Seat, day: date, cut: _Bounded) -> Records:
    if seat.is_retired:
        return Records(all=False, seats=())
    if seat.id in org.policy.scorekeepers:
        return Records(all=True, seats=())
    living = (other for other in org.seats.values() if not other.is_retired)
    found = sorted((one for one in living if org.may_record(one.id, seat.id)), key=lambda one: one.id != seat.id)
    return Records(all=False, seats=cut.take("records.seats", _in_brief(found, day), "orgtp chart"))


def _list_trouble(org: Org, now: datetime, seat: Seat, problems: Sequence[Problem], cut: _Bounded) -> OpenTrouble:
    to = (
        None
        if seat.is_retired
        else org.seats.get(find_stand_in(org, find_first_assignee(org, seat.id, "", "issue", "normal"), now))
    )
    listed = f"orgtp escalate list --seat {seat.id}"
    found = [replace(one, events=one.events[-_LAST:]) for one in escalations(org, now, seat.id)]
    return OpenTrouble(
        stale=cut.take("trouble.stale", stale(org, now, seat.id), f"orgtp stale {seat.id}"),
        escalations=cut.take("trouble.escalations", found, listed),
        problems=cut.take("trouble.problems", problems, "orgtp validate"),
        goes_to=colleague(to, org.day_of(now)) if to else None,
    )


def _list_open_todos(org: Org, now: datetime, seat: str, cut: _Bounded) -> tuple[TodoView, ...]:
    """What the seat has to act on, each with its newest events."""
    found = [replace(one, events=one.events[-_LAST:]) for one in list_todos(org, now, as_seat=seat)]
    return cut.take("todos", found, f"orgtp todo list --as {seat}")


def _take_decisions(events: Iterable[Event] | None, cut: _Bounded, seat: str) -> tuple[Event, ...] | None:
    """The newest decisions. The others are not counted, because that would take the whole history."""
    if events is None:
        return None
    found = tuple(islice(events, DECISIONS + 1))
    if len(found) > DECISIONS:
        cut.left.append(LeftOut("decisions", None, f"orgtp seat history {seat}"))
    return tuple(replace(event, changes=event.changes[:_MOST]) for event in found[:DECISIONS])


def _describe_retirement(org: Org, record: Retirement, day: date, cut: _Bounded, show: str) -> Retired:
    decider = org.seats.get(record.decided_by)
    return Retired(
        retired_on=record.retired_on,
        decided_by=record.decided_by or None,
        decided_by_name=decider.name_on(day) if decider else None,
        reason=record.reason or None,
        review=record.review,
        handed=cut.take("retirement.handed", _list_handed(org, record, day), show),
    )


def _list_handed(org: Org, record: Retirement, day: date) -> Iterator[Handed]:
    """All that the seat did, with the seat that has it now."""
    doers = {name: seat.id for seat in org.seats.values() if not seat.is_retired for name in seat.capabilities}
    for name, heir in record.capabilities.items():
        yield Handed("capability", name, _find_heir(org, day, doers.get(name, heir), name, "capabilities"), None)
    for name, heir in record.metrics.items():
        yield Handed("metric", name, _find_heir(org, day, heir, name, "metrics"), record.ended.get(name) or None)


def _find_heir(org: Org, day: date, heir: str, what: str, sort: str) -> SeatSummary | None:
    """The seat that took over; if that was retired too, the seat that took over from it, and so on."""
    seen: set[str] = set()
    while heir in org.seats and heir not in seen:
        seat = org.seats[heir]
        if not seat.is_retired:
            return colleague(seat, day)
        seen.add(heir)
        handed: Mapping[str, str] = getattr(org.retirements.get(heir), sort, {})
        heir = handed.get(what, "")
    return None
