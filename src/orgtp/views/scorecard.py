"""The scorecard: the values of all metrics by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from orgtp.model.cell import Cell, CellState, MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Grain, Period, period_containing
from orgtp.model.seat import Seat
from orgtp.model.value import Unit
from orgtp.views.chart import target_now, unit_of
from orgtp.views.selection import (
    EVERYTHING,
    NOTHING_OMITTED,
    Omitted,
    RowFacts,
    Selection,
    count_misses_in_a_row,
    count_omitted,
    select_places,
    select_rows,
)
from orgtp.views.stale import stale_row


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A metric over the weeks. `on_target` and `known` count its cells; `latest` is its newest period's value.

    `owner` is accountable for the seat, and `human_owner` the owner's name. `misses_in_a_row` counts the newest known
    values that are off target, however old. `stale_since` is when a late value became stale, or None.
    """

    seat: str
    owner: str | None
    metric: str
    name: str
    outcome: str
    target: str | None
    unit: str | None
    cells: tuple[Cell, ...]
    latest: str | None
    state: CellState
    misses_in_a_row: int
    on_target: int
    known: int
    measure: Unit | None
    seat_name: str
    stale_since: datetime | None
    human_owner: str | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The grid: ISO weeks, oldest first; `partial` is the current week, if it is among them.

    `left_out` counts the metrics that the selection leaves out, and the seats that have no other.
    """

    columns: tuple[str, ...]
    partial: str | None
    rows: tuple[ScoreRow, ...]
    left_out: Omitted = NOTHING_OMITTED


def scorecard(org: Org, now: datetime, weeks: int = 13, selection: Selection = EVERYTHING) -> Scorecard:
    """The last `weeks` weeks as of `now`, of the metrics of a selection. Raises `UnknownSeat`."""
    columns = _list_columns(period_containing(now, Grain.WEEK, org.zone), weeks)
    seats = [place.seat for place in select_places(org, selection)]
    rows = select_rows(
        [row for one in seats for row in _build_rows(org, one, columns, now)], selection, _describe_for_selection
    )
    over = columns[-1].ends(org.zone) - now.astimezone(org.zone) <= _A_SECOND
    every = {seat.id: len(seat.metrics) for seat in org.seats.values() if seat.metrics and not seat.is_retired}
    left_out = count_omitted(every, Counter(row.seat for row in rows))
    return Scorecard(
        tuple(column.text for column in columns), None if over else columns[-1].text, tuple(rows), left_out
    )


def _describe_for_selection(row: ScoreRow) -> RowFacts:
    owner = row.human_owner or row.owner or ""
    return RowFacts((row.seat, row.metric), row.name, owner, [row.state], row.misses_in_a_row, row.stale_since)


# A view of the past is as of the last second of its period, in which the week counts as over.
_A_SECOND = timedelta(seconds=1)


def _list_columns(last: Period, weeks: int) -> list[Period]:
    columns = [last]
    while len(columns) < weeks:
        columns.append(columns[-1].previous())
    return columns[::-1]


def _build_rows(org: Org, seat: Seat, columns: list[Period], now: datetime) -> Iterator[ScoreRow]:
    owner = org.owner_seat(seat)
    for metric in seat.metrics.values():
        row = MetricRow(org, seat, metric, now)
        cells, latest, late = tuple(row.column_cell(column) for column in columns), row.latest_cell(), stale_row(row)
        yield ScoreRow(
            seat=seat.id,
            owner=seat.owner or None,
            metric=metric.id,
            name=metric.name,
            outcome=metric.outcome,
            target=target_now(org, metric, now),
            unit=unit_of(metric),
            cells=cells,
            latest=latest.value,
            state=latest.state,
            misses_in_a_row=count_misses_in_a_row(row),
            on_target=sum(cell.state is CellState.ON for cell in cells),
            known=sum(cell.state.is_known for cell in cells),
            measure=metric.targets.unit if metric.targets.dated else None,
            seat_name=seat.name,
            stale_since=late.since if late else None,
            human_owner=owner.name if owner else None,
        )
