"""The chart of one metric: its newest cells, targets, phases with their limits, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell
from orgtp.model.metric_row import A_SECOND, MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import GRAIN_SIZES, Grain, Period, period_containing
from orgtp.model.seat import Rollup
from orgtp.model.target import Target
from orgtp.model.value import Unit
from orgtp.views.health.assess import assess_row
from orgtp.views.health.types import HealthRow
from orgtp.views.variation.judge import judge_metric
from orgtp.views.variation.readings import counts_hits
from orgtp.views.variation.xmr import Limits
from orgtp.views.why.changes import list_changes
from orgtp.views.why.types import Evidence, EvidenceGap, EvidenceKind, SeatPast, Window
from orgtp.views.why.unseen import list_unseen

CHART_COLUMNS = 13
# Past the last letter, a mark would need two.
_MOST_MARKS = 26


class ChartShape(StrEnum):
    """How the cells are drawn: a line through numbers, or a bar for each count of hits and each yes or no."""

    LINE = "line"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One cell. `amount` is its value as a number: None if it is unknown, or a count of hits.

    `target` is the one in force at its end, and `limits` those of its phase, if it has any.
    """

    period: Period
    cell: Cell
    amount: Decimal | None
    target: Target | None
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class DayValue:
    """One of the values that a cell combines. `place` counts columns from the left edge: 2.5 is in the third."""

    period: Period
    place: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ChartPhase:
    """A phase of the metric, from the column number `first` to before `end`, and its health at its end.

    `number` counts the phases of the metric from 1. `since` and `reason` say when it began and why; "" for the first.
    """

    number: int
    first: int
    end: int
    since: str
    reason: str
    health: HealthRow


@dataclass(frozen=True, slots=True)
class ChangedInput:
    """A change around the seat, under the letter that marks it on the charts and in the list below them."""

    letter: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Where a changed input is on the chart. `place` counts columns from the left edge."""

    letter: str
    place: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class MetricChart:
    """The newest cells of a metric, oldest first, and all that a drawing shows with them."""

    seat: str
    metric: str
    name: str
    outcome: str
    measure: Unit | None
    shape: ChartShape
    grain: Grain
    columns: tuple[ChartColumn, ...]
    days: tuple[DayValue, ...]
    phases: tuple[ChartPhase, ...]
    marks: tuple[ChartMark, ...]
    health: HealthRow
    latest: Cell
    rollup: str
    targets: tuple[Target, ...] = field(default=())

    @property
    def has_phases(self) -> bool:
        """Whether a phase begins in the metric's life, so that the drawing says which one this is."""
        return len(self.phases) > 1 or any(phase.since for phase in self.phases)


def build_metric_chart(row: MetricRow, inputs: Sequence[ChangedInput] = (), count: int = CHART_COLUMNS) -> MetricChart:
    """The chart of a metric as of the time of its row, with `count` cells at most.

    A metric that is judged by day is shown by week, as on the scorecard, and one of months or quarters by these.
    """
    periods = list_chart_columns(row, count)
    shape = _choose_shape(row)
    columns = [_build_column(row, period, shape) for period in periods]
    phases = list(_list_phases(row, periods))
    if shape is ChartShape.LINE:
        columns = [column for phase, then in phases for column in _add_limits(then, columns[phase.first : phase.end])]
    metric = row.metric
    return MetricChart(
        seat=row.seat.id,
        metric=metric.id,
        name=metric.name,
        outcome=metric.outcome,
        measure=metric.targets.unit if metric.targets.dated else None,
        shape=shape,
        grain=_find_column_grain(row),
        columns=tuple(columns),
        days=tuple(_list_days(row, columns)) if shape is ChartShape.LINE else (),
        phases=tuple(phase for phase, _ in phases),
        marks=tuple(_list_marks(row, periods, inputs)),
        health=assess_row(row),
        latest=row.latest_cell(),
        rollup=str(metric.rollup) if metric.is_rolled_up and shape is ChartShape.LINE else "",
        targets=tuple(dict.fromkeys(target for _, target in metric.targets.dated)),
    )


@dataclass(frozen=True, slots=True)
class SeatCharts:
    """The charts of all metrics of a seat, the changes that they mark, and what could have changed unseen."""

    charts: tuple[MetricChart, ...]
    inputs: tuple[ChangedInput, ...]
    unseen: tuple[EvidenceGap, ...]


def build_seat_charts(org: Org, now: datetime, seat: str, past: SeatPast) -> SeatCharts:
    """The charts of a seat's current metrics as of `now`; of a retired seat, of all that it had.

    `past` is what the commits say of the seat. Raises `UnknownSeat`.
    """
    held = org.seat(seat)
    rows = list_current_rows(org, held, now)
    first = min((list_chart_columns(row)[0].begins(org.zone) for row in rows), default=None)
    if first is None:
        return SeatCharts((), (), ())
    window = Window(org.day_of(first), first, now)
    inputs = letter_inputs(list_changes(past.events, seat, "", None, window))
    charts = tuple(build_metric_chart(row, inputs) for row in rows)
    return SeatCharts(charts, inputs, tuple(list_unseen(org, seat, rows, window, past)))


def letter_inputs(evidence: Iterable[Evidence]) -> tuple[ChangedInput, ...]:
    """The newest changes around a seat, the oldest first, each with its letter.

    What only describes the seat or a metric, such as a name, is no change of its work. Phases, blanks and corrections
    are on the chart themselves; reviews, to-dos and escalations answer to what happened; and what other seats report is
    in `orgtp why`, since it would hide the rest.
    """
    found = sorted(filter(_changes_work, evidence), key=lambda one: (one.at, one.kind, one.what))
    return tuple(ChangedInput(chr(ord("A") + number), one) for number, one in enumerate(found[-_MOST_MARKS:]))


def _changes_work(one: Evidence) -> bool:
    name = (one.key or "").rpartition(".")[2]
    if one.kind is EvidenceKind.METRIC:
        return name not in {"name", "outcome", "leads_to", "rebase"}
    return one.kind in _CHANGES or (one.kind is EvidenceKind.SEAT and name == "status")


_CHANGES = {
    EvidenceKind.INPUT,
    EvidenceKind.TARGET,
    EvidenceKind.OWNER,
    EvidenceKind.SOURCE,
    EvidenceKind.REPORTS_TO,
    EvidenceKind.CAPABILITY,
    EvidenceKind.HANDOVER,
}


def _find_column_grain(row: MetricRow) -> Grain:
    return max(Grain.WEEK, row.metric.cell_grain, key=GRAIN_SIZES.__getitem__)


def list_chart_columns(row: MetricRow, count: int = CHART_COLUMNS) -> list[Period]:
    """The newest periods, oldest first: up to now; of a metric that is over, from its first value to its last one.

    Months and quarters begin with the first value, too: a year of them is longer than most records.
    """
    grain = _find_column_grain(row)
    last, first = period_containing(row.now, grain, row.org.zone), None
    is_over = row.seat.is_retired or row.is_done
    if is_over or grain is not Grain.WEEK:
        oldest = row if row.past is None else row.past
        known = [
            cell.widen(grain) for one in {row.key: row, oldest.key: oldest}.values() for cell in one.recorded_cells()
        ]
        first = min(known, default=last)
        last = min(last, max(known)) if is_over and known else last
    found = [last]
    while len(found) < count and (first is None or found[-1] > first):
        found.append(found[-1].previous())
    return found[::-1]


def _choose_shape(row: MetricRow) -> ChartShape:
    is_daily = GRAIN_SIZES[row.metric.cell_grain] < GRAIN_SIZES[Grain.WEEK]
    return ChartShape.BARS if is_daily or counts_hits(row) else ChartShape.LINE


def _build_column(row: MetricRow, period: Period, shape: ChartShape) -> ChartColumn:
    cell = row.column_cell(period) if period.grain is Grain.WEEK else row.row_cell(period)
    amount = _read_number(row, cell) if shape is ChartShape.LINE else None
    return ChartColumn(period, cell, amount, _find_column_target(row, period, cell))


def _read_number(row: MetricRow, cell: Cell) -> Decimal | None:
    if cell.value is None or cell.state.is_gap or not row.metric.targets.dated:
        return None
    return row.metric.targets.unit.find_amount(cell.value)


def _find_column_target(row: MetricRow, period: Period, cell: Cell) -> Target | None:
    """The target in force at the end of a column; that of the metric that this one continues, where the cell is its."""
    while cell.from_ and cell.from_ != row.key.text and row.past is not None:
        row = row.past
    metric = row.metric
    is_finer = GRAIN_SIZES[metric.cadence.grain] < GRAIN_SIZES[period.grain]
    last = period.split(metric.cadence.grain, row.org.zone)[-1] if is_finer else period.widen(metric.cadence.grain)
    return metric.targets.target_for(last) if metric.targets.dated else None


def _list_days(row: MetricRow, columns: Sequence[ChartColumn]) -> Iterator[DayValue]:
    """The values that the cells combine. Those of a sum are parts of it, and hours are too many to see."""
    metric = row.metric
    grain = metric.cadence.grain
    if not metric.is_rolled_up or metric.rollup is Rollup.SUM or grain is Grain.HOUR:
        return
    for number, column in enumerate(columns):
        if column.cell.from_:
            continue
        pieces = column.period.split(grain, row.org.zone)
        for at, piece in enumerate(pieces):
            amount = _read_number(row, row.cell_at(piece))
            if amount is not None:
                yield DayValue(piece, number + (Decimal(at) + Decimal("0.5")) / len(pieces), amount)


def _list_phases(row: MetricRow, periods: Sequence[Period]) -> Iterator[tuple[ChartPhase, MetricRow]]:
    """The phases that the columns show, each with the metric as of its end."""
    now = row.now.astimezone(row.org.zone).replace(tzinfo=None)
    begun = [(period, reason) for period, reason in row.metric.rebase if period.start <= now]
    # A phase begins with the first column that is whole in it.
    starts = [0, *(sum(period.start < begin.start for period in periods) for begin, _ in begun), len(periods)]
    for number, (first, end) in enumerate(pairwise(starts)):
        if first < end:
            since, reason = (begun[number - 1][0].text, begun[number - 1][1]) if number else ("", "")
            then = row
            if number < len(begun):
                at = begun[number][0].begins(row.org.zone) - A_SECOND
                then = MetricRow(row.org, row.seat, row.metric, at)
            yield ChartPhase(number + 1, first, end, since, reason, assess_row(then)), then


def _add_limits(then: MetricRow, columns: Sequence[ChartColumn]) -> Iterator[ChartColumn]:
    """The columns of a phase with their limits; one without a value has those of the newest value."""
    found = judge_metric(then)
    if not found.limits:
        yield from columns
        return
    limits = {one.period: limit for one, limit in zip(found.series.readings, found.limits, strict=True)}
    for one in columns:
        of_one = limits.get(one.period, found.limits[-1])
        yield ChartColumn(one.period, one.cell, one.amount, one.target, of_one)


def _list_marks(row: MetricRow, periods: Sequence[Period], inputs: Sequence[ChangedInput]) -> Iterator[ChartMark]:
    """Where the inputs are that concern this metric: those of its seat as a whole, and its own."""
    for one in inputs:
        if one.evidence.metric and one.evidence.seat == row.seat.id and one.evidence.metric != row.metric.id:
            continue
        day = row.org.day_of(one.evidence.at)
        for number, period in enumerate(periods):
            first, after = period.start.date(), period.next().start.date()
            if first <= day < after:
                place = number + Decimal((day - first).days) / (after - first).days
                yield ChartMark(one.letter, place, one.evidence.at)
