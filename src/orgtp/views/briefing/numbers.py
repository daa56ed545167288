"""The numbers of a briefing: those that are late or unknown, and those that are off target since a working day ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from orgtp.model.cell import Cell, CellState
from orgtp.model.due import previous_owed_period
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import Period, period_containing
from orgtp.model.score_series import EARLIEST
from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.briefing.types import LateNumber, NewestCollect, OffNumber
from orgtp.views.chart import target_now
from orgtp.views.rewind import keep_values_until


def list_late_numbers(scope: BriefingScope) -> tuple[LateNumber, ...]:
    """The values that are late, the longest first, then those that are unknown otherwise."""
    late = [
        LateNumber(
            one.seat,
            scope.name_of(one.seat),
            one.metric,
            one.name,
            one.period,
            one.state,
            one.why,
            one.source,
            one.since,
            one.in_a_row,
            one.silenced,
        )
        for one in scope.stale
    ]
    known = {(one.seat, one.metric) for one in late}
    return (*late, *(one for one in _list_unknown(scope) if (one.seat, one.metric) not in known))


def _list_unknown(scope: BriefingScope) -> Iterator[LateNumber]:
    """The metrics of active seats whose newest verdict is unknown."""
    for row in scope.rows:
        cell = scope.latest_cell(row) if row.seat.is_active else None
        if cell and cell.state.is_gap:
            yield LateNumber(
                row.seat.id,
                scope.name_of(row.seat.id),
                row.metric.id,
                row.metric.name,
                cell.period,
                cell.state,
                _explain_unknown(row, cell),
                row.metric.source or None,
            )


def _explain_unknown(row: MetricRow, cell: Cell) -> str:
    if cell.note:
        return cell.note
    if cell.state is CellState.UNAVAILABLE:
        return "unavailable, and nobody said why"
    return f"no value came from {row.metric.source} yet" if row.metric.source else "no value came yet"


def list_off_numbers(scope: BriefingScope) -> tuple[OffNumber, ...]:
    """The metrics of active seats whose newest verdict is off target, and was not a working day ago."""
    off = [row for row in scope.rows if row.seat.is_active and scope.latest_cell(row).state is CellState.OFF]
    return tuple(_describe_off(scope, row, scope.latest_cell(row)) for row in off if not was_off(row, scope.before))


def was_off(row: MetricRow, then: datetime) -> bool:
    """Whether the metric was off target `then` already, by what was recorded at that time.

    The newest cell that was on or off target decides, whichever it was: a blank neither ends a run of misses nor begins
    a new one. Before its own first verdict, it is that of the metric that it continues.
    """
    state = _find_verdict(row, then, whole=False) or _find_verdict(row, then, whole=True)
    if state is None:
        return row.past is not None and was_off(row.past, then)
    return state is CellState.OFF


def _find_verdict(row: MetricRow, then: datetime, *, whole: bool) -> CellState | None:
    """The newest verdict that a metric had `then`; unless `whole`, only of the last two cells, which is read sooner."""
    first = period_containing(then, row.metric.cell_grain, row.org.zone).previous()
    # The first week of a month may begin in the month before.
    org = keep_values_until(row.org, then, [row.key], EARLIEST if whole else first.start - _A_WEEK)
    earlier = MetricRow(org, row.seat, row.metric, then)
    cells = (period for period in earlier.recorded_cells() if whole or period >= first)
    states = (earlier.judged_cell(period).state for period in cells)
    return next((state for state in states if state.is_known), None)


_A_WEEK = timedelta(days=7)


def _describe_off(scope: BriefingScope, row: MetricRow, cell: Cell) -> OffNumber:
    metric = row.metric
    return OffNumber(
        row.seat.id,
        scope.name_of(row.seat.id),
        metric.id,
        metric.name,
        cell.period,
        cell.value,
        target_now(scope.org, metric, scope.now),
        row.count_misses_in_a_row(),
        metric.targets.unit if metric.targets.dated else None,
    )


def find_newest_collect(scope: BriefingScope) -> NewestCollect | None:
    """When a value of a metric with a source was last recorded. None if no metric of an active seat has a source.

    Only the metrics of the shortest cadence count. A collection that finds a value unchanged records nothing, but each
    period of a metric has a record of its own, so a whole period without one means that nothing was collected.
    """
    rows = [row for row in scope.rows if row.seat.is_active and row.metric.source]
    if not rows:
        return None
    order = list(type(rows[0].metric.cadence))
    cadence = min((row.metric.cadence for row in rows), key=order.index)
    some = [row for row in rows if row.metric.cadence is cadence]
    current = period_containing(scope.now, cadence.grain, scope.org.zone)
    whole = _find_whole_period(scope, some[0], current)
    newest = _find_newest_record(some, whole)
    is_old = newest is None or newest < whole.begins(scope.org.zone).astimezone(UTC)
    return NewestCollect(newest, cadence.value, is_old)


def _find_whole_period(scope: BriefingScope, row: MetricRow, current: Period) -> Period:
    """The newest period that is over and for which a value is expected."""
    return previous_owed_period(scope.org, row.metric, current)


def _find_newest_record(rows: list[MetricRow], whole: Period) -> datetime | None:
    """The time of the newest record: of the last two periods if there is one, else of all."""
    found = [one.at for row in rows for one in row.org.score_series(row.seat.id, row.metric.id, whole.start).records]
    if not found:
        found = [one.at for row in rows for one in row.org.score_records(row.seat.id, row.metric.id)]
    return max(found, default=None)
