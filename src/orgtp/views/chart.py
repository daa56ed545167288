"""The org chart: every seat in its place, with its metrics and their newest values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import period_containing
from orgtp.model.seat import Metric, Seat
from orgtp.model.value import Unit
from orgtp.views.seat_summary import SeatSummary, summarize_seat
from orgtp.views.stale import stale_row


@dataclass(frozen=True, slots=True)
class MetricNow:
    """A metric, the target in force, and its newest verdict: the stored value (`4/5` for hits) and its state.

    `per` is the size of the cells in which it is judged: day, week, month or quarter.

    `stale_since` is when a late value became stale, or None.
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


@dataclass(frozen=True, slots=True)
class ChartSeat(SeatSummary):
    """A seat in its place. `depth` is 0 at the top of the chart; `span` counts the seats that report to it.

    `stale` counts the metrics that are stale.
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

    @property
    def on_target(self) -> int:
        """How many metrics are on target."""
        return sum(metric.state is CellState.ON for metric in self.metrics)


@dataclass(frozen=True, slots=True)
class Chart:
    """Seats, depth first; the seats below one come right after it."""

    seats: tuple[ChartSeat, ...]


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """What of the chart to show: from which seat down, how many levels below it, with or without retired seats."""

    root: str = ""
    depth: int | None = None
    retired: bool = False


_EVERYTHING = ChartOptions()


def chart(org: Org, now: datetime, options: ChartOptions = _EVERYTHING) -> Chart:
    """The chart as of `now`. Raises `UnknownSeat` for an unknown root."""
    return Chart(tuple(_build_chart_seat(org, now, seat, depth) for seat, depth in seats_in_chart_order(org, options)))


def seats_in_chart_order(org: Org, options: ChartOptions = _EVERYTHING) -> Iterator[tuple[Seat, int]]:
    """The seats of the chart, depth first, each with its depth. Raises `UnknownSeat` for an unknown root."""
    tops = [org.seat(options.root)] if options.root else _find_tops(org, options)
    return (place for top in tops for place in _walk_down(org, top, options))


def _find_tops(org: Org, options: ChartOptions) -> list[Seat]:
    """The seats without a superior on this chart, and one of each reporting cycle, so that no seat is left out."""
    shown = [seat for seat in org.seats.values() if options.retired or not seat.is_retired]
    ids = {seat.id for seat in shown}
    tops = [seat for seat in shown if seat.reports_to not in ids]
    reached = {id_ for top in tops for id_ in _collect_below(org, top.id, set())}
    for seat in shown:
        if seat.id not in reached:
            # It is in or below a cycle, whose last seat in the chain becomes the top.
            top = [seat, *org.chain_above(seat.id)][-1]
            tops.append(top)
            reached |= _collect_below(org, top.id, set())
    return tops


def _collect_below(org: Org, seat: str, seen: set[str]) -> set[str]:
    waiting = [seat]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += [report.id for report in org.direct_reports(current)]
    return seen


def _walk_down(org: Org, top: Seat, options: ChartOptions) -> Iterator[tuple[Seat, int]]:
    """Depth first, without recursion, because a chart may be deeper than Python's stack."""
    stack, seen = [(top, 0)], {top.id}
    base = sum(1 for _ in org.chain_above(top.id)) if options.root else 0
    while stack:
        seat, depth = stack.pop()
        yield seat, base + depth
        if options.depth is None or depth < options.depth:
            below = [
                s for s in org.direct_reports(seat.id) if s.id not in seen and (options.retired or not s.is_retired)
            ]
            seen |= {report.id for report in below}
            stack += [(report, depth + 1) for report in reversed(below)]


def _build_chart_seat(org: Org, now: datetime, seat: Seat, depth: int) -> ChartSeat:
    owner, boss = org.owner_seat(seat), org.seats.get(seat.reports_to)
    metrics = tuple(metric_now(MetricRow(org, seat, metric, now)) for metric in seat.metrics.values())
    return ChartSeat(
        *summarize_seat(seat),
        owner=seat.owner or None,
        reports_to=seat.reports_to or None,
        reports_to_kind=boss.kind if boss else None,
        human_owner=owner.name if owner else None,
        depth=depth,
        span=len(org.current_reports(seat.id)),
        capabilities=seat.capabilities,
        metrics=metrics,
        stale=sum(metric.stale_since is not None for metric in metrics),
    )


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
    )


def unit_of(metric: Metric) -> str | None:
    """`%`, `USD`, `duration`, `time of day`, `yes/no`; None for a bare number."""
    return metric.targets.unit.text if metric.targets.dated else None


def target_now(org: Org, metric: Metric, now: datetime) -> str | None:
    """The text of the target in force as of `now`, or of the first target if none is in force yet."""
    target = metric.targets.target_for(period_containing(now, metric.cadence.grain, org.zone))
    if target is None and metric.targets.dated:
        target = metric.targets.dated[0][1]
    return target.text if target else None
