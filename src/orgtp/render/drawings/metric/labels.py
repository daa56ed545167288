"""The labels of a line chart: of points and of targets, where they cover least."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from orgtp.model.cell import CellState
from orgtp.model.target import Target, format_target
from orgtp.model.value import MINUS
from orgtp.render.drawings.metric.axis import ValueAxis
from orgtp.render.drawings.metric.label_space import LabelBox, LabelSpace, box_label, measure_label
from orgtp.render.drawings.metric.plot import LABEL_SIZE, Plot, draw_text
from orgtp.render.drawings.metric.runs import UPPER_LIMITS, list_column_runs, list_target_runs, place_value
from orgtp.render.drawings.metric.time_axis import join_marks
from orgtp.render.wording.figures import format_short_figure
from orgtp.render.wording.odds import shorten_limit
from orgtp.views.metric_chart import MetricChart


def draw_labels(plot: Plot, axis: ValueAxis, space: LabelSpace) -> Iterator[str]:
    """The labels of points: the last, corrected ones, the highest and the lowest; and those of earlier targets."""
    columns, measure = plot.chart.columns, plot.chart.measure
    known = [number for number, one in enumerate(columns) if one.amount is not None]
    if known:
        yield from _draw_point_label(plot, axis, space, known[-1])
    runs = list(list_target_runs(plot.chart))
    for target, first, end in runs[:-1] if plot.size.has_end_labels else runs:
        yield from _draw_target_label(plot, axis, space, target, first, end)
    wanted = [number for number in known[:-1] if columns[number].cell.corrected]
    if known and measure is not None:
        amounts = [(columns[number].amount or Decimal(0), number) for number in known]
        wanted += [max(amounts, key=lambda one: (one[0], -one[1]))[1], min(amounts)[1]]
    for number in dict.fromkeys(wanted):
        if number != known[-1]:
            yield from _draw_point_label(plot, axis, space, number)


def _draw_point_label(plot: Plot, axis: ValueAxis, space: LabelSpace, number: int) -> Iterator[str]:
    """The value of a point, above or below it: where it covers least."""
    one, columns = plot.chart.columns[number], plot.chart.columns
    text = format_short_figure(one.cell.value, plot.chart.measure, plot.chart.targets)
    text += " corrected" if one.cell.corrected else " so far" if one.cell.state is CellState.PENDING else ""
    x, y = place_value(plot, axis, number)
    half = measure_label(text, LABEL_SIZE) / 2
    near = [at for at in (number - 1, number + 1) if 0 <= at < len(columns)]
    beside = [amount for at in near if (amount := columns[at].amount) is not None]
    is_low = bool(beside) and one.amount is not None and all(amount >= one.amount for amount in beside)
    heights = (y + 19, y - 10, y + 31, y - 22, y + 43, y - 34) if is_low else (y - 10, y + 19, y - 22, y + 31, y - 34)
    room = space.room
    centres = [min(max(x + shift, room.left + half), room.right - half) for shift in (0, -half - 4, half + 4)]
    spots = [(centre, height) for height in heights for centre in centres]
    found = space.choose([box_label(text, *spot, LABEL_SIZE) for spot in spots])
    if found is not None:
        yield draw_text(*spots[found], text, "lb offt" if one.cell.state is CellState.OFF else "lb strong")


def _draw_target_label(
    plot: Plot, axis: ValueAxis, space: LabelSpace, target: Target, first: int, end: int
) -> Iterator[str]:
    """The label of a target that applied in some of the columns, at one end of its line."""
    text = f"target {format_target(target.text)}"
    y = axis.place(target.high if target.operator in UPPER_LIMITS else target.low)
    width = measure_label(text, LABEL_SIZE)
    left, right = plot.edge(first) + 4, plot.edge(end) - 4 - width
    is_last = end == len(plot.chart.columns)
    starts = [right, left, (left + right) / 2] if is_last else [left, right, (left + right) / 2]
    heights = [y - 6, y + 15] if target.operator in UPPER_LIMITS else [y + 15, y - 6]
    spots = [(min(max(x, space.room.left), space.room.right - width), at) for at in heights for x in starts]
    found = space.choose([box_label(text, *spot, LABEL_SIZE, "start") for spot in spots])
    if found is not None:
        yield draw_text(*spots[found], text, "lb strong", "start")


def avoid_lines(plot: Plot, axis: ValueAxis, space: LabelSpace) -> None:
    """Keep labels from the points, the line, and the target, where there is other room."""
    for run in list_column_runs(plot.chart.columns):
        spots = [place_value(plot, axis, number) for number in run]
        space.avoid(LabelBox(x - 6, y - 6, x + 6, y + 6) for x, y in spots)
        for (x1, y1), (x2, y2) in pairwise(spots):
            parts = 8
            for part in range(1, parts):
                x, y = x1 + (x2 - x1) * part / parts, y1 + (y2 - y1) * part / parts
                space.avoid([LabelBox(x - 3, y - 3, x + 3, y + 3)])
    for target, first, end in list_target_runs(plot.chart):
        for y in {axis.place(target.low), axis.place(target.high)}:
            space.avoid([LabelBox(plot.edge(first), y - 1, plot.edge(end), y + 1)])
    for x, _, _ in join_marks(plot):
        space.avoid([LabelBox(x - 1, plot.top, x + 1, plot.bottom)])


def list_end_labels(chart: MetricChart, axis: ValueAxis) -> list[tuple[Decimal, str, str]]:
    """The labels at the ends of the lines: of the target, and of the mean and the limits of the current phase."""
    found: list[tuple[Decimal, str, str]] = []
    last = chart.columns[-1]
    health = chart.health
    if last.limits is not None:
        lines = (
            ("upper", last.limits.upper, health.upper),
            ("mean", last.limits.mean, health.mean),
            ("lower", last.limits.lower, health.lower),
        )
        for word, amount, stored in lines:
            if axis.holds(amount):
                text = shorten_limit(health, stored).replace("-", MINUS)
                found.append((amount, f"{word} {text}", "lb"))
    target = last.target
    if target is not None:
        text = f"target {format_target(target.text)}"
        found.append((target.high if target.operator in UPPER_LIMITS else target.low, text, "lb strong"))
    return found
