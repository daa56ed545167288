"""How values were judged before version 1 of the formats, so that `orgtp upgrade` can say what changes for an org.

Then, the values of a week were compared with the target without `per` and `allow_misses`: a count was on target if
every known value was, the last value counted even if it was unknown, and the state of a metric was that of its newest
value alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellRules, CellState, compare_with_target, roll_up
from orgtp.model.due import previous_owed_period
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import GRAIN_SIZES, Grain, Period, period_containing
from orgtp.model.seat import Metric, Rollup, Seat


@dataclass(frozen=True, slots=True)
class RecountedVerdict:
    """A verdict that differs: of the week `period`, or of the metric now if that is None."""

    seat: str
    name: str
    metric: str
    metric_name: str
    period: str | None
    before: CellState
    after: CellState


def list_recounted_verdicts(org: Org, now: datetime) -> Iterator[RecountedVerdict]:
    """List what is judged differently than before version 1: the state of each metric, then its past weeks."""
    for seat in org.seats.values():
        for metric in seat.metrics.values():
            if metric.is_rolled_up or GRAIN_SIZES[metric.cadence.grain] < GRAIN_SIZES[Grain.WEEK]:
                yield from _compare_metric(MetricRow(org, seat, metric, now), seat, metric)


def _compare_metric(row: MetricRow, seat: Seat, metric: Metric) -> Iterator[RecountedVerdict]:
    current = period_containing(row.now, Grain.WEEK, row.org.zone)
    weeks = sorted({cell.widen(Grain.WEEK) for cell in row.recorded_cells()} - {current})
    states: list[tuple[str | None, CellState, CellState]] = [(None, _former_state(row), row.latest_cell().state)]
    states += [(week.text, _former_week_state(row, week), row.column_cell(week).state) for week in weeks]
    for period, before, after in states:
        if before is not after:
            yield RecountedVerdict(seat.id, seat.name, metric.id, metric.name, period, before, after)


def _former_week_state(row: MetricRow, week: Period) -> CellState:
    rollup, targets = row.metric.rollup, row.metric.targets
    pieces = [row.cell_at(piece) for piece in week.split(row.metric.cadence.grain, row.org.zone)]
    known = [cell for cell in pieces if cell.value is not None]
    if known and rollup is Rollup.HITS:
        return CellState.ON if all(cell.state is CellState.ON for cell in known) else CellState.OFF
    expected = [cell for cell in pieces if cell.value is not None or cell.state.is_gap]
    if known and rollup is Rollup.LAST and expected[-1].value is None:
        return expected[-1].state
    shown = [cell for cell in pieces if cell.state is not CellState.PENDING]
    target = targets.target_for(week.split(row.metric.cadence.grain, row.org.zone)[-1])
    return roll_up(week.text, shown, CellRules(rollup, targets.unit, target), has_ended=True).state


def _former_state(row: MetricRow) -> CellState:
    """The state of the newest value that was recorded or due."""
    period = current = period_containing(row.now, row.metric.cadence.grain, row.org.zone)
    for _ in range(_LOOK_BACK):
        cell = row.cell_at(period)
        if cell.value is not None:
            amount = row.metric.targets.unit.parse_amount(cell.value)
            return compare_with_target(row.metric.targets.target_for(period), amount)
        if cell.state.is_gap:
            return cell.state
        period = previous_owed_period(row.org, row.metric, period)
    return row.cell_at(current).state


_LOOK_BACK = 9
