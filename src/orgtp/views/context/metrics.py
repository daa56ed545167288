"""A metric as its seat needs it: what is asked for, what the last periods say, and when the next value is due."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.cell import Cell, CellState, MetricRow
from orgtp.model.due import due_at, is_owed, next_owed_period, previous_owed_period
from orgtp.model.escalation_policy import silenced_until
from orgtp.model.period import Period, period_containing
from orgtp.views.chart import metric_now
from orgtp.views.context.types import MetricContext, Next

_PERIODS = 4


def measured(row: MetricRow) -> MetricContext:
    """A metric of a seat as of now."""
    now, metric = metric_now(row), row.metric
    return MetricContext(
        metric=metric.id,
        name=metric.name,
        outcome=metric.outcome,
        target=now.target,
        unit=now.unit,
        cadence=metric.cadence,
        source=metric.source or None,
        state=now.state,
        stale_since=now.stale_since,
        silenced=silenced_until(row.org, row.now, row.seat.id, metric.id),
        next=next_due(row),
        latest=tuple(_latest(row)),
        measure=now.measure,
    )


def next_due(row: MetricRow) -> Next | None:
    """The first value that is not there and not due yet; None where nobody waits for one."""
    if not row.seat.is_active or not row.metric.targets.dated:
        return None
    try:
        period = _awaited(row)
        return Next(period.text, due_at(row.org, row.metric, period))
    except (OverflowError, ValueError):
        # A seat that begins at the end of all calendars.
        return None


def _awaited(row: MetricRow) -> Period:
    org, metric = row.org, row.metric
    period = next_owed_period(org, metric, period_containing(row.now, metric.cadence.grain, org.zone))
    while due_at(org, metric, before := previous_owed_period(org, metric, period)) > row.now:
        period = before
    first = row.first_period()
    period = next_owed_period(org, metric, max(period, first) if first else period)
    known = org.score_series(row.seat.id, metric.id, period.start).in_force
    while period.text in known:
        period = next_owed_period(org, metric, period.next())
    return period


def _latest(row: MetricRow) -> Iterator[Cell]:
    """The last periods, oldest first; the current one only where it has a value, for the next is told of by itself."""
    newest = period_containing(row.now, row.metric.cadence.grain, row.org.zone)
    if not is_owed(row.org, row.metric, newest):
        newest = previous_owed_period(row.org, row.metric, newest)
    periods = [newest]
    while len(periods) <= _PERIODS:
        periods.append(previous_owed_period(row.org, row.metric, periods[-1]))
    cells = [
        cell for period in periods if (cell := row.cell_at(period)).state not in {CellState.NONE, CellState.PENDING}
    ]
    yield from reversed(cells[:_PERIODS])
