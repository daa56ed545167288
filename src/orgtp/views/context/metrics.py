"""A metric of a seat: its target, the last periods, and when the next value is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orgtp.model.cell import Cell, CellState
from orgtp.model.due import due_at, is_owed, next_owed_period, previous_owed_period
from orgtp.model.escalation_policy import silenced_until
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import Period, period_containing
from orgtp.views.chart import metric_now
from orgtp.views.context.types import MetricContext, Next

_PERIODS = 4


def describe_metric(row: MetricRow) -> MetricContext:
    """The metric as of now."""
    now, metric = metric_now(row), row.metric
    return MetricContext(
        metric=metric.id,
        name=metric.name,
        outcome=metric.outcome,
        target=now.target,
        unit=now.unit,
        cadence=metric.cadence,
        per=now.per,
        continues=now.continues,
        ends=now.ends,
        source=metric.source or None,
        state=now.state,
        stale_since=now.stale_since,
        silenced=silenced_until(row.org, row.now, row.seat.id, metric.id),
        next=next_due(row),
        rollup=metric.rollup,
        verdict=row.latest_cell() if metric.is_rolled_up else None,
        latest=tuple(_list_latest(row)),
        measure=now.measure,
    )


def next_due(row: MetricRow) -> Next | None:
    """The first value that is missing and not due yet; None if none is expected."""
    if not row.seat.is_active or not row.metric.targets.dated:
        return None
    try:
        period = _find_next_period(row)
        if row.metric.has_end_before(period):
            return None
        return Next(period.text, due_at(row.org, row.metric, period))
    except (OverflowError, ValueError):
        # The seat begins at the end of the calendar.
        return None


def _find_next_period(row: MetricRow) -> Period:
    org, metric = row.org, row.metric
    period = next_owed_period(org, metric, period_containing(row.now, metric.cadence.grain, org.zone))
    while due_at(org, metric, before := previous_owed_period(org, metric, period)) > row.now:
        period = before
    first = row.first_period()
    period = next_owed_period(org, metric, max(period, first) if first else period)
    known = org.score_series(row.seat.id, metric.id, period.start).in_force
    while period.text in known:
        period = next_owed_period(org, metric, period.next_in(org.zone))
    return period


def _list_latest(row: MetricRow) -> Iterator[Cell]:
    """The last periods, oldest first; the current one only if it has a value, because `next` shows it otherwise."""
    newest = period_containing(row.now, row.metric.cadence.grain, row.org.zone)
    newest = min(newest, row.metric.ends) if row.metric.ends else newest
    if not is_owed(row.org, row.metric, newest):
        newest = previous_owed_period(row.org, row.metric, newest)
    periods = [newest]
    while len(periods) <= _PERIODS:
        periods.append(previous_owed_period(row.org, row.metric, periods[-1]))
    cells = [row.cell_at(period) for period in periods]
    shown = [cell for cell in cells if cell.value is not None or cell.state not in {CellState.NONE, CellState.PENDING}]
    yield from _list_past_cells(row, _PERIODS - len(shown))
    yield from reversed(shown[:_PERIODS])


def _list_past_cells(row: MetricRow, most: int) -> list[Cell]:
    """The last `most` periods of the metric that the row begins with."""
    if row.past is None or most <= 0:
        return []
    found = [replace(cell, from_=cell.from_ or row.past.key.text) for cell in _list_latest(row.past)]
    return found[-most:]
