"""The chart of numbers: a line, with the target, the limits and the blanks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from orgtp.model.cell import CellState
from orgtp.render.drawings.metric.axis import ValueAxis, fit_axis
from orgtp.render.drawings.metric.label_space import LabelBox, LabelSpace, measure_label, spread_labels
from orgtp.render.drawings.metric.labels import avoid_lines, draw_labels, list_end_labels
from orgtp.render.drawings.metric.plot import (
    END_ROOM,
    HALF_MARK,
    LABEL_SIZE,
    TICK_ROOM,
    ChartSize,
    Plot,
    draw_sign,
    draw_text,
    format_px,
)
from orgtp.render.drawings.metric.runs import UPPER_LIMITS, list_column_runs, list_target_runs, place_value
from orgtp.render.drawings.metric.time_axis import draw_phases, draw_time_axis, join_marks
from orgtp.views.metric_chart import ChartPhase, MetricChart

_LINE_HEIGHT = 13.0


def draw_line_chart(chart: MetricChart, size: ChartSize, amounts: Sequence[Decimal]) -> Iterator[str]:
    """The elements of the drawing, whose axis shows `amounts`. What is drawn later covers what was drawn before."""
    assert chart.measure is not None  # noqa: S101  (amounts have a measure)
    top = size.top + (14 if chart.has_phases else 0)
    axis = fit_axis(amounts, chart.measure, top, size.bottom)
    ticks = axis.list_ticks()
    widest = max((measure_label(text, LABEL_SIZE) for _, text in ticks), default=0.0)
    ends = list_end_labels(chart, axis) if size.has_end_labels else []
    room = max((measure_label(text, LABEL_SIZE) for _, text, _ in ends), default=0.0)
    room, tick_room = (max(END_ROOM, room), max(TICK_ROOM, widest + 8)) if size.has_end_labels else (room, widest)
    right = min(float(size.right), size.width - 8 - tick_room - room - 2)
    plot = Plot(chart, size, size.left, right, top, size.bottom)
    space = LabelSpace(LabelBox(1, size.top - 22, right + 4, size.bottom - 4))
    yield from _draw_off_side(plot, axis)
    for tick, text in ticks:
        y = axis.place(tick)
        yield f'<path class="ax" d="M{size.left} {format_px(y)}H{format_px(right)}"/>'
        yield draw_text(right + 8, y + 4, text, "lb quiet", "start")
    yield from _draw_gaps(plot, space)
    yield from _draw_days(plot, axis)
    yield from draw_phases(plot, space)
    yield from _draw_limits(plot, axis)
    yield from _draw_targets(plot, axis)
    yield from _draw_values(plot, axis)
    avoid_lines(plot, axis, space)
    for x, _, half in join_marks(plot):
        space.take(LabelBox(x - half, size.bottom - HALF_MARK, x + half, size.bottom + HALF_MARK))
    yield from draw_labels(plot, axis, space)
    heights = spread_labels([axis.place(amount) + 4 for amount, _, _ in ends], _LINE_HEIGHT, top + 4, size.bottom - 2)
    for (_, text, names), y in zip(ends, heights, strict=True):
        yield draw_text(right + 8 + tick_room, y, text, names, "start")
    yield from draw_time_axis(plot, size.bottom)


def list_amounts(chart: MetricChart) -> Iterator[Decimal]:
    """All amounts that the axis shows."""
    for one in chart.columns:
        if one.amount is not None:
            yield one.amount
        if one.target is not None:
            yield from (one.target.low, one.target.high)
        if one.limits is not None:
            yield from (bound for bound in (one.limits.lower, one.limits.upper) if _is_possible(chart, bound))
    yield from (day.amount for day in chart.days)


def _is_possible(chart: MetricChart, bound: Decimal) -> bool:
    """Whether a value can be there: no share is below 0 or above 100%, and no duration below 0."""
    facts = chart.health.facts
    if facts.is_share:
        return 0 <= bound <= 100  # noqa: PLR2004  (the ends of a percentage)
    amounts = [one.amount for one in chart.columns if one.amount is not None]
    return bound >= 0 or any(amount < 0 for amount in amounts)


def _draw_off_side(plot: Plot, axis: ValueAxis) -> Iterator[str]:
    """The tint of the side of the target on which a value is off."""
    for target, first, end in list_target_runs(plot.chart):
        above, below = (float(axis.top), axis.place(target.high)), (axis.place(target.low), float(axis.bottom))
        sides = {
            ">=": [below],
            "inside": [above, below],
            "outside": [(axis.place(target.high), axis.place(target.low))],
        }.get(target.operator, [above] if target.operator in UPPER_LIMITS else [])
        for top, bottom in sides:
            x, width = plot.edge(first), plot.edge(end) - plot.edge(first)
            yield (
                f'<rect class="badside" x="{format_px(x)}" y="{format_px(top)}" width="{format_px(width)}" '
                f'height="{format_px(bottom - top)}"/>'
            )


def _draw_gaps(plot: Plot, space: LabelSpace) -> Iterator[str]:
    """The hatched columns of which nobody knows the value."""
    for number, one in enumerate(plot.chart.columns):
        if not one.cell.state.is_gap:
            continue
        x = plot.edge(number)
        place = f'x="{format_px(x)}" y="{plot.top}" width="{format_px(plot.step)}" height="{plot.bottom - plot.top}"'
        yield f'<rect class="gap" {place}/>'
        middle, y = plot.middle(number), plot.bottom - 16.0
        yield draw_sign(one.cell.state, middle, y, 12)
        space.take(LabelBox(middle - 7, y - 7, middle + 7, y + 7))


def _draw_days(plot: Plot, axis: ValueAxis) -> Iterator[str]:
    if plot.chart.days:
        dots = "".join(
            f"M{format_px(plot.edge(day.place))} {format_px(axis.place(day.amount))}h0" for day in plot.chart.days
        )
        yield f'<path class="days" d="{dots}"/>'


def _draw_limits(plot: Plot, axis: ValueAxis) -> Iterator[str]:
    """The mean and the limits of each phase, which are steps where they depend on the number of cases."""
    for name, kind in (("upper", "lim"), ("mean", "mean"), ("lower", "lim")):
        paths = [_draw_limit(plot, axis, phase, name) for phase in plot.chart.phases]
        if path := "".join(paths):
            yield f'<path class="{kind}" d="{path}"/>'


def _draw_limit(plot: Plot, axis: ValueAxis, phase: ChartPhase, name: str) -> str:
    """One of the lines of a phase."""
    found = [getattr(one.limits, name, None) for one in plot.chart.columns[phase.first : phase.end]]
    path, before, at = "", None, phase.first
    for amount, run in groupby(found):
        first, at = at, at + len(list(run))
        if amount is None or not axis.holds(amount):
            before = None
            continue
        y = format_px(axis.place(amount))
        path += f"M{format_px(plot.edge(first))} {y}" if before is None else f"V{y}"
        path += f"H{format_px(plot.edge(at))}"
        before = amount
    return path


def _draw_targets(plot: Plot, axis: ValueAxis) -> Iterator[str]:
    """The line of the target, with a step where it changed; two for a range."""
    runs = list(list_target_runs(plot.chart))
    paths = ["", ""]
    for number, (target, first, end) in enumerate(runs):
        bounds = [target.low, target.high] if target.low != target.high else [target.low]
        before = runs[number - 1] if number and runs[number - 1][2] == first else None
        for at, bound in enumerate(bounds):
            joins = before is not None and (before[0].low != before[0].high) == (len(bounds) > 1)
            start = "V" if joins else f"M{format_px(plot.edge(first))} "
            paths[at] += f"{start}{format_px(axis.place(bound))}H{format_px(plot.edge(end))}"
    yield from (f'<path class="tgt" d="{path}"/>' for path in paths if path)


def _draw_values(plot: Plot, axis: ValueAxis) -> Iterator[str]:
    columns = plot.chart.columns
    runs = [[place_value(plot, axis, number) for number in run] for run in list_column_runs(columns)]
    lines = ["M" + "L".join(f"{format_px(x)} {format_px(y)}" for x, y in run) for run in runs if len(run) > 1]
    if lines:
        yield f'<path class="ser" d="{"".join(lines)}"/>'
    for number, one in enumerate(columns):
        if one.amount is None:
            continue
        x, y = place_value(plot, axis, number)
        if one.cell.state is CellState.OFF:
            yield f'<rect class="po" x="{format_px(x - 5)}" y="{format_px(y - 5)}" width="10" height="10" rx="1.5"/>'
            yield f'<path class="pox" d="M{format_px(x - 2)} {format_px(y - 2)}l4 4m0-4l-4 4"/>'
        else:
            kind = "p sofar" if one.cell.state is CellState.PENDING else "p"
            yield f'<circle class="{kind}" cx="{format_px(x)}" cy="{format_px(y)}" r="4"/>'
