"""The chart of hits, and of yes and no: a bar for each cell."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.cell import CellState
from orgtp.model.target import format_target
from orgtp.render.drawings.metric.label_space import LabelBox, LabelSpace, measure_label
from orgtp.render.drawings.metric.plot import (
    END_ROOM,
    LABEL_SIZE,
    TICK_ROOM,
    ChartSize,
    Plot,
    draw_sign,
    draw_text,
    format_px,
)
from orgtp.render.drawings.metric.time_axis import draw_phases, draw_time_axis
from orgtp.views.metric_chart import ChartColumn, MetricChart
from orgtp.views.signs import find_sign

_BARS_TOP = 30


def draw_bars(chart: MetricChart, size: ChartSize) -> tuple[Iterator[str], int]:
    """A bar for each cell with its sign and its value, and the height of the drawing."""
    base = _BARS_TOP + size.bar_height + 6
    return _draw_bar_chart(chart, size, base), base + (52 if size.has_dates else 34)


def _draw_bar_chart(chart: MetricChart, size: ChartSize, base: int) -> Iterator[str]:
    text = f"target {target}" if (target := format_target(chart.health.facts.target)) else ""
    width = measure_label(text, LABEL_SIZE) if size.has_end_labels else 0.0
    room = max(END_ROOM + TICK_ROOM - 2, width)
    right = size.width - 12 - room if size.has_end_labels else size.width - 4.0
    plot = Plot(chart, size, size.left, right, _BARS_TOP - 4, base)
    yield from draw_phases(plot, LabelSpace(LabelBox(0, 0, size.width, base)))
    gap = 2.0
    for number, one in enumerate(chart.columns):
        yield from _draw_bar(plot, one, plot.edge(number) + gap, plot.step - 2 * gap)
    if width:
        yield draw_text(right + 10, _BARS_TOP + size.bar_height / 2 + 4, text, "lb strong", "start")
    yield from draw_time_axis(plot, base)


def _draw_bar(plot: Plot, one: ChartColumn, x: float, width: float) -> Iterator[str]:
    state, height = one.cell.state, plot.size.bar_height
    if state is CellState.NONE and one.cell.value is None:
        return
    kind = {CellState.ON: "on", CellState.OFF: "off"}.get(state, "un" if state.is_gap else "open")
    place = f'x="{format_px(x)}" y="{_BARS_TOP}" width="{format_px(width)}" height="{height}" rx="2"'
    yield f'<rect class="cell-{kind}" {place}/>'
    text = one.cell.value or ""
    names, middle, centre = "strong" if state is CellState.OFF else "", x + width / 2, _BARS_TOP + height / 2
    wide = measure_label(text, LABEL_SIZE)
    if find_sign(state) and text and wide + 17 <= width:
        left = middle - (wide + 15) / 2
        yield draw_text(left + wide / 2, centre + 4, text, names) + draw_sign(state, left + wide + 9, centre, 11)
    elif find_sign(state) and text and wide <= width + 2:
        yield draw_sign(state, middle, centre - 9, 11) + draw_text(middle, centre + 15, text, names)
    elif find_sign(state):
        yield draw_sign(state, middle, centre, 11)
    elif wide <= width:
        # A value that was recorded before there was a target.
        yield draw_text(middle, centre + 4, text)
