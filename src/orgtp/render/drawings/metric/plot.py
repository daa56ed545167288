"""What the drawings of a metric share: their sizes, where their columns are, and single elements of SVG."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import NamedTuple

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.views.metric_chart import MetricChart
from orgtp.views.signs import name_sign

# The size of the font of labels, and half of the width of a mark with one letter, in pixels.
LABEL_SIZE, HALF_MARK = 11.5, 8.0
# The least room for the labels at the right end, and for those of the value axis: it lets the charts of a page end at
# the same place.
END_ROOM, TICK_ROOM = 84.0, 34.0


class ChartSize(NamedTuple):
    """The measures of a drawing. `every` is the distance of two columns with a label."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    bar_height: int
    every: int
    has_dates: bool
    has_end_labels: bool


LARGE = ChartSize("large", 860, 270, 10, 742, 26, 218, 30, 1, has_dates=True, has_end_labels=True)
SMALL = ChartSize("small", 358, 220, 4, 314, 24, 180, 44, 3, has_dates=False, has_end_labels=False)


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing in the making: where its columns are."""

    chart: MetricChart
    size: ChartSize
    left: float
    right: float
    top: int
    bottom: int

    @property
    def step(self) -> float:
        """The width of a column."""
        return (self.right - self.left) / max(1, len(self.chart.columns))

    def edge(self, place: Decimal | int) -> float:
        """The horizontal place of a number of columns from the left edge."""
        return self.left + float(place) * self.step

    def middle(self, number: int) -> float:
        """The horizontal middle of a column."""
        return self.left + (number + 0.5) * self.step


def format_px(amount: float) -> str:
    """A place or a length in pixels, with one decimal at most."""
    text = f"{amount:.1f}"
    return "0" if text == "-0.0" else text.removesuffix(".0")


def draw_text(x: float, y: float, text: str, names: str = "", anchor: str = "middle") -> str:
    """A text whose baseline is at `y`, with the classes `names`. `anchor` is start, middle or end, as in SVG."""
    kind = f' class="{names}"' if names else ""
    place = f'x="{format_px(x)}" y="{format_px(y)}" text-anchor="{anchor}"'
    return f"<text{kind} {place}>{escape(text)}</text>"


def draw_sign(state: CellState, x: float, y: float, size: int) -> str:
    """The sign of a state from the sprite of the page, `size` pixels wide, with its middle at `x` and `y`."""
    kind = name_sign(state)
    place = f'x="{format_px(x - size / 2)}" y="{format_px(y - size / 2)}" width="{size}" height="{size}"'
    return f'<svg class="sg-s is-{kind} c-{kind}" {place}><use href="#s-{kind}"/></svg>'
