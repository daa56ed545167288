"""The scorecard: the values of all metrics by week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from orgtp.model.cell import Cell, CellState, MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Grain, Period, period_containing
from orgtp.model.seat import Seat
from orgtp.model.value import Unit
from orgtp.views.chart import seats_in_chart_order, target_now, unit_of
from orgtp.views.stale import stale_row


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A metric over the weeks. `on_target` and `known` count its cells; `latest` is its newest period's value.

    `stale_since` is when a late value became stale, or None.
    """

    seat: str
    metric: str
    name: str
    outcome: str
    target: str | None
    unit: str | None
    cells: tuple[Cell, ...]
    latest: str | None
    state: CellState
    on_target: int
    known: int
    measure: Unit | None
    seat_name: str
    stale_since: datetime | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The grid: ISO weeks, oldest first; `partial` is the current week, if it is among them."""

    columns: tuple[str, ...]
    partial: str | None
    rows: tuple[ScoreRow, ...]


def scorecard(org: Org, now: datetime, weeks: int = 13, seat: str = "") -> Scorecard:
    """The last `weeks` weeks as of `now`, of one seat or of all. Raises `UnknownSeat`."""
    columns = _list_columns(period_containing(now, Grain.WEEK, org.zone), weeks)
    seats = [org.seat(seat)] if seat else [held for held, _ in seats_in_chart_order(org)]
    rows = tuple(row for one in seats for row in _build_rows(org, one, columns, now))
    over = columns[-1].ends(org.zone) - now.astimezone(org.zone) <= _A_SECOND
    return Scorecard(tuple(column.text for column in columns), None if over else columns[-1].text, rows)


# A view of the past is as of the last second of its period, in which the week counts as over.
_A_SECOND = timedelta(seconds=1)


def _list_columns(last: Period, weeks: int) -> list[Period]:
    columns = [last]
    while len(columns) < weeks:
        columns.append(columns[-1].previous())
    return columns[::-1]


def _build_rows(org: Org, seat: Seat, columns: list[Period], now: datetime) -> Iterator[ScoreRow]:
    for metric in seat.metrics.values():
        row = MetricRow(org, seat, metric, now)
        cells, latest, late = tuple(row.column_cell(column) for column in columns), row.latest_cell(), stale_row(row)
        yield ScoreRow(
            seat=seat.id,
            metric=metric.id,
            name=metric.name,
            outcome=metric.outcome,
            target=target_now(org, metric, now),
            unit=unit_of(metric),
            cells=cells,
            latest=latest.value,
            state=latest.state,
            on_target=sum(cell.state is CellState.ON for cell in cells),
            known=sum(cell.state.is_known for cell in cells),
            measure=metric.targets.unit if metric.targets.dated else None,
            seat_name=seat.name,
            stale_since=late.since if late else None,
        )
