"""The dates of the next seven days: reviews, to-dos, days off, and what begins or ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.briefing.types import ComingDate

_LAST_OF_WEEK = timedelta(days=6)


def list_dates(scope: BriefingScope) -> tuple[ComingDate, ...]:
    """The dates from today on for seven days, and the reviews that are overdue, in order of time."""
    last = scope.today + _LAST_OF_WEEK
    found = [*_list_days_off(scope.org), *_list_todos(scope)]
    found += [one for seat in scope.seats.values() for one in _list_of_seat(scope, seat)]
    kept = [one for one in found if one.overdue or scope.today <= one.on <= last]
    return tuple(sorted(kept, key=lambda one: (one.on, one.seat or "", one.what)))


def _list_days_off(org: Org) -> Iterator[ComingDate]:
    for day in org.holidays:
        name = org.holiday_names.get(day)
        yield ComingDate(day, f"day off: {name}" if name else "day off")


def _list_todos(scope: BriefingScope) -> Iterator[ComingDate]:
    """The to-dos that become due. Those that are due today or overdue are among what needs their owner."""
    for one in scope.org.todos.values():
        if not one.is_closed and one.due and one.due > scope.today and one.owner in scope.seats:
            yield ComingDate(one.due, f"to-do: {one.what}", one.owner, scope.name_of(one.owner))


def _list_of_seat(scope: BriefingScope, seat: Seat) -> Iterator[ComingDate]:
    for on, what in _list_seat_days(scope, seat):
        is_late = seat.is_reviewed and on == seat.review_by and on < scope.today
        yield ComingDate(on, what, seat.id, scope.name_of(seat.id), is_late and what == _REVIEW)


_REVIEW = "review of the seat"


def _list_seat_days(scope: BriefingScope, seat: Seat) -> Iterator[tuple[date, str]]:
    yield from _list_own_days(scope, seat)
    yield from ((one.until, "last day of the pause") for one in seat.pauses if one.until)
    for holder in seat.holders:
        yield holder.since, f"held by {holder.name} from this day on" if holder.name else "vacant from this day on"
    silenced = scope.org.silences.get(seat.id)
    for metric, silence in silenced.metrics.items() if silenced else ():
        if silence.until and metric in seat.metrics:
            yield silence.until, f"last day without alerts for {seat.metrics[metric].name}"
    for one in seat.metrics.values():
        if one.ends:
            yield one.ends.next().start.date() - timedelta(days=1), f"last day of {one.name}"


def _list_own_days(scope: BriefingScope, seat: Seat) -> Iterator[tuple[date, str]]:
    if seat.review_by and seat.is_reviewed:
        yield seat.review_by, _REVIEW
    if seat.since:
        yield seat.since, "the seat begins"
    if seat.delegate:
        yield seat.delegate.until, f"last day with {scope.name_of(seat.delegate.to)} as delegate"
