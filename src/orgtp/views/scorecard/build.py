"""The scorecard: the values of all metrics by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.metric_row import A_SECOND, list_rows_since
from orgtp.model.org import Org
from orgtp.model.period import Grain, Period, period_containing
from orgtp.model.seat import MetricKey, Seat
from orgtp.model.value import Unit
from orgtp.views.chart import target_now, unit_of
from orgtp.views.seats.people import HeldBy, list_holders_between
from orgtp.views.selection import (
    EVERYTHING,
    NOTHING_OMITTED,
    Omitted,
    RowFacts,
    Selection,
    count_omitted,
    select_places,
    select_rows,
)
from orgtp.views.stale import stale_row
from orgtp.views.variation.judge import find_drifting


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A metric over the weeks. `latest` and `state` are those of its newest verdict.

    A metric that continues another one begins with the cells of that one, each with `from`. A metric that has ended is
    there for as long as its weeks are, unless its history begins the row of another one.

    `owner` is accountable for the seat, and `human_owner` the owner's name. `on_target` and `known` count the cells in
    these weeks, of the size of the metric's `per`. `misses_in_a_row` counts those off target up to the newest, in all
    of its history; a blank neither breaks nor extends the run. `stale_since` is when a late value became stale, or
    None. `holders` are those who held the seat in these weeks, if its file says so: the numbers are those of the holder
    of the time.
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
    holders: tuple[HeldBy, ...] = ()


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
    drifting = find_drifting(org, now, seats) if selection.asks_for_drift else frozenset()
    rows = select_rows(
        [row for one in seats for row in _build_rows(org, one, columns, now)],
        selection,
        lambda row: _describe_for_selection(row, drifting),
    )
    # A name that is in the grid twice gets the role. What else the org has may not be read.
    labels = org.label_seats({row.seat for row in rows}, now)
    rows = [replace(row, seat_name=labels[row.seat]) for row in rows]
    over = columns[-1].ends(org.zone) - now.astimezone(org.zone) <= A_SECOND
    every = {
        seat.id: len(list_rows_since(org, seat, now, columns[0]))
        for seat in org.seats.values()
        if seat.metrics and not seat.is_retired
    }
    left_out = count_omitted(every, Counter(row.seat for row in rows))
    return Scorecard(
        tuple(column.text for column in columns), None if over else columns[-1].text, tuple(rows), left_out
    )


def _describe_for_selection(row: ScoreRow, drifting: Collection[MetricKey]) -> RowFacts:
    owner = row.human_owner or row.owner or ""
    key, late = MetricKey(row.seat, row.metric), row.stale_since
    drifts = frozenset({row.metric} if key in drifting else ())
    return RowFacts(key, row.name, owner, [row.state], row.misses_in_a_row, late, drifts)


def _list_columns(last: Period, weeks: int) -> list[Period]:
    columns = [last]
    while len(columns) < weeks:
        columns.append(columns[-1].previous())
    return columns[::-1]


def _build_rows(org: Org, seat: Seat, columns: list[Period], now: datetime) -> Iterator[ScoreRow]:
    owner, days = org.owner_name(seat, now), (columns[0].start.date(), org.day_of(now))
    name = org.name_at(seat.id, now)
    for row in list_rows_since(org, seat, now, columns[0]):
        metric = row.metric
        cells, latest, late = tuple(row.column_cell(column) for column in columns), row.latest_cell(), stale_row(row)
        states = [cell.state for cell in row.cells_in(columns)]
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
            misses_in_a_row=row.count_misses_in_a_row(),
            on_target=sum(state is CellState.ON for state in states),
            known=sum(state.is_known for state in states),
            measure=metric.targets.unit if metric.targets.dated else None,
            seat_name=name,
            stale_since=late.since if late else None,
            human_owner=owner,
            holders=list_holders_between(seat, *days),
        )
