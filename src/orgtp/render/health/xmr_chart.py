"""Draw the chart of one metric on a terminal: its values, oldest first, with the mean and the limits.

The newest values are drawn, as many as fit. On a terminal that shows ASCII only, other marks are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.text import count_noun
from orgtp.render.health.text import list_facts
from orgtp.render.spans import Line, Span, join_spans
from orgtp.render.terminal import (
    SIGNS,
    STYLES,
    Screen,
    measure_width,
    render_lines,
    safe_text,
    strip_line_end,
    wrap_legend,
    wrap_line,
)
from orgtp.render.wording.odds import format_limits, shorten_limit
from orgtp.views.health.chart import ChartPoint, XmrChart
from orgtp.views.health.types import HealthRow
from orgtp.views.variation.judge import Method
from orgtp.views.variation.xmr import BASELINE

_ROWS, _STEP, _LEAST_POINTS = 15, 3, 4


@dataclass(frozen=True, slots=True)
class ChartMarks:
    """The characters of a chart: values on and off target, one that completes a rule, the lines, and the axis."""

    on: str
    off: str
    flag: str
    mean: str
    limit: str
    axis: str


_UNICODE = ChartMarks("●", "○", "◆", "─", "┄", "│")
_ASCII = ChartMarks("o", "x", "#", "-", ".", "|")


def xmr_chart_text(row: HealthRow, chart: XmrChart, screen: Screen, *, plain: bool = False) -> str:
    """The chart with a title above it, and below it what stands out and its odds. `plain`: with ASCII marks."""
    title = join_spans(
        safe_text(f"{row.facts.seat_name}: {row.facts.name}", "bold"),
        ("  target ", "dim"),
        safe_text(row.facts.target or "none"),
    )
    lines: list[Line] = [*wrap_line(title, screen.width), []]
    lines += _draw_body(row, chart, screen, _ASCII if plain else _UNICODE)
    facts = [join_spans(_describe_state(row)), *list_facts(row)]
    return render_lines([*lines, [], *(line for fact in facts for line in wrap_line(fact, screen.width))], screen)


def _draw_body(row: HealthRow, chart: XmrChart, screen: Screen, marks: ChartMarks) -> list[Line]:
    if not chart.points:
        return [[("no values in this phase yet", "dim")]]
    if chart.method is Method.HITS:
        return _draw_hits(chart, screen, plain=marks is _ASCII)
    return _draw_values(row, chart, screen, marks)


def _describe_state(row: HealthRow) -> str:
    words = {
        "common": "It is steady: the values differ as they did in the baseline.",
        "concern": "It is drifting.",
        "improvement": "It is improving.",
        "trial": f"It has {row.phase.n} of the {BASELINE} values that limits need.",
        "coarse": "It has fewer than four different values, so it has no limits. Its misses are what counts.",
    }
    limits = format_limits(row)
    return words[row.variation] + (f" Limits: {limits}." if row.lower is not None else "")


def _draw_hits(chart: XmrChart, screen: Screen, *, plain: bool) -> list[Line]:
    """A sign for each cell: hits and misses have no limits."""
    signs = {CellState.ON: "o", CellState.OFF: "x"} if plain else SIGNS
    room = max(_LEAST_POINTS, min(screen.width, _WIDEST) // 2)
    points = chart.points[-room:]
    line: Line = [(f"{signs[one.state]} ", STYLES[one.state]) for one in points]
    span = [(f"{points[0].period} to {points[-1].period}", "dim")]
    return [strip_line_end(line), *wrap_line(span, screen.width), *_note_older(len(chart.points) - len(points), screen)]


# Without a limit of width, as in a pipe, the chart stays this narrow.
_WIDEST = 160


def _draw_values(row: HealthRow, chart: XmrChart, screen: Screen, marks: ChartMarks) -> list[Line]:
    room = min(screen.width, _WIDEST)
    newest = chart.points[-1].limits
    amounts = _list_extremes(chart.points)
    low, high = min(amounts), max(amounts)
    labels: dict[int, str] = {}
    if newest:
        for name, amount in (("upper", newest.upper), ("mean", newest.mean), ("lower", newest.lower)):
            shown = shorten_limit(row, {"upper": row.upper, "mean": row.mean, "lower": row.lower}[name])
            labels[_find_row(amount, low, high)] = f"{name} {shown}"
    left = max((measure_width(label) for label in labels.values()), default=0) + 1
    count = max(_LEAST_POINTS, (room - left - 1) // _STEP)
    points = chart.points[-count:]
    lines = [
        strip_line_end(
            [
                (f"{labels.get(number, ''):>{left}}", "dim"),
                (marks.axis, "dim"),
                *(span for point in points for span in _draw_cell(point, number, low, high, marks)),
            ]
        )
        for number in range(_ROWS)
    ]
    first, last = points[0].period, points[-1].period
    width = len(points) * _STEP
    between = max(1, width - len(first) - len(last))
    axis = f"{first}{' ' * between}{last}" if width >= len(first) + len(last) + 1 else f"{first} to {last}"
    hidden = len(chart.points) - len(points)
    return [
        *lines,
        *wrap_line([(" " * (left + 1) + axis, "dim")], screen.width),
        *wrap_legend(_write_legend(points, marks), screen.width),
        *_note_older(hidden, screen),
    ]


def _list_extremes(points: Sequence[ChartPoint]) -> list[Decimal]:
    limits = [bound for one in points if one.limits for bound in (one.limits.lower, one.limits.upper)]
    return [*(one.amount for one in points), *limits]


def _find_row(amount: Decimal, low: Decimal, high: Decimal) -> int:
    """The line of an amount, counted from the top."""
    return round((high - amount) / (high - low) * (_ROWS - 1)) if high > low else _ROWS // 2


def _draw_cell(point: ChartPoint, number: int, low: Decimal, high: Decimal, marks: ChartMarks) -> Iterator[Span]:
    """The three columns of a value on one line of the chart."""
    line = " "
    limits = point.limits
    if limits and number == _find_row(limits.mean, low, high):
        line = marks.mean
    elif limits and number in {_find_row(limits.lower, low, high), _find_row(limits.upper, low, high)}:
        line = marks.limit
    if number == _find_row(point.amount, low, high):
        mark = marks.flag if point.rule else marks.on if point.state is CellState.ON else marks.off
        yield (line, "dim")
        yield (mark, "bold red" if point.concern else "bold green" if point.rule else STYLES[point.state])
        yield (line, "dim")
    else:
        yield (line * _STEP, "dim")


def _write_legend(points: Sequence[ChartPoint], marks: ChartMarks) -> str:
    entries = [f"{marks.on} on target", f"{marks.off} off target"]
    entries += [f"{marks.flag} completes a rule"] if any(one.rule for one in points) else []
    entries += [f"{marks.mean} mean", f"{marks.limit} limits"] if any(one.limits for one in points) else []
    return "   ".join(entries)


def _note_older(hidden: int, screen: Screen) -> list[Line]:
    note = f"{count_noun(hidden, 'older value')} left out: the screen is too narrow"
    return wrap_line([(note, "dim")], screen.width) if hidden else []
