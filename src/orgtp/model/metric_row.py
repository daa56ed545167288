"""A metric of a seat as of one moment: its cells, its state, and its counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import chain

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellRules, CellState, compare_with_target, roll_up
from orgtp.model.due import due_at, is_over, is_owed
from orgtp.model.org import Org
from orgtp.model.period import GRAIN_SIZES, Grain, Period, parse_period, period_containing, period_containing_local
from orgtp.model.score import Score, format_timestamp
from orgtp.model.score_series import EARLIEST, ScoreSeries
from orgtp.model.seat import Metric, MetricKey, Rollup, Seat, find_first_period_after
from orgtp.model.value import Unit, ValueKind


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of a seat as of `now` (an aware datetime).

    If it continues another metric, its row begins with the history of that one (`past`), judged as it was there: by its
    targets and rules, and for its seat. `column_cell`, `row_cell` and `latest_cell` reach into the past and say so in
    `Cell.from_`; cells by period and all counts are of the metric itself, so that runs stop at the changeover.
    """

    org: Org
    seat: Seat
    metric: Metric
    now: datetime
    _judged: dict[Period, Cell] = field(default_factory=dict, compare=False, repr=False)
    _past: list[MetricRow | None] = field(default_factory=list, compare=False, repr=False)

    @property
    def key(self) -> MetricKey:
        """The metric by the ids of its seat and its own."""
        return MetricKey(self.seat.id, self.metric.id)

    @property
    def past(self) -> MetricRow | None:
        """The metric whose history the row begins with, as of the same moment; None if there is none."""
        if not self.metric.continues:
            return None
        if not self._past:
            held = self.org.predecessor_of(self.seat.id, self.metric.id)
            self._past.append(MetricRow(self.org, *held, self.now) if held else None)
        return self._past[0]

    @property
    def changeover(self) -> Period | None:
        """The first period of the metric itself, if it continues another one; None if it does not."""
        end = self.past.metric.ends if self.past else None
        return find_first_period_after(end, self.metric.cadence.grain) if end else None

    @property
    def is_done(self) -> bool:
        """Whether the metric has ended and nothing more is owed: its last period is over, or has its value already."""
        end = self.metric.ends
        if end is None:
            return False
        if self.past and (begin := self.changeover) and end < begin:
            # It never had a period of its own.
            return self.past.is_done
        last = self._series(end.start).in_force.get(end.text)
        return is_over(self.org, self.metric, self.now) or (last is not None and last.value is not None)

    @property
    def has_begun(self) -> bool:
        """Whether the metric has taken over the row of the one that it continues, if any: that one is done."""
        return self.past is None or self.past.is_done

    def cell_at(self, period: Period) -> Cell:
        """The cell for one period of the metric's own cadence. After the end of the metric, there is nothing."""
        if self.metric.has_end_before(period):
            return Cell(period.text, CellState.NONE)
        series = self._series(period.start)
        score = series.in_force.get(period.text)
        if score is None:
            return Cell(period.text, self._state_without_record(period))
        return self._cell_from_record(period, score, corrected=period.text in series.corrected)

    def _series(self, since: datetime = EARLIEST) -> ScoreSeries:
        """The records, complete for every period that begins at `since` or later."""
        return self.org.score_series(self.seat.id, self.metric.id, since)

    def judged_cell(self, period: Period) -> Cell:
        """The verdict on one cell, a period of the size of the metric's `per`."""
        if period not in self._judged:
            self._judged[period] = self._judge(period)
        return self._judged[period]

    def _judge(self, period: Period) -> Cell:
        if not self.metric.is_rolled_up:
            return self.cell_at(period)
        pieces = period.split(self.metric.cadence.grain, self.org.zone)
        cells = [self.cell_at(piece) for piece in pieces]
        # A month of weekly values ends with the last week that belongs to it, or with the metric.
        last = next((piece for piece in reversed(pieces) if not self.metric.has_end_before(piece)), pieces[-1])
        return roll_up(period.text, cells, self._rules_for(period), has_ended=self._has_ended(last))

    def _rules_for(self, period: Period) -> CellRules:
        metric = self.metric
        last = period.split(metric.cadence.grain, self.org.zone)[-1]
        unit = metric.targets.unit if metric.targets.dated else _NUMBER
        return CellRules(metric.rollup, unit, metric.targets.target_for(last), metric.allow_misses)

    def row_cell(self, period: Period) -> Cell:
        """The verdict on one cell, of the past before the changeover if that was judged in cells of the same size."""
        cell, past = self.judged_cell(period), self.past
        if past is None or past.metric.cell_grain is not self.metric.cell_grain:
            return cell
        return self._fill_from_past(cell, past.row_cell(period))

    def column_cell(self, week: Period) -> Cell:
        """The cell for a week of a grid: hits of the days in it, or the month or quarter that ends in it.

        Where the metric has nothing, it is the cell of the metric that it continues.
        """
        cell = self._own_column_cell(week)
        may_be_past = cell.is_empty or cell.state is CellState.MISSING
        return self._fill_from_past(cell, self.past.column_cell(week)) if may_be_past and self.past else cell

    def _fill_from_past(self, cell: Cell, before: Cell) -> Cell:
        """The cell, or that of the past where this one is empty and the other is not.

        If only values of this one are missing, in a cell in which both have periods, those of the past are part of it.
        """
        if self.past is None or (before.state is CellState.NONE and before.value is None):
            return cell
        is_part_known = cell.state is CellState.MISSING and before.state.is_known
        if not (cell.is_empty or is_part_known) or (cell.state is CellState.PENDING and before.is_empty):
            return cell
        return replace(before, from_=before.from_ or self.past.key.text, partial=before.partial or is_part_known)

    def _own_column_cell(self, week: Period) -> Cell:
        """The cell of the metric itself for a week of a grid."""
        grain = self.metric.cell_grain
        if grain is week.grain:
            return self.judged_cell(week)
        if GRAIN_SIZES[grain] > GRAIN_SIZES[week.grain]:
            return self._longer_cell(week)
        days = [self.judged_cell(day) for day in week.split(grain, self.org.zone)]
        allowed = self.metric.allow_misses if not self.metric.is_rolled_up else 0
        return roll_up(week.text, days, CellRules(Rollup.HITS, _NUMBER, None, allowed), has_ended=self._has_ended(week))

    def cells_in(self, weeks: Sequence[Period]) -> list[Cell]:
        """The cells that the counts of a grid of weeks count: those that it shows, or the days that it combines."""
        if GRAIN_SIZES[self.metric.cell_grain] < GRAIN_SIZES[Grain.WEEK]:
            return [
                self.judged_cell(day) for week in weeks for day in week.split(self.metric.cell_grain, self.org.zone)
            ]
        return [self._own_column_cell(week) for week in weeks]

    def latest_cell(self) -> Cell:
        """The cell that gives the metric its state: the newest that has ended and is neither pending nor none.

        The current cell is used instead if its verdict is final: a value is recorded for the whole of it, or no later
        value can change it. Values are never carried forward. Until the metric has such a cell of its own, it is that
        of the metric that it continues.
        """
        cell = self._own_latest_cell()
        if self.past is None or cell.state.is_known:
            return cell
        if cell.state.is_gap:
            period = parse_period(cell.period)
            return self.row_cell(period) if period and cell.state is CellState.MISSING else cell
        before = self.past.latest_cell()
        is_verdict = before.state.is_verdict
        return replace(before, from_=before.from_ or self.past.key.text) if is_verdict else cell

    def _own_latest_cell(self) -> Cell:
        period = period_containing(self.now, self.metric.cadence.grain, self.org.zone).widen(self.metric.cell_grain)
        current = cell = self.judged_cell(period)
        if cell.state.is_known or (cell.state.is_gap and not self.metric.is_rolled_up):
            return cell
        for older in self._list_older_cells(period):
            cell = self.judged_cell(older)
            if cell.state.is_verdict:
                return cell
        return current

    def list_cells_back(self, last: Period) -> Iterator[Cell]:
        """The cells from `last` back to the first one that have a value or are unknown, the newest first.

        `last` is a cell, and each is read as by `row_cell`. One that is not due yet is left out, and one in progress as
        long as nothing of it is known.
        """
        for period in chain([last], self._list_older_cells(last)):
            cell = self.row_cell(period)
            in_progress = cell.state.is_gap and self.metric.is_rolled_up and not self._has_ended(period)
            if not in_progress and (cell.state.is_gap or cell.value is not None):
                yield cell

    def _list_older_cells(self, period: Period) -> Iterator[Period]:
        """Each cell before this one, newest first, back to the first with a record; without any, to the beginning."""
        beginning = self.declared_beginning() if self.seat.has_blanks else None
        floors = chain(self.recorded_cells(period), [beginning.widen(self.metric.cell_grain)] if beginning else [])
        for floor in floors:
            while floor < period:
                period = period.previous()
                yield period

    def recorded_cells(self, before: Period | None = None) -> Iterator[Period]:
        """The cells with a record, newest first, from `before` on. Older records are read as far as they are needed."""
        until = before.start if before else datetime.max  # noqa: DTZ901  (wall time, like the start of a period)
        grain, needed = self.metric.cadence.grain, period_containing(self.now, self.metric.cell_grain, self.org.zone)
        while True:
            series = self._series(min(until, needed.start))
            complete = self.org.scores_complete_since(self.seat.id)
            cells = {piece.widen(self.metric.cell_grain) for piece in series.periods(grain)}
            fresh = sorted((cell for cell in cells if complete <= cell.start < until), reverse=True)
            yield from fresh
            until = min(until, complete)
            if not self.org.read_further_back(self.seat.id):
                return

    def count_misses_in_a_row(self) -> int:
        """How many cells were off target in a row, up to the newest. A blank neither breaks nor extends the run."""
        misses = 0
        for period in self.recorded_cells():
            state = self.judged_cell(period).state
            if state is CellState.ON:
                break
            misses += state is CellState.OFF
        return misses

    def count_on_target(self) -> tuple[int, int]:
        """The number of cells that are on target, and the number that are on or off target."""
        states = [self.judged_cell(period).state for period in self.recorded_cells()]
        return sum(state is CellState.ON for state in states), sum(state.is_known for state in states)

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
        """The first period by the seat's `since`, the first dated target and `continues`; None without any."""
        grain, since, targets = self.metric.cadence.grain, self.seat.since, self.metric.targets
        # The day on which a seat began counts from its last hour.
        begins = [period_containing_local(datetime.combine(since, time(23)), grain)] if since else []
        if target := targets.first_period if targets.dated else None:
            period = period_containing_local(target.start, grain)
            begins.append(period if period.start >= target.start else period.next())
        if changeover := self.changeover:
            begins.append(changeover)
        return max(begins, default=None)

    def first_period(self) -> Period | None:
        """The metric's first period, ignoring days off; None if it is unknown."""
        grain = self.metric.cadence.grain
        return self.declared_beginning() or min(self._series().periods(grain), default=None)

    def _metric_existed(self, period: Period) -> bool:
        """Whether the metric existed: the seat had begun, with a target in force, and it was past the changeover."""
        begun = self.seat.since is None or period.next().start.date() > self.seat.since
        if (changeover := self.changeover) and period.start < changeover.start:
            return False
        return begun and self.metric.targets.target_for(period) is not None

    def _state_without_record(self, period: Period) -> CellState:
        """The state of a period without a record."""
        owed = self._seat_was_active(period) and is_owed(self.org, self.metric, period)
        if not owed or not self._metric_existed(period) or self._precedes_first_value(period):
            return CellState.NONE
        late = due_at(self.org, self.metric, period) <= self.now.astimezone(UTC)
        return CellState.MISSING if late else CellState.PENDING

    def _seat_was_active(self, period: Period) -> bool:
        """Whether the seat worked on the last day of the period.

        An inactive seat counts as active until its last record, unless the first day of its pause or vacancy is known,
        and a retired one until the end of the metric.
        """
        if (self.seat.pauses or self.seat.holders) and self.seat.was_idle_on(_last_day(period).date()):
            return False
        if self.seat.has_blanks or (self.seat.is_retired and self.metric.ends is not None):
            return True
        # Compared as text, because the cadence may have changed; texts of earlier years sort first.
        recorded = self._series(period.start.replace(month=1, day=1) - _A_WEEK).in_force
        return period.text < max(recorded, default="")

    def _has_ended(self, period: Period) -> bool:
        """Whether the period has ended. A view of the past is as of the last second of its period, which has ended.

        Compared in UTC, because times in one zone compare by local time.
        """
        return period.ends(self.org.zone).astimezone(UTC) <= self.now.astimezone(UTC) + A_SECOND

    def _precedes_first_value(self, period: Period) -> bool:
        """Whether the period is before the first record of a seat whose beginning is unknown."""
        if self.seat.since is not None or self.metric.targets.first_period is not None or self.past is not None:
            return False
        return self._has_ended(period) and not self._has_record_until(period)

    @property
    def _is_part_of_sum(self) -> bool:
        """Whether one value is part of a sum, so that it has no verdict of its own."""
        return self.metric.rollup is Rollup.SUM and self.metric.is_rolled_up

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
        state = CellState.NONE if self._is_part_of_sum else compare_with_target(target, amount)
        return Cell(period.text, state, self.metric.targets.unit.normalize(score.value), at, by, note, corrected)

    def _parse_amount(self, score: Score) -> Decimal | None:
        if score.value is None or not self.metric.targets.dated:
            return None
        return self.metric.targets.unit.find_amount(score.value)

    def _longer_cell(self, week: Period) -> Cell:
        """The cell of a month or quarter, which is shown in the week of its last day, or of today while it lasts."""
        current = period_containing(self.now, week.grain, self.org.zone)
        grain = self.metric.cell_grain
        ends = sorted({period_containing_local(day, grain) for day in (week.start, _last_day(week))})
        cells = [
            self.judged_cell(period)
            for period in ends
            if min(period_containing_local(_last_day(period), week.grain), current) == week
        ]
        # One that ended in this week comes before one that is still in progress.
        return cells[0] if cells else Cell(week.text, CellState.NONE)


def list_current_rows(org: Org, seat: Seat, now: datetime) -> list[MetricRow]:
    """The metrics of a seat as of `now`, without those that have ended or that another one continues by now.

    One that continues another is not there before it begins. A retired seat has all of its metrics, as they ended.
    """
    rows = [MetricRow(org, seat, metric, now) for metric in seat.metrics.values()]
    return rows if seat.is_retired else [row for row in rows if row.has_begun and not row.is_done]


def count_current_metrics(org: Org, seat: Seat, now: datetime) -> int:
    """The number of metrics in `list_current_rows`."""
    plain = sum(not (metric.ends or metric.continues) for metric in seat.metrics.values())
    return plain if plain == len(seat.metrics) else len(list_current_rows(org, seat, now))


def list_rows_since(org: Org, seat: Seat, now: datetime, first: Period) -> list[MetricRow]:
    """The current metrics of a seat, and those that ended in the period `first` or later.

    A metric whose history begins the row of another one has no row of its own.
    """
    if seat.is_retired:
        return list_current_rows(org, seat, now)
    rows = [MetricRow(org, seat, metric, now) for metric in seat.metrics.values()]
    return [row for row in rows if row.has_begun and (not row.is_done or _is_shown_since(row, first))]


def _is_shown_since(row: MetricRow, first: Period) -> bool:
    end, has_other_row = row.metric.ends, row.org.continuing_in_row(*row.key) is not None
    return end is not None and end.next().start > first.start and not has_other_row


# A view of the past is as of the last second of its period.
A_SECOND = timedelta(seconds=1)
# The first week of a year may begin in the year before.
_A_WEEK = timedelta(days=7)
_NUMBER = Unit(ValueKind.NUMBER)


def _last_day(period: Period) -> datetime:
    """The beginning of the last day of `period`."""
    return period_containing_local(period.next().start, Grain.DAY).previous().start
