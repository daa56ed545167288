"""Runs of misses of a metric, and the records behind its cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from orgtp.model.cell import Cell, CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import Period
from orgtp.model.score import Score


@dataclass(frozen=True, slots=True)
class MissRun:
    """Cells off target in a row, from `first` to `last`."""

    first: Period
    last: Period
    misses: int


def find_open_run(row: MetricRow) -> MissRun | None:
    """The run of misses that goes on; None if the newest known cell is on target."""
    known = (period for period in row.recorded_cells() if row.judged_cell(period).state.is_known)
    off = list(takewhile(lambda period: row.judged_cell(period).state is CellState.OFF, known))
    return MissRun(off[-1], off[0], len(off)) if off else None


def list_runs(row: MetricRow, since: datetime) -> list[MissRun]:
    """The runs of misses that end at `since` (local time) or later, newest first.

    As in `count_misses_in_a_row`, a blank neither breaks nor extends a run, and a run stops at a changeover.
    """
    found: list[MissRun] = []
    is_new = True
    for period in row.recorded_cells():
        state = row.judged_cell(period).state
        is_new = is_new or state is CellState.ON
        if period.next().start <= since and is_new:
            break
        if state is CellState.OFF:
            earlier = found.pop() if not is_new else MissRun(period, period, 0)
            found.append(MissRun(period, earlier.last, earlier.misses + 1))
            is_new = False
    return found


def list_known_cells(row: MetricRow, since: datetime) -> list[tuple[Period, Cell]]:
    """The cells with a verdict that end after `since` (local time), newest first."""
    recent = takewhile(lambda period: period.next().start > since, row.recorded_cells())
    cells = ((period, row.judged_cell(period)) for period in recent)
    return [(period, cell) for period, cell in cells if cell.state.is_known]


def find_record(row: MetricRow, cell: Period) -> Score | None:
    """The newest of the records in force of a cell."""
    series = row.org.score_series(row.seat.id, row.metric.id, cell.start)
    grain = row.metric.cell_grain
    found = [
        score
        for score in series.in_force.values()
        if (period := score.parsed_period)
        and period.grain is row.metric.cadence.grain
        and period.widen(grain) == cell
        and score.value is not None
    ]
    return max(found, key=lambda score: score.at, default=None)


def describe_span(first: Period, last: Period) -> str:
    """`in 2026-W40`, or `from 2026-W40 to 2026-W44`."""
    return f"in {first.text}" if first == last else f"from {first.text} to {last.text}"
