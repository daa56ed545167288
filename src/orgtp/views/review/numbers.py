"""The numbers that a review discussed, as they are known now. The record of a review has words, and no values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.metric_row import A_SECOND, MetricRow
from orgtp.model.org import Org
from orgtp.model.records.review import parse_week
from orgtp.model.value import Unit
from orgtp.views.chart import target_now
from orgtp.views.review.agenda import WEEKS, find_newest_verdict, list_weeks_until
from orgtp.views.review.held import ReviewView


@dataclass(frozen=True, slots=True)
class ReviewedNumber:
    """The number of a row in the week that was reviewed, or in the newest week before it that has a verdict, `period`.

    `cells` are the 13 weeks up to the reviewed one, and `target` is the one in force at its end.
    """

    state: CellState
    value: str | None
    period: str
    target: str | None
    measure: Unit | None
    cells: tuple[Cell, ...]


def list_reviewed_numbers(org: Org, now: datetime, view: ReviewView) -> Mapping[tuple[str, str], ReviewedNumber]:
    """The number of each row of a review whose metric is still known."""
    week = parse_week(view.week)
    if week is None:
        return {}
    columns = list_weeks_until(week, WEEKS)
    ended = min(now, week.ends(org.zone) - A_SECOND)
    found = {}
    for row in view.rows:
        seat = org.seats.get(row.seat)
        metric = seat.metrics.get(row.metric) if seat else None
        if seat is None or metric is None:
            continue
        # As of now: a value that came after the review counts, as everywhere.
        held = MetricRow(org, seat, metric, now)
        cells = tuple(held.column_cell(column) for column in columns)
        verdict = find_newest_verdict(cells)
        measure = metric.targets.unit if metric.targets.dated else None
        found[row.seat, row.metric] = ReviewedNumber(
            verdict.state, verdict.value, verdict.period, target_now(org, metric, ended), measure, cells
        )
    return found
