"""Draw the XmR chart of one metric as SVG: the values with their limits above, the moving ranges below.

The picture loads nothing from the network, and has a title and a description for screen readers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from html import escape

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.text import one_line
from orgtp.model.value import EXACT, write_number
from orgtp.render.health.text import describe_odds
from orgtp.render.wording.odds import format_limits, shorten_limit
from orgtp.render.wording.values import format_value
from orgtp.views.health.chart import ChartPoint, XmrChart
from orgtp.views.health.seats import describe_flag
from orgtp.views.health.types import HealthRow
from orgtp.views.variation.judge import Method
from orgtp.views.variation.xmr import BASELINE

_WIDTH, _LEFT, _RIGHT = 760, 90, 110
_TOP, _HEIGHT, _BETWEEN, _RANGES = 64, 240, 48, 90
_INK, _DIM, _LINE, _ON, _OFF, _FLAG, _PAPER = (
    "#2e3440",
    "#78808c",
    "#245cad",
    "#1e824c",
    "#b06800",
    "#bf2638",
    "#fcfcfa",
)
_FONT = "ui-sans-serif, system-ui, sans-serif"
_FEW_LABELS = 9


@dataclass(frozen=True, slots=True)
class _Panel:
    """A part of the picture: from which height down, how high, and which amounts it shows."""

    top: int
    height: int
    low: Decimal
    high: Decimal

    def place(self, amount: Decimal) -> str:
        """The vertical place of an amount."""
        span = self.high - self.low
        share = (self.high - amount) / span if span else Decimal("0.5")
        return _format(self.top + share * self.height)


def draw_xmr_chart(row: HealthRow, chart: XmrChart) -> str:
    """The picture. The same chart gives the same bytes."""
    title = one_line(f"{row.facts.seat_name}: {row.facts.name}")
    note = _describe(row)
    points = chart.points
    has_ranges = chart.method is Method.XMR and any(one.limits for one in points)
    height = _TOP + _HEIGHT + (_BETWEEN + _RANGES if has_ranges else 0) + 40
    body = [*_draw_head(title, note)]
    if points:
        place = _spread(len(points))
        body += _draw_values(row, chart, place)
        body += _draw_ranges(points, place) if has_ranges else []
        body += _draw_periods(points, place, height - 14)
    else:
        body.append(_text(_LEFT, _TOP + 20, "no values in this phase yet", _DIM))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" font-family="{_FONT}" font-size="12">'
    )
    about = f"<title>{escape(title)}</title><desc>{escape(note)}</desc>"
    paper = f'<rect width="{_WIDTH}" height="{height}" fill="{_PAPER}"/>'
    return "\n".join([head, about, paper, *body, "</svg>"]) + "\n"


def _describe(row: HealthRow) -> str:
    parts = [f"target {row.facts.target}"] if row.facts.target else []
    parts += [text] if (text := format_limits(row)) else []
    parts += [f"{row.variation}: {describe_flag(row)}"] if row.rule else [f"{row.variation}"]
    text = ". ".join(parts)
    odds = describe_odds(row) if row.rule and row.is_drifting else ""
    return one_line(f"{text}. {odds}".strip())


def _spread(count: int) -> Callable[[int], str]:
    """A function from the number of a value to its horizontal place."""
    room = _WIDTH - _LEFT - _RIGHT
    step = Decimal(room) / max(1, count - 1)
    return lambda number: _format(_LEFT + (step * number if count > 1 else Decimal(room) / 2))


def _draw_head(title: str, note: str) -> Iterator[str]:
    yield _text(16, 24, title, _INK, 'font-size="15" font-weight="600"')
    for number, line in enumerate(_wrap(note, 118)):
        yield _text(16, 42 + 14 * number, line, _DIM, 'font-size="11"')


def _wrap(text: str, width: int) -> list[str]:
    """The text on at most two lines; what does not fit ends in … ."""
    if len(text) <= width:
        return [text]
    cut = text.rfind(" ", 0, width)
    first, rest = text[:cut], text[cut + 1 :]
    return [first, rest if len(rest) <= width else f"{rest[: width - 1]}…"]


def _draw_values(row: HealthRow, chart: XmrChart, place: Callable[[int], str]) -> Iterator[str]:
    points = chart.points
    bounds = () if chart.method is Method.HITS else chart.bounds
    amounts = [*(one.amount for one in points), *bounds]
    amounts += [bound for one in points if one.limits for bound in (one.limits.lower, one.limits.upper)]
    panel = _Panel(_TOP + 12, _HEIGHT - 24, min(amounts), max(amounts))
    yield from _draw_target(row, bounds, panel)
    if len(points) > BASELINE and points[0].limits:
        yield from _draw_end_of_baseline(place)
    if all(one.limits for one in points):
        yield from _draw_limits(row, points, place, panel)
    steps = " ".join(f"{place(number)},{panel.place(one.amount)}" for number, one in enumerate(points))
    yield f'<polyline points="{steps}" fill="none" stroke="{_DIM}" stroke-width="1.2"/>'
    for number, one in enumerate(points):
        colour = _FLAG if one.concern else _LINE if one.rule else _ON if one.state is CellState.ON else _OFF
        fill = colour if one.state is CellState.ON or one.rule else _PAPER
        shown = format_value(one.value, row.facts.measure)
        about = f"{one.period}: {shown}, {one.state} target" + (f", {one.rule}" if one.rule else "")
        spot = f'cx="{place(number)}" cy="{panel.place(one.amount)}" r="{5 if one.rule else 4}"'
        yield (
            f'<circle {spot} fill="{fill}" stroke="{colour}" stroke-width="1.6">'
            f"<title>{escape(one_line(about))}</title></circle>"
        )


def _draw_target(row: HealthRow, bounds: Sequence[Decimal], panel: _Panel) -> Iterator[str]:
    """A line for each bound of the target, named at its left end."""
    for bound in bounds:
        height = panel.place(bound)
        yield (
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{height}" y2="{height}" stroke="{_ON}" '
            'stroke-dasharray="1 4" stroke-width="1.5"/>'
        )
    if bounds:
        low = _format(Decimal(panel.place(bounds[-1])) + 4)
        yield _text(16, low, row.facts.target or "", _ON, 'font-size="11"')


def _draw_end_of_baseline(place: Callable[[int], str]) -> Iterator[str]:
    x = _format((Decimal(place(BASELINE - 1)) + Decimal(place(BASELINE))) / 2)
    yield f'<line x1="{x}" x2="{x}" y1="{_TOP + 6}" y2="{_TOP + _HEIGHT}" stroke="{_DIM}" stroke-dasharray="2 3"/>'
    about = f"limits from the first {BASELINE}"
    yield _text(_format(Decimal(x) - 6), _TOP + _HEIGHT + 8, about, _DIM, 'font-size="10" text-anchor="end"')


def _draw_limits(
    row: HealthRow, points: Sequence[ChartPoint], place: Callable[[int], str], panel: _Panel
) -> Iterator[str]:
    lines = {
        "upper": ([one.limits.upper for one in points if one.limits], row.upper, ' stroke-dasharray="5 4"'),
        "mean": ([one.limits.mean for one in points if one.limits], row.mean, ""),
        "lower": ([one.limits.lower for one in points if one.limits], row.lower, ' stroke-dasharray="5 4"'),
    }
    for name, (amounts, shown, dashes) in lines.items():
        steps = " ".join(f"{place(number)},{panel.place(amount)}" for number, amount in enumerate(amounts))
        yield f'<polyline points="{steps}" fill="none" stroke="{_LINE}" stroke-width="1"{dashes}/>'
        height = _format(Decimal(panel.place(amounts[-1])) + 4)
        yield _text(_WIDTH - _RIGHT + 12, height, f"{name} {shorten_limit(row, shown)}", _LINE, 'font-size="11"')


def _draw_ranges(points: Sequence[ChartPoint], place: Callable[[int], str]) -> Iterator[str]:
    """The moving ranges, and their mean in the baseline."""
    ranges = [one.range_amount for one in points]
    known = [amount for amount in ranges if amount is not None]
    if not known:
        return
    base = [amount for one, amount in zip(points, ranges, strict=True) if amount is not None and one.baseline]
    mean = EXACT.divide(sum(base, Decimal(0)), Decimal(len(base))) if base else None
    panel = _Panel(_TOP + _HEIGHT + _BETWEEN, _RANGES, Decimal(0), max([*known, *([mean * _UPPER] if mean else [])]))
    yield _text(16, panel.top - 10, "Moving range: the distance from the value before", _DIM, 'font-size="11"')
    if mean is not None:
        for amount, dashes in ((mean, ""), (mean * _UPPER, ' stroke-dasharray="5 4"')):
            height = panel.place(amount)
            yield (f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{height}" y2="{height}" stroke="{_LINE}"{dashes}/>')
    for run in _list_runs(ranges):
        steps = " ".join(f"{place(number)},{panel.place(amount)}" for number, amount in run)
        yield f'<polyline points="{steps}" fill="none" stroke="{_DIM}"/>'
        for number, amount in run:
            yield f'<circle cx="{place(number)}" cy="{panel.place(amount)}" r="2.5" fill="{_DIM}"/>'


# The upper limit of a moving range is 3.268 times its mean (Wheeler).
_UPPER = Decimal("3.268")


def _list_runs(ranges: Sequence[Decimal | None]) -> list[list[tuple[int, Decimal]]]:
    """The ranges that are next to each other."""
    runs: list[list[tuple[int, Decimal]]] = [[]]
    for number, amount in enumerate(ranges):
        if amount is None:
            runs.append([])
        else:
            runs[-1].append((number, amount))
    return [run for run in runs if run]


def _draw_periods(points: Sequence[ChartPoint], place: Callable[[int], str], height: int) -> Iterator[str]:
    """The periods below the chart, as many as there is room for."""
    every = -(-len(points) // _FEW_LABELS)
    for number, one in enumerate(points):
        if (len(points) - 1 - number) % every == 0:
            yield _text(place(number), height, one.period, _DIM, 'font-size="10" text-anchor="middle"')


def _text(x: int | str, y: int | str, text: str, colour: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}"{f" {more}" if more else ""}>{escape(text)}</text>'


def _format(number: Decimal) -> str:
    return write_number(round(number, 1))
