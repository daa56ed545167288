"""The numbers that a person has to enter now: of the seats that the person holds, and of those that they answer for.

A person enters the numbers of their own seats that have no source, and those whose last value they entered. Of the
others that they answer for, they are asked only for what is late or unknown: there a source or an agent has failed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import chain

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.due import due_at, is_over, is_owed, previous_owed_period, stale_at
from orgtp.model.metric_row import MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import Period, parse_period, period_containing
from orgtp.model.score import Score
from orgtp.model.seat import Rollup, Seat
from orgtp.model.target import Target
from orgtp.model.value import Unit
from orgtp.views.context.metrics import next_due
from orgtp.views.context.types import Next

# At the end of a week, people already enter what is due early in the next one.
_AHEAD = timedelta(days=3)
# Of one metric, the two newest periods are asked for, and those that became due in the last week.
_FEWEST_PERIODS, _MOST_PERIODS = 2, 12
_LATELY = timedelta(days=7)
_LAST = 4


@dataclass(frozen=True, slots=True)
class OwedNumber:
    """One value that a person has to enter: the metric and the period, and when it is due.

    `is_own`: the metric is of a seat that the person holds. `target` is the one in force for the period, None without
    one; `is_judged_alone` if a single value is on or off target, and not only the total of several. `newest` is the
    newest record of the period, None if there is none: a blank that somebody recorded, or a value to correct. `last`
    are the cells of the periods before, the newest first.
    """

    seat: str
    seat_name: str
    metric: str
    name: str
    outcome: str
    unit: Unit
    target: Target | None
    is_judged_alone: bool
    period: str
    due: datetime
    is_own: bool
    is_late: bool
    source: str
    newest: Score | None
    last: tuple[Cell, ...]

    @property
    def key(self) -> str:
        """`SEAT/METRIC/PERIOD`, unique in the org."""
        return f"{self.seat}/{self.metric}/{self.period}"

    @property
    def full_name(self) -> str:
        """The metric, with its seat if that is not the person's own."""
        return self.name if self.is_own else f"{self.seat_name}: {self.name}"

    def judge_value(self, stored: str) -> CellState:
        """The verdict on a stored value: on target, off target, or none if a single value is not judged."""
        amount = self.unit.find_amount(stored)
        if amount is None or self.target is None or not self.is_judged_alone:
            return CellState.NONE
        return CellState.ON if self.target.is_met(amount) else CellState.OFF


@dataclass(frozen=True, slots=True)
class NextNumber:
    """The next number that will have to be entered, where nothing is owed now."""

    seat_name: str
    name: str
    period: str
    due: datetime


@dataclass(frozen=True, slots=True)
class OwedNumbers:
    """What a person owes, the first due first; `given` are the last numbers, to be corrected; `next` what comes then.

    `until` is the time by which all that is owed is due. `count` is the number of metrics that the person enters.
    """

    owed: tuple[OwedNumber, ...]
    given: tuple[OwedNumber, ...]
    next: NextNumber | None
    until: datetime
    count: int


def list_owed(org: Org, seats: Collection[str], now: datetime) -> OwedNumbers:
    """What the person who holds `seats` owes at `now`: all that is late, or due this week or within three days."""
    until = _find_horizon(org, now)
    rows = [*_list_rows(org, seats, now)]
    own = [row for row in rows if _is_entered_by(row, seats)]
    owed = [number for row in rows for number in _list_owed_of(row, seats, until, is_late_only=row not in own)]
    given = [number for row in own if (number := _find_given(row, seats))]
    return OwedNumbers(
        tuple(sorted(owed, key=_order)), tuple(sorted(given, key=_order)), _find_next(own), until, len(own)
    )


def find_number(org: Org, seats: Collection[str], key: str, now: datetime) -> OwedNumber | None:
    """The number of a key `SEAT/METRIC/PERIOD`, owed or not; None if there is no such metric or period."""
    seat_id, metric_id, period_text = (*key.split("/"), "", "", "")[:3]
    seat, period = org.seats.get(seat_id), parse_period(period_text)
    if seat is None or period is None:
        return None
    rows = [row for row in list_current_rows(org, seat, now) if row.metric.id == metric_id]
    if not rows or not rows[0].metric.targets.dated or period.grain is not rows[0].metric.cadence.grain:
        return None
    return _describe(rows[0], period, seats)


def _find_horizon(org: Org, now: datetime) -> datetime:
    """The end of the week, or three days from now if that is later."""
    local = now.astimezone(org.zone)
    end = datetime.combine(local.date() + timedelta(days=7 - local.weekday()), time(), org.zone)
    return max(end, local + _AHEAD)


def _list_rows(org: Org, seats: Collection[str], now: datetime) -> Iterator[MetricRow]:
    """The metrics that go on, of the person's seats and of those that they answer for."""
    held = [org.seats[seat] for seat in seats if seat in org.seats]
    answered = (one for seat in seats for one in org.seats_owned_by(seat) if one.id not in seats)
    for seat in _list_once(chain(held, answered)):
        if seat.is_active:
            for row in list_current_rows(org, seat, now):
                if row.has_begun and row.metric.targets.dated and not is_over(org, row.metric, now):
                    yield row


def _list_once(seats: Iterable[Seat]) -> Iterable[Seat]:
    return {seat.id: seat for seat in seats}.values()


def _is_entered_by(row: MetricRow, seats: Collection[str]) -> bool:
    """Whether the person enters the values of a metric, as long as nothing goes wrong."""
    return (row.seat.id in seats and not row.metric.source) or _find_last_recorder(row) in seats


def _find_last_recorder(row: MetricRow) -> str:
    """Who recorded the newest value; "" if there is none."""
    for period in _list_periods_back(row):
        cell = row.cell_at(period)
        if cell.value is not None:
            return cell.by or ""
    return ""


def _list_periods_back(row: MetricRow) -> Iterator[Period]:
    """The newest periods of a metric that have begun, the newest first."""
    org, metric = row.org, row.metric
    period = period_containing(row.now, metric.cadence.grain, org.zone)
    period = min(period, metric.ends) if metric.ends else period
    if not is_owed(org, metric, period):
        period = previous_owed_period(org, metric, period)
    for _ in range(_MOST_PERIODS + _LAST):
        yield period
        period = previous_owed_period(org, metric, period)


def _list_owed_of(
    row: MetricRow, seats: Collection[str], until: datetime, *, is_late_only: bool
) -> Iterator[OwedNumber]:
    """The values of a metric that are missing up to the newest value, and the newest one if it is unknown."""
    org, metric, count = row.org, row.metric, 0
    for period in _list_periods_back(row):
        cell, is_first = row.cell_at(period), count == 0
        if cell.value is not None or cell.state is CellState.NONE or count == _MOST_PERIODS:
            return
        due = due_at(org, metric, period)
        if (stale_at(org, metric, period) > row.now) if is_late_only else (due >= until):
            continue
        if count >= _FEWEST_PERIODS and due < row.now - _LATELY:
            return
        count += 1
        is_said = cell.state is CellState.UNAVAILABLE and (cell.by in seats or not is_first)
        if not is_said:
            yield _describe(row, period, seats)


def _find_given(row: MetricRow, seats: Collection[str]) -> OwedNumber | None:
    """The newest value of a metric that is known or was said to be unknown; None without one."""
    for period in _list_periods_back(row):
        cell = row.cell_at(period)
        if cell.value is not None or cell.state is CellState.UNAVAILABLE:
            return _describe(row, period, seats)
    return None


def _describe(row: MetricRow, period: Period, seats: Collection[str]) -> OwedNumber:
    org, seat, metric = row.org, row.seat, row.metric
    due = due_at(org, metric, period)
    return OwedNumber(
        seat=seat.id,
        seat_name=org.name_at(seat.id, row.now),
        metric=metric.id,
        name=metric.name,
        outcome=metric.outcome,
        unit=metric.targets.unit,
        target=metric.targets.target_for(period),
        is_judged_alone=not metric.is_rolled_up or metric.rollup is Rollup.HITS,
        period=period.text,
        due=due,
        is_own=seat.id in seats,
        is_late=due <= row.now,
        source=metric.source or "",
        newest=org.newest_scores(seat.id, metric.id).get(period.text),
        last=_list_last(row, period),
    )


def _list_last(row: MetricRow, before: Period) -> tuple[Cell, ...]:
    """The cells before a period, the newest first, back to the first that somebody has recorded."""
    found: list[Cell] = []
    period = before
    for _ in range(_LAST):
        period = previous_owed_period(row.org, row.metric, period)
        found.append(row.cell_at(period))
    while found and found[-1].value is None and found[-1].state is not CellState.UNAVAILABLE:
        found.pop()
    return tuple(found)


def _find_next(rows: Iterable[MetricRow]) -> NextNumber | None:
    found: list[tuple[Next, MetricRow]] = [(after, row) for row in rows if (after := next_due(row))]
    if not found:
        return None
    after, row = min(found, key=lambda pair: (pair[0].due, pair[1].key))
    return NextNumber(row.org.name_at(row.seat.id, row.now), row.metric.name, after.period, after.due)


def _order(number: OwedNumber) -> tuple[bool, datetime, str, str, str]:
    """Those of the person's own seats first, then what is due first."""
    return (not number.is_own, number.due, number.seat, number.metric, number.period)
