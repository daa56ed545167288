"""The org chart: every seat in its place, with its metrics and their newest values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow, count_current_metrics, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import period_containing
from orgtp.model.seat import Metric
from orgtp.model.value import Unit
from orgtp.views.chart_order import SeatPlace, list_places
from orgtp.views.seats.people import Workers, name_holder
from orgtp.views.seats.summary import SeatSummary, summarize_seat
from orgtp.views.selection import (
    EVERYTHING,
    NOTHING_OMITTED,
    Omitted,
    RowFacts,
    Selection,
    SortOrder,
    StateWord,
    count_omitted,
    select_places,
    select_rows,
)
from orgtp.views.stale import stale_row
from orgtp.views.variation.judge import is_drifting


@dataclass(frozen=True, slots=True)
class MetricNow:
    """A metric, the target in force, and its newest verdict: the stored value (`4/5` for hits) and its state.

    `per` is the size of the cells in which it is judged: day, week, month or quarter.

    `stale_since` is when a late value became stale, or None. `continues` is the metric whose history it continues, as
    `SEAT/METRIC`, and `ends` the last period for which a value is owed; None without.
    """

    metric: str
    name: str
    outcome: str
    target: str | None
    unit: str | None
    cadence: str
    per: str
    latest: str | None
    state: CellState
    measure: Unit | None
    stale_since: datetime | None
    continues: str | None
    ends: str | None


@dataclass(frozen=True, slots=True)
class ChartSeat(SeatSummary):
    """A seat in its place. `depth` is 0 at the top of the chart; `span` counts the seats that report to it.

    `stale` counts the metrics that are stale. `holder` is who holds the seat, if its file has holders. `also_holds` are
    the other seats of the same worker, and `also_reports_to` the seats to which it has a dotted line.
    """

    owner: str | None
    reports_to: str | None
    reports_to_kind: str | None
    human_owner: str | None
    depth: int
    span: int
    capabilities: Mapping[str, str]
    metrics: tuple[MetricNow, ...]
    stale: int
    holder: str | None = None
    also_reports_to: tuple[str, ...] = ()
    also_holds: tuple[str, ...] = ()

    @property
    def on_target(self) -> int:
        """How many metrics are on target."""
        return sum(metric.state is CellState.ON for metric in self.metrics)

    @property
    def judged(self) -> int:
        """How many metrics have a verdict: on target, off target, or unknown."""
        return sum(metric.state.is_verdict for metric in self.metrics)


@dataclass(frozen=True, slots=True)
class Chart:
    """Seats, depth first; the seats below one come right after it.

    `left_out` counts what is not shown, and `hidden_below` has the seats at which the chart is cut, with the number of
    seats below. `above` maps each seat to the nearest seat above it that is shown, or to "".
    """

    seats: tuple[ChartSeat, ...]
    left_out: Omitted = NOTHING_OMITTED
    hidden_below: Mapping[str, int] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """What of the chart to show: which seats, how many levels of them, with or without retired ones."""

    selection: Selection = EVERYTHING
    depth: int | None = None
    retired: bool = False


_EVERYTHING = ChartOptions()


def chart(org: Org, now: datetime, options: ChartOptions = _EVERYTHING) -> Chart:
    """The chart as of `now`. Raises `UnknownSeat` for an unknown seat of the selection."""
    selection, every = options.selection, _list_all_places(org, options)
    cut = _cut_below(every, options.depth)
    built = _build_seats(org, now, options, [place for place in every if place.seat.id in cut])
    kept = {seat.seat for seat, _ in select_rows(built, replace(selection, sort=None), _get_facts)}
    shown = [pair for pair in built if pair[0].seat in kept]
    above = _find_shown_above(every, kept)
    shown = [(_keep_states(seat, facts, selection), facts) for seat, facts in shown]
    seats = [seat for seat, _ in shown]
    if selection.sort not in {None, SortOrder.CHART}:
        seats = _sort_siblings(shown, above, selection)
    hidden = {seat.seat: cut[seat.seat] for seat in seats if cut[seat.seat]}
    return Chart(tuple(seats), _count_left_out(org, now, seats, options), hidden, above)


def list_chart_seats(org: Org, now: datetime, options: ChartOptions, default: SortOrder) -> Chart:
    """The seats as a list and not as a tree, in the order of the selection, else in the `default` order."""
    built = _build_seats(org, now, options, _list_all_places(org, options))
    shown = select_rows(built, options.selection, _get_facts, default)
    seats = [_keep_states(seat, facts, options.selection) for seat, facts in shown]
    return Chart(tuple(seats), _count_left_out(org, now, seats, options))


def _keep_states(seat: ChartSeat, facts: RowFacts, selection: Selection) -> ChartSeat:
    """The seat with those of its metrics that are in one of the states of the selection."""
    if not selection.states:
        return seat
    words = {word.value for word in selection.states}
    late = StateWord.LATE in selection.states
    fit = (
        one
        for one in seat.metrics
        if one.state.value in words or (late and one.stale_since is not None) or one.metric in facts.drifting
    )
    return replace(seat, metrics=tuple(fit))


def _list_all_places(org: Org, options: ChartOptions) -> list[SeatPlace]:
    """Every place from the root down, before seats are selected and the chart is cut."""
    selection = options.selection
    return list_places(org, selection.root, retired=options.retired or bool(selection.seat))


def _build_seats(
    org: Org, now: datetime, options: ChartOptions, places: Sequence[SeatPlace]
) -> list[tuple[ChartSeat, RowFacts]]:
    """Those of the places that the selection names."""
    chosen = {place.seat.id for place in select_places(org, options.selection, retired=options.retired)}
    with_misses = options.selection.sort is SortOrder.MISSES
    workers = Workers(org, org.day_of(now))
    return [
        _build_chart_seat(
            org, now, place, workers, with_misses=with_misses, with_drift=options.selection.asks_for_drift
        )
        for place in places
        if place.seat.id in chosen
    ]


def _cut_below(places: Sequence[SeatPlace], depth: int | None) -> dict[str, int]:
    """The seats down to `depth` levels below the first, each with the number of seats below it that are cut off."""
    hidden: dict[str, int] = {}
    last, base = "", places[0].depth if places else 0
    for place in places:
        if depth is None or place.depth - base <= depth:
            last = place.seat.id
            hidden[last] = 0
        else:
            # The places are depth first, so the last one shown is the one above the cut.
            hidden[last] += 1
    return hidden


def _find_shown_above(places: Sequence[SeatPlace], shown: Collection[str]) -> dict[str, str]:
    """For each seat that is shown, the nearest seat above it that is shown, or ""."""
    found: dict[str, str] = {}
    for place in places:
        found[place.seat.id] = place.above if place.above in shown else found.get(place.above, "")
    return {seat: above for seat, above in found.items() if seat in shown}


def _sort_siblings(
    shown: Sequence[tuple[ChartSeat, RowFacts]], above: Mapping[str, str], selection: Selection
) -> list[ChartSeat]:
    """The seats, depth first, with the seats below the same one in the order of the selection."""
    ordered = select_rows(shown, replace(selection, states=()), _get_facts)
    below: dict[str, list[ChartSeat]] = {}
    for seat, _ in ordered:
        below.setdefault(above[seat.seat], []).append(seat)
    found: list[ChartSeat] = []
    stack = below.get("", [])[::-1]
    while stack:
        seat = stack.pop()
        found.append(seat)
        stack += below.get(seat.seat, [])[::-1]
    return found


def _get_facts(built: tuple[ChartSeat, RowFacts]) -> RowFacts:
    return built[1]


def _count_left_out(org: Org, now: datetime, shown: Sequence[ChartSeat], options: ChartOptions) -> Omitted:
    every = {
        seat.id: count_current_metrics(org, seat, now)
        for seat in org.seats.values()
        if options.retired or not seat.is_retired
    }
    return count_omitted(every, {seat.seat: len(seat.metrics) for seat in shown})


def _build_chart_seat(
    org: Org, now: datetime, place: SeatPlace, workers: Workers, *, with_misses: bool, with_drift: bool
) -> tuple[ChartSeat, RowFacts]:
    """The seat, and what it is selected and sorted by."""
    seat = place.seat
    owner, boss, day = org.owner_name(seat, now), org.seats.get(seat.reports_to), org.day_of(now)
    rows = list_current_rows(org, seat, now)
    metrics = tuple(map(metric_now, rows))
    late = [metric.stale_since for metric in metrics if metric.stale_since is not None]
    built = ChartSeat(
        *summarize_seat(seat, day),
        owner=seat.owner or None,
        reports_to=seat.reports_to or None,
        reports_to_kind=boss.kind if boss else None,
        human_owner=owner,
        depth=place.depth,
        span=len(org.current_reports(seat.id)),
        capabilities=seat.capabilities,
        metrics=metrics,
        stale=len(late),
        holder=name_holder(seat, day),
        also_reports_to=seat.also_reports_to,
        also_holds=workers.list_other_seats(seat),
    )
    facts = RowFacts(
        key=(seat.id,),
        name=built.name,
        owner=owner or seat.owner,
        # The numbers of a retired seat are history.
        states=[] if seat.is_retired else [metric.state for metric in metrics],
        misses=max((row.count_misses_in_a_row() for row in rows), default=0) if with_misses else 0,
        late=min(late, default=None),
        drifting=frozenset(row.metric.id for row in rows if with_drift and is_drifting(row)),
    )
    return built, facts


def metric_now(row: MetricRow) -> MetricNow:
    """A metric with its target in force and its newest verdict."""
    cell, metric, late = row.latest_cell(), row.metric, stale_row(row)
    return MetricNow(
        metric=metric.id,
        name=metric.name,
        outcome=metric.outcome,
        target=target_now(row.org, metric, row.now),
        unit=unit_of(metric),
        cadence=metric.cadence,
        per=metric.cell_grain,
        latest=cell.value,
        state=cell.state,
        measure=metric.targets.unit if metric.targets.dated else None,
        stale_since=late.since if late else None,
        continues=metric.continues or None,
        ends=metric.ends.text if metric.ends else None,
    )


def unit_of(metric: Metric) -> str | None:
    """`%`, `USD`, `duration`, `time of day`, `yes/no`; None for a bare number."""
    return metric.targets.unit.text if metric.targets.dated else None


def target_now(org: Org, metric: Metric, now: datetime) -> str | None:
    """The text of the target in force as of `now` or at the metric's end; if none is in force yet, the first one."""
    current = period_containing(now, metric.cadence.grain, org.zone)
    target = metric.targets.target_for(metric.ends if metric.ends and metric.has_end_before(current) else current)
    if target is None and metric.targets.dated:
        target = metric.targets.dated[0][1]
    return target.text if target else None
