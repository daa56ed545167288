"""Stale metrics: those whose value is late, beyond the grace period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.due import (
    count_owed_periods,
    due_at,
    is_over,
    last_owed_period,
    newest_stale_period,
    next_owed_period,
    stale_at,
)
from orgtp.model.escalation_policy import silenced_until
from orgtp.model.metric_row import MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import Period, period_containing, period_containing_local
from orgtp.model.seat import Seat
from orgtp.views.chart_order import list_places
from orgtp.views.selection import (
    EVERYTHING,
    NOTHING_OMITTED,
    Omitted,
    RowFacts,
    Selection,
    SortOrder,
    count_omitted,
    select_places,
    select_rows,
)
from orgtp.views.variation.judge import is_drifting


@dataclass(frozen=True, slots=True)
class Stale:
    """A metric whose newest due value is late.

    `period` is the newest period with a late value, and `due` when it was due. It is the last of `in_a_row` periods
    without a value, and `since` is when the first of these became stale. Until a metric that continues another one has
    a value, or one is late, these are periods of the earlier one. `state` is `missing` or `unavailable`, and `why` the
    reason. Alerts are silenced until the end of the day `silenced`.
    """

    seat: str
    metric: str
    name: str
    owner: str | None
    human_owner: str | None
    period: str
    due: datetime
    since: datetime
    in_a_row: int
    state: CellState
    source: str | None
    why: str
    seat_name: str
    silenced: date | None


@dataclass(frozen=True, slots=True)
class StaleList:
    """The stale metrics of a selection, those late for longest first; `left_out` counts the other stale metrics."""

    stale: tuple[Stale, ...]
    left_out: Omitted = NOTHING_OMITTED


def stale(org: Org, now: datetime, seat: str = "") -> list[Stale]:
    """The stale metrics as of `now`, of one seat or of all, the oldest first. Raises `UnknownSeat`.

    A seat that is not active has none.
    """
    return [*list_stale(org, now, Selection(seat=seat)).stale]


def list_stale(org: Org, now: datetime, selection: Selection = EVERYTHING) -> StaleList:
    """The stale metrics of a selection as of `now`, the oldest first unless it says otherwise. Raises `UnknownSeat`."""
    chosen = [place.seat for place in select_places(org, selection)]
    counted = chosen if selection.is_about_one_seat else [place.seat for place in list_places(org)]
    every = [(row, late) for row in _list_metric_rows(org, now, counted) if (late := stale_row(row))]
    named = {seat.id for seat in chosen}
    with_misses = selection.sort is SortOrder.MISSES
    found = select_rows(
        [pair for pair in every if pair[1].seat in named],
        selection,
        lambda pair: _describe_for_selection(*pair, with_misses=with_misses, with_drift=selection.asks_for_drift),
        SortOrder.LATE,
    )
    left_out = count_omitted(Counter(one.seat for _, one in every), Counter(one.seat for _, one in found))
    labels = org.label_seats({one.seat for _, one in found}, now)
    return StaleList(tuple(replace(one, seat_name=labels[one.seat]) for _, one in found), left_out)


def _list_metric_rows(org: Org, now: datetime, seats: Iterable[Seat]) -> Iterator[MetricRow]:
    return (row for seat in seats for row in list_current_rows(org, seat, now))


def _describe_for_selection(row: MetricRow, one: Stale, *, with_misses: bool, with_drift: bool) -> RowFacts:
    """What a stale metric is selected and sorted by. Its state is that of the metric, as in every other view."""
    misses = row.count_misses_in_a_row() if with_misses else 0
    owner = one.human_owner or one.owner or ""
    drifts = frozenset({one.metric} if with_drift and is_drifting(row) else ())
    return RowFacts((one.seat, one.metric), one.name, owner, [row.latest_cell().state], misses, one.since, drifts)


def stale_row(row: MetricRow) -> Stale | None:
    """The metric if it is stale, else None."""
    is_current = row.seat.is_active and row.has_begun and not is_over(row.org, row.metric, row.now)
    found = _find_late(row) if is_current else None
    if found is None:
        return None
    late, period = found
    cell, run = late.cell_at(period), list(_list_run(late, period))
    return Stale(
        seat=row.seat.id,
        metric=row.metric.id,
        name=row.metric.name,
        owner=row.seat.owner or None,
        human_owner=row.org.owner_name(row.seat, row.now),
        period=period.text,
        due=due_at(row.org, late.metric, period),
        since=min(stale_at(row.org, one.metric, first) for one, first, _ in run),
        in_a_row=sum(count_owed_periods(row.org, one.metric, first, last) for one, first, last in run),
        state=cell.state,
        source=row.metric.source or None,
        why=_explain(late, cell),
        seat_name=row.org.name_at(row.seat.id, row.now),
        silenced=silenced_until(row.org, row.now, row.seat.id, row.metric.id),
    )


def _find_late(row: MetricRow) -> tuple[MetricRow, Period] | None:
    """The newest late period of a row, and the metric that it is of; None if no value is late.

    An alert does not end because another metric continues the one that is late: it ends with a value of either.
    """
    period = newest_stale_period(row.org, row.metric, row.now)
    begin = row.declared_beginning() if row.past else None
    if row.past and begin and (period is None or period < begin):
        current = period_containing(row.now, begin.grain, row.org.zone)
        is_known = any(begin <= known <= current for known in row.known_periods(begin.start))
        return None if is_known else _find_late(row.past)
    if period is None or not row.cell_at(period).state.is_gap or _is_known_since(row, period):
        return None
    return row, period


def _list_run(row: MetricRow, period: Period) -> Iterator[tuple[MetricRow, Period, Period]]:
    """The first and last period of the run of late values that ends with `period`, of each metric that it is of."""
    first, begin, past = _find_first(row, period), row.declared_beginning(), row.past
    yield row, first, period
    if past and begin and first <= next_owed_period(row.org, row.metric, begin):
        while past.past and (own := past.changeover) and past.metric.ends and past.metric.ends < own:
            # It never had a period of its own.
            past = past.past
        last = last_owed_period(row.org, past.metric)
        if last and past.cell_at(last).state.is_gap:
            yield from _list_run(past, last)


def _explain(row: MetricRow, cell: Cell) -> str:
    if cell.state is CellState.UNAVAILABLE:
        return cell.note or "unavailable, and nobody said why"
    return f"no value came from {row.metric.source}" if row.metric.source else "no value came"


def _is_known_since(row: MetricRow, period: Period) -> bool:
    """Whether a later period that has begun has a value, so that the newest value is not late."""
    current = period_containing(row.now, period.grain, row.org.zone)
    return any(period < known <= current for known in row.known_periods(period.start))


def _find_first(row: MetricRow, period: Period) -> Period:
    """The first of the consecutive periods without a value of which this one is the last."""
    known, declared = row.newest_known_before(period), row.declared_beginning()
    begins = [one for one in (known and known.next_in(row.org.zone), declared) if one]
    first = max(begins) if known else row.first_period()
    if resumed := _find_first_after_pause(row, period):
        first = max(first or resumed, resumed)
    return next_owed_period(row.org, row.metric, min(period, first or period))


def _find_first_after_pause(row: MetricRow, period: Period) -> Period | None:
    """The first period that ended after the newest pause or vacancy before this one; None without one."""
    last = row.seat.last_idle_day(period.next().start.date())
    if last is None:
        return None
    return period_containing_local(datetime.combine(last + timedelta(days=1), time()), period.grain)
