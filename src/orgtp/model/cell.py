"""Cells: a metric's value in one period, compared with the target for that period.

An unknown or missing value is a state of its own, never a number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.due import due_at, is_owed, previous_owed_period
from orgtp.model.errors import BadValue
from orgtp.model.org import Org
from orgtp.model.period import Grain, Period, parse_period, period_containing, period_containing_local
from orgtp.model.score import Score, format_timestamp
from orgtp.model.score_series import EARLIEST, ScoreSeries
from orgtp.model.seat import Metric, Rollup, Seat
from orgtp.model.target import Target
from orgtp.model.value import EXACT, ValueKind, mean_of_times, round_mean


class CellState(StrEnum):
    """The state of a metric in one period."""

    ON = "on"
    OFF = "off"
    UNAVAILABLE = "unavailable"
    MISSING = "missing"
    PENDING = "pending"
    NONE = "none"

    @property
    def is_known(self) -> bool:
        """Whether there is a value, on target or off target."""
        return self in {CellState.ON, CellState.OFF}

    @property
    def is_gap(self) -> bool:
        """Whether a value is expected but unknown."""
        return self in {CellState.UNAVAILABLE, CellState.MISSING}


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric in one period. `value` is in its stored form, or `4/5` for hits; `at` is in UTC.

    `partial` means that some of the values that it combines are unknown.
    """

    period: str
    state: CellState
    value: str | None = None
    at: str | None = None
    by: str | None = None
    note: str | None = None
    corrected: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of a seat as of `now` (an aware datetime)."""

    org: Org
    seat: Seat
    metric: Metric
    now: datetime

    def cell_at(self, period: Period) -> Cell:
        """The cell for one period of the metric's own cadence."""
        series = self._series(period.start)
        score = series.in_force.get(period.text)
        if score is None:
            return Cell(period.text, self._state_without_record(period))
        return self._cell_from_record(period, score, corrected=period.text in series.corrected)

    def _series(self, since: datetime = EARLIEST) -> ScoreSeries:
        """The records, complete for every period that begins at `since` or later."""
        return self.org.score_series(self.seat.id, self.metric.id, since)

    def column_cell(self, column: Period) -> Cell:
        """The cell for one column of a grid. The metric's rollup combines shorter periods."""
        if _SIZES[self.metric.cadence.grain] > _SIZES[column.grain]:
            return self._coarser_cell(column)
        pieces = [self.cell_at(piece) for piece in column.split(self.metric.cadence.grain, self.org.zone)]
        found = pieces[0] if len(pieces) == 1 else self._roll_up(column, pieces)
        return found if found.period == column.text else replace(found, period=column.text)

    def latest_cell(self) -> Cell:
        """The cell of the newest period that has or should have a value. Values are never carried forward."""
        grain = self.metric.cadence.grain
        period = period_containing(self.now, grain, self.org.zone)
        current = cell = self.cell_at(period)
        for _ in range(_LOOK_BACK):
            if cell.state.is_known or cell.state.is_gap:
                return cell
            period = previous_owed_period(self.org, self.metric, period)
            cell = self.cell_at(period)
        return current

    def count_on_target(self) -> tuple[int, int]:
        """The number of recorded periods that are on target, and the number that have a value."""
        records = self.org.scores_in_force(self.seat.id, self.metric.id).values()
        cells = [self.cell_at(period) for score in records if (period := score.parsed_period)]
        return sum(cell.state is CellState.ON for cell in cells), sum(cell.state.is_known for cell in cells)

    def known_periods(self, since: datetime = EARLIEST) -> list[Period]:
        """The periods of the metric's own cadence from `since` on that have a value, in no order."""
        series = self._series(since)
        periods = (period for period in series.periods(self.metric.cadence.grain) if period.start >= since)
        return [period for period in periods if self._parse_amount(series.in_force[period.text]) is not None]

    def newest_known_before(self, period: Period) -> Period | None:
        """The newest period before this one that has a value, however old; None if there is none."""
        while True:
            series, complete = self._series(period.start), self.org.scores_complete_since(self.seat.id)
            before = [
                one for one in series.periods(self.metric.cadence.grain) if complete <= one.start and one < period
            ]
            for known in sorted(before, reverse=True):
                if self._parse_amount(series.in_force[known.text]) is not None:
                    return known
            if not self.org.read_further_back(self.seat.id):
                return None

    def declared_beginning(self) -> Period | None:
        """The first period according to the seat's `since` and the first dated target; None without either."""
        grain, since, targets = self.metric.cadence.grain, self.seat.since, self.metric.targets
        # The day on which a seat began counts from its last hour.
        begins = [period_containing_local(datetime.combine(since, time(23)), grain)] if since else []
        if target := targets.first_period if targets.dated else None:
            period = period_containing_local(target.start, grain)
            begins.append(period if period.start >= target.start else period.next())
        return max(begins, default=None)

    def first_period(self) -> Period | None:
        """The metric's first period, ignoring days off; None if it is unknown."""
        grain = self.metric.cadence.grain
        return self.declared_beginning() or min(self._series().periods(grain), default=None)

    def _metric_existed(self, period: Period) -> bool:
        """Whether the metric existed: the seat had begun, and its first target was in force."""
        begun = self.seat.since is None or period.next().start.date() > self.seat.since
        return begun and self.metric.targets.target_for(period) is not None

    def _state_without_record(self, period: Period) -> CellState:
        """The state of a period without a record."""
        owed = self._seat_was_active(period) and is_owed(self.org, self.metric, period)
        if not owed or not self._metric_existed(period) or self._precedes_first_value(period):
            return CellState.NONE
        late = due_at(self.org, self.metric, period) <= self.now.astimezone(UTC)
        return CellState.MISSING if late else CellState.PENDING

    def _seat_was_active(self, period: Period) -> bool:
        """Whether the seat is active, or was: an inactive seat counts as active until its last record."""
        if self.seat.is_active:
            return True
        # Compared as text, because the cadence may have changed; texts of earlier years sort first.
        recorded = self._series(period.start.replace(month=1, day=1) - _A_WEEK).in_force
        return period.text < max(recorded, default="")

    def _has_ended(self, period: Period) -> bool:
        """Whether the period has ended. Compared in UTC, because times in one zone compare by local time."""
        return period.ends(self.org.zone).astimezone(UTC) <= self.now.astimezone(UTC)

    def _precedes_first_value(self, period: Period) -> bool:
        """Whether the period is before the first record of a seat whose beginning is unknown."""
        if self.seat.since is not None or self.metric.targets.first_period is not None:
            return False
        return self._has_ended(period) and not self._has_record_until(period)

    def _has_record_until(self, period: Period) -> bool:
        """Whether there is a record for this period or an earlier one."""
        while True:
            recorded = map(parse_period, self._series(period.start).in_force)
            if any(one is not None and one.start <= period.start for one in recorded):
                return True
            if not self.org.read_further_back(self.seat.id):
                return False

    def _cell_from_record(self, period: Period, score: Score, *, corrected: bool) -> Cell:
        at, by, note = format_timestamp(score.at), score.by or None, score.note or None
        amount = self._parse_amount(score)
        if score.value is None or amount is None:
            note = note if score.value is None else f'"{score.value}" cannot be read'
            return Cell(period.text, CellState.UNAVAILABLE, None, at, by, note, corrected)
        # A recorded value is shown even if no target applies yet.
        target = self.metric.targets.target_for(period)
        state = _compare_with_target(target, amount) if target else CellState.NONE
        return Cell(period.text, state, self.metric.targets.unit.normalize(score.value), at, by, note, corrected)

    def _parse_amount(self, score: Score) -> Decimal | None:
        if score.value is None or not self.metric.targets.dated:
            return None
        try:
            return self.metric.targets.unit.parse_amount(score.value)
        except BadValue:
            return None

    def _coarser_cell(self, column: Period) -> Cell:
        """The cell of a longer period, which is shown in the column of its last day, or of today while it lasts."""
        current = period_containing(self.now, column.grain, self.org.zone)
        grain = self.metric.cadence.grain
        ends = sorted({period_containing_local(day, grain) for day in (column.start, _last_day(column))})
        cells = [
            self.cell_at(period)
            for period in ends
            if min(period_containing_local(_last_day(period), column.grain), current) == column
        ]
        known = [cell for cell in cells if cell.state.is_known]
        return known[-1] if known else cells[0] if cells else Cell(column.text, CellState.NONE)

    def _roll_up(self, column: Period, pieces: Sequence[Cell]) -> Cell:
        known = [cell for cell in pieces if cell.value is not None]
        gaps = [cell for cell in pieces if cell.state.is_gap]
        # A value that is not due yet is not a gap, but a column that has ended without it is partial.
        waiting = sum(cell.state is CellState.PENDING for cell in pieces) if self._has_ended(column) else 0
        if not known:
            return Cell(
                column.text, _worst_state(pieces), note=next((cell.note for cell in reversed(gaps) if cell.note), None)
            )
        if self.metric.rollup is Rollup.LAST:
            last = [cell for cell in pieces if cell in known or cell in gaps][-1]
            return replace(last, partial=bool(gaps or waiting))
        note = f"{waiting} of {len(known) + waiting} not due yet" if waiting else known[-1].note
        note = f"{len(gaps)} of {len(known) + len(gaps) + waiting} not known" if gaps else note
        newest = replace(
            max(known, key=lambda cell: cell.at or ""),
            note=note,
            corrected=any(cell.corrected for cell in known),
            partial=bool(gaps or waiting),
        )
        if gaps and self.metric.rollup is Rollup.SUM:
            return replace(newest, state=CellState.UNAVAILABLE, value=None)
        return self._aggregate_known(newest, known)

    def _aggregate_known(self, newest: Cell, known: Sequence[Cell]) -> Cell:
        """The cell of the combined known values, on target by the combined value, or for hits by all of its parts."""
        if self.metric.rollup is Rollup.HITS:
            hits = sum(cell.state is CellState.ON for cell in known)
            state = CellState.ON if hits == len(known) else CellState.OFF
            return replace(newest, value=f"{hits}/{len(known)}", state=state)
        unit = self.metric.targets.unit
        amounts = [unit.parse_amount(cell.value or "") for cell in known]
        is_mean_of_times = unit.kind is ValueKind.TIME and self.metric.rollup is Rollup.MEAN
        amount = mean_of_times(amounts) if is_mean_of_times else _ROLLUPS[self.metric.rollup](amounts)
        if isinstance(amount, str):
            return replace(newest, state=CellState.UNAVAILABLE, value=None, note=amount)
        last = parse_period(known[-1].period)
        target = (last and self.metric.targets.target_for(last)) or self.metric.targets.dated[-1][1]
        shown = round_mean(amount) if self.metric.rollup is Rollup.MEAN else amount
        return replace(newest, value=unit.format_stored(shown), state=_compare_with_target(target, amount))


_LOOK_BACK = 8
# The first week of a year may begin in the year before.
_A_WEEK = timedelta(days=7)
_SIZES = {grain: size for size, grain in enumerate(Grain)}


def _last_day(period: Period) -> datetime:
    """The beginning of the last day of `period`."""
    return period_containing_local(period.next().start, Grain.DAY).previous().start


def _worst_state(pieces: Sequence[Cell]) -> CellState:
    """The combined state of pieces without a value."""
    states = {cell.state for cell in pieces}
    order = (CellState.UNAVAILABLE, CellState.MISSING, CellState.PENDING, CellState.NONE)
    return next((state for state in order if state in states), CellState.NONE)


def _compare_with_target(target: Target, amount: Decimal) -> CellState:
    return CellState.ON if target.is_met(amount) else CellState.OFF


def _sum_amounts(amounts: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


_ROLLUPS: dict[Rollup, Callable[[Sequence[Decimal]], Decimal]] = {
    Rollup.SUM: _sum_amounts,
    Rollup.MEAN: lambda amounts: EXACT.divide(_sum_amounts(amounts), Decimal(len(amounts))),
    Rollup.MIN: min,
    Rollup.MAX: max,
}
