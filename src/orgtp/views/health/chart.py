"""The XmR chart of one metric: its values in the current phase, and the limits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.value import EXACT, Unit, ValueKind
from orgtp.views.health.assess import format_amount
from orgtp.views.variation.judge import Judgement, Method, find_target, judge_metric
from orgtp.views.variation.xmr import BASELINE, DetectionRule, Limits, Point, Side, find_rule


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A cell on the chart: its value and, in the same form, the limits that apply to it.

    `range` is the moving range, the distance from the value before it; null where a blank is between them. `rule` is
    the rule that it completes, and `concern` whether that is on an unfavourable side. `baseline`: the limits are
    computed from it. `amounts` has value, mean, lower and upper
    as numbers.
    """

    period: str
    value: str
    state: CellState
    mean: str | None
    lower: str | None
    upper: str | None
    range: str | None
    rule: DetectionRule | None
    concern: bool
    baseline: bool
    _amount: Decimal
    _limits: Limits | None
    _range: Decimal | None

    @property
    def amount(self) -> Decimal:
        """The value as a number."""
        return self._amount

    @property
    def limits(self) -> Limits | None:
        """The limits as numbers."""
        return self._limits

    @property
    def range_amount(self) -> Decimal | None:
        """The moving range as a number."""
        return self._range


@dataclass(frozen=True, slots=True)
class XmrChart:
    """The points of a metric in its current phase, oldest first, and what the phase is.

    `method` is `xmr`, `p-chart` or `hits`. A chart of hits has no limits.
    """

    method: Method
    begins: str | None
    reason: str | None
    points: tuple[ChartPoint, ...]
    measure: Unit | None
    _bounds: tuple[Decimal, ...] = ()

    @property
    def bounds(self) -> tuple[Decimal, ...]:
        """The bounds of the target in force as numbers: none, one, or two for a range."""
        return self._bounds


def build_chart(row: MetricRow) -> XmrChart:
    """The chart of the metric of a row, as of its time."""
    found = judge_metric(row)
    unit = row.metric.targets.unit if row.metric.targets.dated else None
    begin, reason = found.series.begin, found.series.reason
    target = find_target(row)
    bounds = tuple(sorted({target.low, target.high})) if target else ()
    points = tuple(_list_points(found, unit))
    return XmrChart(found.method, begin.text if begin else None, reason or None, points, unit, bounds)


def _list_points(found: Judgement, unit: Unit | None) -> list[ChartPoint]:
    is_count = found.method is Method.HITS
    readings, limits = found.series.readings, found.limits or (None,) * len(found.series.readings)
    known = [Point(one.amount, limit) for one, limit in zip(readings, limits, strict=True) if limit is not None]
    points = []
    for number, (reading, limit) in enumerate(zip(readings, limits, strict=True)):
        before = readings[number - 1].amount if number and reading.follows and not is_count else None
        distance = abs(EXACT.subtract(reading.amount, before)) if before is not None else None
        rule, side = _find_rule(known, number, found.sides) if known else (None, None)
        points.append(
            ChartPoint(
                period=reading.period.text,
                value=reading.cell.value or "",
                state=reading.cell.state,
                mean=format_amount(limit.mean, unit) if limit else None,
                lower=format_amount(limit.lower, unit) if limit else None,
                upper=format_amount(limit.upper, unit) if limit else None,
                range=_format_range(distance, unit),
                rule=rule,
                concern=side in found.sides,
                baseline=number < BASELINE,
                _amount=reading.amount,
                _limits=limit,
                _range=distance,
            )
        )
    return points


def _format_range(distance: Decimal | None, unit: Unit | None) -> str | None:
    """A distance in the stored form of a value; that of two times of day is a duration."""
    if distance is None:
        return None
    return format_amount(distance, Unit(ValueKind.DURATION) if unit and unit.kind is ValueKind.TIME else unit)


def _find_rule(points: list[Point], at: int, sides: Sequence[Side]) -> tuple[DetectionRule | None, Side | None]:
    """The rule that a value completes and on which side, on an unfavourable one first."""
    for side in (*sides, *(one for one in Side if one not in sides)):
        if rule := find_rule(points, at, side):
            return rule, side
    return None, None
