"""The series of one metric that a chart shows: its judged cells in the current phase."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.metric_row import A_SECOND, MetricRow
from orgtp.model.period import GRAIN_SIZES, Grain, Period
from orgtp.model.seat import Rollup
from orgtp.model.value import Unit, ValueKind


@dataclass(frozen=True, slots=True)
class MetricReading:
    """A judged cell that is known in full. `amount` is its value as a number, or 1 and 0 for a hit and a miss.

    `follows` says whether it is next to the reading before it: no blank is between them. `cases` is the number of cases
    that a percentage covers, if it is known.
    """

    period: Period
    cell: Cell
    amount: Decimal
    follows: bool
    cases: int | None = None

    @property
    def is_hit(self) -> bool:
        """Whether it is on target."""
        return self.cell.state is CellState.ON


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of a metric in its current phase, oldest first.

    `begin` is the period with which the phase begins and `reason` why, if the metric has a `rebase`. `states` are those
    of every cell of the phase that is on or off target, partial ones and one in progress included.
    """

    begin: Period | None
    reason: str
    readings: tuple[MetricReading, ...]
    states: tuple[CellState, ...]


def counts_hits(row: MetricRow) -> bool:
    """Whether a metric is judged by hits and misses, and never by the size of its values."""
    targets = row.metric.targets
    is_yes_no = bool(targets.dated) and targets.unit.kind is ValueKind.YES_NO
    return is_yes_no or row.metric.rollup is Rollup.HITS


def read_series(row: MetricRow) -> Series:
    """The current phase of a metric. Records are read only back to its beginning.

    The row may be as of the end of a week, with an org that has later values. Cells that begin after it do not count.
    """
    begin, reason = find_phase(row)
    now = row.now.astimezone(row.org.zone).replace(tzinfo=None)
    first = _find_first_cell(begin, row.metric.cell_grain) if begin else None
    cells: list[tuple[Period, Cell]] = []
    for period in row.recorded_cells():
        if first and period < first:
            break
        if period.start > now:
            continue
        cells.append((period, row.judged_cell(period)))
    cells.reverse()
    states = tuple(cell.state for _, cell in cells if cell.state.is_known)
    return Series(begin, reason, tuple(_list_readings(row, cells)), states)


def _find_first_cell(begin: Period, grain: Grain) -> Period:
    """The first cell that is whole in a phase: one that began before it has values of the phase before, too."""
    cell = begin.widen(grain)
    return cell if cell.start >= begin.start else cell.next()


def find_phase(row: MetricRow) -> tuple[Period | None, str]:
    """The period with which the current phase of a metric begins, and why; None and "" if it has only one."""
    now = row.now.astimezone(row.org.zone).replace(tzinfo=None)
    begun = [(period, reason) for period, reason in row.metric.rebase if period.start <= now]
    return begun[-1] if begun else (None, "")


def _list_readings(row: MetricRow, cells: list[tuple[Period, Cell]]) -> Iterator[MetricReading]:
    unit = row.metric.targets.unit if row.metric.targets.dated else None
    if unit is None:
        return
    # Looked up once, because an org has tens of thousands of cells.
    is_rolled_up, is_hits, has_cases = row.metric.is_rolled_up, counts_hits(row), _may_have_cases(row, unit)
    before: Period | None = None
    for period, cell in cells:
        if not cell.state.is_known or cell.partial or (is_rolled_up and not _is_over(row, period)):
            continue
        amount = Decimal(cell.state is CellState.ON) if is_hits else unit.find_amount(cell.value or "")
        if amount is not None:
            cases = _find_cases(row, period) if has_cases else None
            yield MetricReading(period, cell, amount, _are_neighbours(row, before, period), cases)
            before = period


def _is_over(row: MetricRow, period: Period) -> bool:
    """Whether a cell is over, so that no later value is part of it.

    One of several values that is in progress may have its verdict already, but only some verdicts come early: a miss,
    or a hit. Such a cell counts when it is over.
    """
    return period.ends(row.org.zone).astimezone(UTC) <= row.now.astimezone(UTC) + A_SECOND


def _are_neighbours(row: MetricRow, before: Period | None, period: Period) -> bool:
    """Whether no value was owed between two cells."""
    if before is None:
        return False
    between = period.previous()
    while between > before:
        if row.judged_cell(between).state is not CellState.NONE:
            return False
        between = between.previous()
    return True


def _may_have_cases(row: MetricRow, unit: Unit) -> bool:
    """Whether a cell shows one percentage as recorded. A combined value, such as a mean, has no number of cases."""
    is_one_value = not row.metric.is_rolled_up or row.metric.rollup is Rollup.LAST
    return unit.kind is ValueKind.PERCENT and is_one_value


def _find_cases(row: MetricRow, period: Period) -> int | None:
    """The number of cases of the value that a cell shows: that of its newest period with a value."""
    metric, in_force = row.metric, row.org.scores_in_force(row.seat.id, row.metric.id)
    for piece in reversed(period.split(metric.cadence.grain, row.org.zone)) if metric.is_rolled_up else (period,):
        score = in_force.get(piece.text)
        if score is not None and score.value is not None:
            return score.n
    return None


def list_opportunities(row: MetricRow, readings: tuple[MetricReading, ...]) -> list[tuple[MetricReading, bool]]:
    """Whether each opportunity of the readings was a hit, oldest first, with the reading that it belongs to.

    With the rollup `hits`, each value of a cell is one; else the cell is.
    """
    if not has_several_opportunities(row):
        return [(reading, reading.is_hit) for reading in readings]
    found: list[tuple[MetricReading, bool]] = []
    for reading in readings:
        for piece in reading.period.split(row.metric.cadence.grain, row.org.zone):
            state = row.cell_at(piece).state
            if state.is_known:
                found.append((reading, state is CellState.ON))
    return found


def has_several_opportunities(row: MetricRow) -> bool:
    """Whether each value of a cell is an opportunity of its own."""
    return row.metric.is_rolled_up and row.metric.rollup is Rollup.HITS


def is_finer_than_weekly(row: MetricRow) -> bool:
    """Whether a metric of hits has more than one opportunity a week."""
    grain = row.metric.cadence.grain if has_several_opportunities(row) else row.metric.cell_grain
    return GRAIN_SIZES[grain] < GRAIN_SIZES[Grain.WEEK]
