"""When the metrics of a seat end that is retired, so that each period has one metric that takes its value.

A retired seat takes no more values, so that its record stays right. The periods at the end of a metric for which no
value was recorded yet therefore go to the metric that continues it: there they are owed, and can be recorded.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orgtp.actions.metrics import find_end
from orgtp.model.cell import CellState
from orgtp.model.due import explain_not_owed
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Period
from orgtp.model.seat import Metric, Seat, find_first_period_after

NOBODY_CONTINUES = "with the seat; nobody took it over"


def find_retired_ends(org: Org, seat: Seat, moved: Collection[str], now: datetime) -> dict[str, Period]:
    """Return the last period of each metric of the seat that has one when the seat is retired.

    `moved` are the metrics that another seat takes over. A metric without an end of its own that nobody continues ends
    with the seat, and is not here.
    """
    ends: dict[str, Period] = {}
    for metric in seat.metrics.values():
        if metric.id in moved:
            _find_handed_end(org, seat, metric, metric.cadence, now, ends)
        elif heir := _find_heir_elsewhere(org, seat, metric):
            _find_handed_end(org, seat, metric, heir.cadence, now, ends)
    for metric in seat.metrics.values():
        if metric.ends and metric.id not in ends:
            # An end in the future would leave periods for which nobody can record a value.
            ends[metric.id] = min(metric.ends, find_end(org, seat, metric, now))
    return ends


def describe_retired_end(org: Org, seat: Seat, metric: Metric, end: Period | None) -> str:
    """Say how a metric ended that nobody takes over, for the record: with the seat, or earlier."""
    heir = org.heir_of(seat.id, metric.id)
    if metric.ends is None or end is None:
        return NOBODY_CONTINUES
    return f"after {end.text}; {f'continued by {heir.text}' if heir else 'nobody took it over'}"


def _find_heir_elsewhere(org: Org, seat: Seat, metric: Metric) -> Metric | None:
    """The metric of another seat that works which continues this one already; None if there is none."""
    heir = org.continuing_in_row(seat.id, metric.id)
    if heir is None or heir.seat == seat.id or org.seats[heir.seat].is_retired:
        return None
    return org.seats[heir.seat].metrics[heir.metric]


def _find_handed_end(
    org: Org, seat: Seat, metric: Metric, cadence: str, now: datetime, ends: dict[str, Period]
) -> Period:
    """Find the end of a metric that one of this cadence continues, and of those of the seat that it continues itself.

    If it never had a value of its own, the gap may begin with the metric before it. Periods of another cadence stay.
    """
    row = MetricRow(org, seat, metric, now)
    end = find_end(org, seat, metric, now)
    end = min(end, metric.ends) if metric.ends else end
    end = _find_last_before_gap(row, end) if cadence == metric.cadence else end
    begin, past = row.changeover, row.past
    if begin and past and past.seat.id == seat.id and end < begin:
        before = _find_handed_end(org, seat, past.metric, metric.cadence, now, ends)
        end = min(end, find_first_period_after(before, metric.cadence.grain).previous())
    ends[metric.id] = end
    return end


def _find_last_before_gap(row: MetricRow, last: Period) -> Period:
    """The period before the values at the end that are not there, up to `last`; `last` itself if it has a record."""
    found = period = last
    while True:
        if explain_not_owed(row.org, row.metric, period) == "":
            if row.cell_at(period).state not in _OPEN_STATES:
                return found
            found = period.previous_in(row.org.zone)
        period = period.previous_in(row.org.zone)


# A value is owed, and there is no record.
_OPEN_STATES = {CellState.MISSING, CellState.PENDING}
