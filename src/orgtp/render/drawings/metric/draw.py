"""The chart of one metric as SVG, in two sizes: for a page, and for a phone.

Its classes are in the stylesheet of the pages, so it is drawn in the theme of the page, and in print. For people who do
not see it, `describe_metric_chart` says the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from orgtp.render.drawings.metric.bars import draw_bars
from orgtp.render.drawings.metric.line import draw_line_chart, list_amounts
from orgtp.render.drawings.metric.plot import LARGE, SMALL, ChartSize
from orgtp.views.metric_chart import ChartShape, MetricChart


def draw_metric_chart(chart: MetricChart, sizes: Sequence[ChartSize] = (LARGE, SMALL)) -> str:
    """The drawings of a chart. The same chart gives the same bytes."""
    return "".join(_draw_one(chart, size) for size in sizes)


def _draw_one(chart: MetricChart, size: ChartSize) -> str:
    is_bars = chart.shape is ChartShape.BARS
    amounts = [] if is_bars else list(list_amounts(chart))
    if is_bars or not amounts:
        body, height = draw_bars(chart, size)
    else:
        body, height = draw_line_chart(chart, size, amounts), size.height
    head = f'<svg class="plot {size.name}" viewBox="0 0 {size.width} {height}" width="100%" aria-hidden="true">'
    return f"{head}{''.join(body)}</svg>"
