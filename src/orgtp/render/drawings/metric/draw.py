"""The chart of one metric as SVG, in two sizes: for a page, and for a phone.

Its classes are in the stylesheet of the pages, so it is drawn in the theme of the page, and in print. For people who do
not see it, `describe_metric_chart` says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from itertools import groupby, pairwise
from typing import NamedTuple

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.period import Grain, Period
from orgtp.model.target import Target
from orgtp.model.text import one_line
from orgtp.render.drawings.metric.axis import ValueAxis, fit_axis
from orgtp.render.drawings.metric.label_space import LabelBox, LabelSpace, box_label, measure_label, spread_labels
from orgtp.render.wording.dates import format_short_day
from orgtp.render.wording.figures import MINUS, format_full_figure, format_short_figure, format_target
from orgtp.render.wording.odds import shorten_limit
from orgtp.render.wording.periods import name_period
from orgtp.views.metric_chart import ChartColumn, ChartMark, ChartPhase, ChartShape, MetricChart
from orgtp.views.signs import describe_state, find_sign, name_sign

_SIZE, _LINE_HEIGHT = 11.5, 13.0
_HALF_MARK, _LETTER, _NEAR = 8.0, 12.0, 20.0
_BARS_TOP = 30
_END_ROOM, _TICK_ROOM = 84.0, 34.0


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


def draw_metric_chart(chart: MetricChart, sizes: Sequence[ChartSize] = (LARGE, SMALL)) -> str:
    """The drawings of a chart. The same chart gives the same bytes."""
    return "".join(_draw_one(chart, size) for size in sizes)


def describe_metric_chart(chart: MetricChart) -> str:
    """What the chart shows, in words: each cell with its verdict, then the phases."""
    target = format_target(chart.health.facts.target)
    head = f"{one_line(chart.name)} by {chart.grain}" + (f", target {target}" if target else "")
    cells = [
        f"{name_period(one.period.text)} {describe_cell(chart, one)}"
        for one in chart.columns
        if one.cell.state is not CellState.NONE or one.cell.value is not None
    ]
    phases = [f"{_name_phase(chart, phase)}" for phase in chart.phases] if chart.has_phases else []
    return ". ".join([head, "; ".join(cells) or "no values yet", *phases])


def describe_cell(chart: MetricChart, column: ChartColumn) -> str:
    """The value of a cell with all of its decimals and its verdict: `75.98% off target`, `unknown`."""
    cell = column.cell
    value = format_full_figure(cell.value, chart.measure) if cell.value is not None else ""
    marks = [mark for mark, holds in (("corrected", cell.corrected), ("not all of it known", cell.partial)) if holds]
    return ", ".join([" ".join(filter(None, (value, describe_state(cell.state, cell.value)))), *marks])


def _name_date(number: int, period: Period) -> str:
    """What stands below the name of a column: the Monday of the first week and of the first of a month, or the year."""
    if period.grain is not Grain.WEEK:
        return f"{period.start.year}" if number == 0 or period.start.month == 1 else ""
    is_first = number == 0 or period.start.month != period.previous().start.month
    return format_short_day(period.start) if is_first else ""


def _write(amount: float) -> str:
    text = f"{amount:.1f}"
    return "0" if text == "-0.0" else text.removesuffix(".0")


def _text(x: float, y: float, text: str, names: str = "", anchor: str = "middle") -> str:
    kind = f' class="{names}"' if names else ""
    place = f'x="{_write(x)}" y="{_write(y)}" text-anchor="{anchor}"'
    return f"<text{kind} {place}>{escape(text)}</text>"


def _sign(state: CellState, x: float, y: float, size: int) -> str:
    kind = name_sign(state)
    place = f'x="{_write(x - size / 2)}" y="{_write(y - size / 2)}" width="{size}" height="{size}"'
    return f'<svg class="sg-s is-{kind} c-{kind}" {place}><use href="#s-{kind}"/></svg>'


@dataclass(frozen=True, slots=True)
class _Plot:
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


def _draw_one(chart: MetricChart, size: ChartSize) -> str:
    is_bars = chart.shape is ChartShape.BARS
    amounts = [] if is_bars else list(_list_amounts(chart))
    if is_bars or not amounts:
        body, height = _draw_bars(chart, size)
    else:
        body, height = _draw_line_chart(chart, size, amounts), size.height
    head = f'<svg class="plot {size.name}" viewBox="0 0 {size.width} {height}" width="100%" aria-hidden="true">'
    return f"{head}{''.join(body)}</svg>"


def _list_amounts(chart: MetricChart) -> Iterator[Decimal]:
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


# --- numbers: a line ----------------------------------------------------------------------------------------


def _draw_line_chart(chart: MetricChart, size: ChartSize, amounts: Sequence[Decimal]) -> Iterator[str]:
    assert chart.measure is not None  # noqa: S101  (amounts have a measure)
    top = size.top + (14 if chart.has_phases else 0)
    axis = fit_axis(amounts, chart.measure, top, size.bottom)
    ticks = axis.list_ticks()
    widest = max((measure_label(text, _SIZE) for _, text in ticks), default=0.0)
    ends = _list_end_labels(chart, axis) if size.has_end_labels else []
    room = max((measure_label(text, _SIZE) for _, text, _ in ends), default=0.0)
    # At least this much, so that the charts of a page end at the same place.
    room, tick_room = (max(_END_ROOM, room), max(_TICK_ROOM, widest + 8)) if size.has_end_labels else (room, widest)
    right = min(float(size.right), size.width - 8 - tick_room - room - 2)
    plot = _Plot(chart, size, size.left, right, top, size.bottom)
    space = LabelSpace(LabelBox(1, size.top - 22, right + 4, size.bottom - 4))
    yield from _draw_off_side(plot, axis)
    for tick, text in ticks:
        y = axis.place(tick)
        yield f'<path class="ax" d="M{size.left} {_write(y)}H{_write(right)}"/>'
        yield _text(right + 8, y + 4, text, "lb quiet", "start")
    yield from _draw_gaps(plot, space)
    yield from _draw_days(plot, axis)
    yield from _draw_phases(plot, space)
    yield from _draw_limits(plot, axis)
    yield from _draw_targets(plot, axis)
    yield from _draw_values(plot, axis)
    _avoid_lines(plot, axis, space)
    for x, _, half in _join_marks(plot):
        space.take(LabelBox(x - half, size.bottom - _HALF_MARK, x + half, size.bottom + _HALF_MARK))
    yield from _draw_labels(plot, axis, space)
    heights = spread_labels([axis.place(amount) + 4 for amount, _, _ in ends], _LINE_HEIGHT, top + 4, size.bottom - 2)
    for (_, text, names), y in zip(ends, heights, strict=True):
        yield _text(right + 8 + tick_room, y, text, names, "start")
    yield from _draw_base(plot, size.bottom)


def _list_end_labels(chart: MetricChart, axis: ValueAxis) -> list[tuple[Decimal, str, str]]:
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
        found.append((target.high if target.operator in _UPPER else target.low, text, "lb strong"))
    return found


# The targets whose off side is above.
_UPPER = {"<=", "by", "before"}


def _draw_off_side(plot: _Plot, axis: ValueAxis) -> Iterator[str]:
    """The tint of the side of the target on which a value is off."""
    for target, first, end in _list_target_runs(plot.chart):
        above, below = (float(axis.top), axis.place(target.high)), (axis.place(target.low), float(axis.bottom))
        sides = {
            ">=": [below],
            "inside": [above, below],
            "outside": [(axis.place(target.high), axis.place(target.low))],
        }.get(target.operator, [above] if target.operator in _UPPER else [])
        for top, bottom in sides:
            x, width = plot.edge(first), plot.edge(end) - plot.edge(first)
            yield (
                f'<rect class="badside" x="{_write(x)}" y="{_write(top)}" width="{_write(width)}" '
                f'height="{_write(bottom - top)}"/>'
            )


def _list_target_runs(chart: MetricChart) -> Iterator[tuple[Target, int, int]]:
    """Each target, with the columns in which it applies: from the first to before the end."""
    number = 0
    for target, run in groupby(chart.columns, key=lambda one: one.target):
        first, number = number, number + len(list(run))
        if target is not None:
            yield target, first, number


def _draw_gaps(plot: _Plot, space: LabelSpace) -> Iterator[str]:
    """The hatched columns of which nobody knows the value."""
    for number, one in enumerate(plot.chart.columns):
        if not one.cell.state.is_gap:
            continue
        x = plot.edge(number)
        place = f'x="{_write(x)}" y="{plot.top}" width="{_write(plot.step)}" height="{plot.bottom - plot.top}"'
        yield f'<rect class="gap" {place}/>'
        middle, y = plot.middle(number), plot.bottom - 16.0
        yield _sign(one.cell.state, middle, y, 12)
        space.take(LabelBox(middle - 7, y - 7, middle + 7, y + 7))


def _draw_days(plot: _Plot, axis: ValueAxis) -> Iterator[str]:
    if plot.chart.days:
        dots = "".join(f"M{_write(plot.edge(day.place))} {_write(axis.place(day.amount))}h0" for day in plot.chart.days)
        yield f'<path class="days" d="{dots}"/>'


def _draw_phases(plot: _Plot, space: LabelSpace) -> Iterator[str]:
    """A rule where a phase begins, and its name with the reason, as far as there is room."""
    if not plot.chart.has_phases:
        return
    y = plot.size.top - 8.0 if plot.size.has_dates else plot.size.top - 4.0
    for phase in plot.chart.phases:
        x = plot.edge(phase.first)
        if phase.since:
            yield f'<path class="phase" d="M{_write(x)} {_write(y - 9)}V{plot.bottom}"/>'
        start = x + (6 if phase.since else 0)
        is_last = phase.end == len(plot.chart.columns)
        end = float(plot.size.width) - 2 if is_last else plot.edge(phase.end) - 6
        names = _list_phase_names(plot.chart, phase)
        text = next((name for name in names if start + measure_label(name, _SIZE) <= end), "")
        if text:
            yield _text(start, y, text, "lb pht", "start")
            space.take(box_label(text, start, y, _SIZE, "start"))


def _list_phase_names(chart: MetricChart, phase: ChartPhase) -> Iterator[str]:
    """The name of a phase, the longest first."""
    yield _name_phase(chart, phase)
    since = f" from {name_period(phase.since)}" if phase.since else ""
    yield f"phase {phase.number}{since}"
    yield f"phase {phase.number}"


def _name_phase(chart: MetricChart, phase: ChartPhase) -> str:
    since = f" from {name_period(phase.since)}" if phase.since else ""
    reason = f": \u201c{one_line(phase.reason)}\u201d" if phase.reason else ""
    facts = _describe_phase(chart, phase)
    return f"phase {phase.number}{since}{f', {facts}' if facts else ''}{reason}"


def _describe_phase(chart: MetricChart, phase: ChartPhase) -> str:
    if phase.health.variation == "trial":
        return "on trial"
    mean = shorten_limit(phase.health, phase.health.mean) if chart.shape is ChartShape.LINE else ""
    return f"mean {mean.replace('-', MINUS)}" if mean else ""


def _draw_limits(plot: _Plot, axis: ValueAxis) -> Iterator[str]:
    """The mean and the limits of each phase, which are steps where they depend on the number of cases."""
    for name, kind in (("upper", "lim"), ("mean", "mean"), ("lower", "lim")):
        paths = [_draw_limit(plot, axis, phase, name) for phase in plot.chart.phases]
        if path := "".join(paths):
            yield f'<path class="{kind}" d="{path}"/>'


def _draw_limit(plot: _Plot, axis: ValueAxis, phase: ChartPhase, name: str) -> str:
    """One of the lines of a phase."""
    found = [getattr(one.limits, name, None) for one in plot.chart.columns[phase.first : phase.end]]
    path, before, at = "", None, phase.first
    for amount, run in groupby(found):
        first, at = at, at + len(list(run))
        if amount is None or not axis.holds(amount):
            before = None
            continue
        y = _write(axis.place(amount))
        path += f"M{_write(plot.edge(first))} {y}" if before is None else f"V{y}"
        path += f"H{_write(plot.edge(at))}"
        before = amount
    return path


def _draw_targets(plot: _Plot, axis: ValueAxis) -> Iterator[str]:
    """The line of the target, with a step where it changed; two for a range."""
    runs = list(_list_target_runs(plot.chart))
    paths = ["", ""]
    for number, (target, first, end) in enumerate(runs):
        bounds = [target.low, target.high] if target.low != target.high else [target.low]
        before = runs[number - 1] if number and runs[number - 1][2] == first else None
        for at, bound in enumerate(bounds):
            joins = before is not None and (before[0].low != before[0].high) == (len(bounds) > 1)
            start = "V" if joins else f"M{_write(plot.edge(first))} "
            paths[at] += f"{start}{_write(axis.place(bound))}H{_write(plot.edge(end))}"
    yield from (f'<path class="tgt" d="{path}"/>' for path in paths if path)


def _list_runs(columns: Sequence[ChartColumn]) -> Iterator[list[int]]:
    """The numbers of the columns that the line connects. A blank ends a run; a cell where nothing is owed does not."""
    run: list[int] = []
    for number, one in enumerate(columns):
        if one.amount is not None:
            run.append(number)
        elif one.cell.state.is_gap and run:
            yield run
            run = []
    if run:
        yield run


def _place_value(plot: _Plot, axis: ValueAxis, number: int) -> tuple[float, float]:
    amount = plot.chart.columns[number].amount
    assert amount is not None  # noqa: S101  (callers name columns with a value)
    return plot.middle(number), axis.place(amount)


def _draw_values(plot: _Plot, axis: ValueAxis) -> Iterator[str]:
    columns = plot.chart.columns
    runs = [[_place_value(plot, axis, number) for number in run] for run in _list_runs(columns)]
    lines = ["M" + "L".join(f"{_write(x)} {_write(y)}" for x, y in run) for run in runs if len(run) > 1]
    if lines:
        yield f'<path class="ser" d="{"".join(lines)}"/>'
    for number, one in enumerate(columns):
        if one.amount is None:
            continue
        x, y = _place_value(plot, axis, number)
        if one.cell.state is CellState.OFF:
            yield f'<rect class="po" x="{_write(x - 5)}" y="{_write(y - 5)}" width="10" height="10" rx="1.5"/>'
            yield f'<path class="pox" d="M{_write(x - 2)} {_write(y - 2)}l4 4m0-4l-4 4"/>'
        else:
            kind = "p sofar" if one.cell.state is CellState.PENDING else "p"
            yield f'<circle class="{kind}" cx="{_write(x)}" cy="{_write(y)}" r="4"/>'


def _avoid_lines(plot: _Plot, axis: ValueAxis, space: LabelSpace) -> None:
    """Keep labels from the points, the line, and the target, where there is other room."""
    for run in _list_runs(plot.chart.columns):
        spots = [_place_value(plot, axis, number) for number in run]
        space.avoid(LabelBox(x - 6, y - 6, x + 6, y + 6) for x, y in spots)
        for (x1, y1), (x2, y2) in pairwise(spots):
            parts = 8
            for part in range(1, parts):
                x, y = x1 + (x2 - x1) * part / parts, y1 + (y2 - y1) * part / parts
                space.avoid([LabelBox(x - 3, y - 3, x + 3, y + 3)])
    for target, first, end in _list_target_runs(plot.chart):
        for y in {axis.place(target.low), axis.place(target.high)}:
            space.avoid([LabelBox(plot.edge(first), y - 1, plot.edge(end), y + 1)])
    for x, _, _ in _join_marks(plot):
        space.avoid([LabelBox(x - 1, plot.top, x + 1, plot.bottom)])


def _draw_labels(plot: _Plot, axis: ValueAxis, space: LabelSpace) -> Iterator[str]:
    """The labels of points: the last, corrected ones, the highest and the lowest; and those of earlier targets."""
    columns, measure = plot.chart.columns, plot.chart.measure
    known = [number for number, one in enumerate(columns) if one.amount is not None]
    if known:
        yield from _draw_point_label(plot, axis, space, known[-1])
    runs = list(_list_target_runs(plot.chart))
    for target, first, end in runs[:-1] if plot.size.has_end_labels else runs:
        yield from _draw_target_label(plot, axis, space, target, first, end)
    wanted = [number for number in known[:-1] if columns[number].cell.corrected]
    if known and measure is not None:
        amounts = [(columns[number].amount or Decimal(0), number) for number in known]
        wanted += [max(amounts, key=lambda one: (one[0], -one[1]))[1], min(amounts)[1]]
    for number in dict.fromkeys(wanted):
        if number != known[-1]:
            yield from _draw_point_label(plot, axis, space, number)


def _draw_point_label(plot: _Plot, axis: ValueAxis, space: LabelSpace, number: int) -> Iterator[str]:
    """The value of a point, above or below it: where it covers least."""
    one, columns = plot.chart.columns[number], plot.chart.columns
    text = format_short_figure(one.cell.value, plot.chart.measure, plot.chart.targets)
    text += " corrected" if one.cell.corrected else " so far" if one.cell.state is CellState.PENDING else ""
    x, y = _place_value(plot, axis, number)
    half = measure_label(text, _SIZE) / 2
    near = [at for at in (number - 1, number + 1) if 0 <= at < len(columns)]
    beside = [amount for at in near if (amount := columns[at].amount) is not None]
    is_low = bool(beside) and one.amount is not None and all(amount >= one.amount for amount in beside)
    heights = (y + 19, y - 10, y + 31, y - 22, y + 43, y - 34) if is_low else (y - 10, y + 19, y - 22, y + 31, y - 34)
    room = space.room
    centres = [min(max(x + shift, room.left + half), room.right - half) for shift in (0, -half - 4, half + 4)]
    spots = [(centre, height) for height in heights for centre in centres]
    found = space.choose([box_label(text, *spot, _SIZE) for spot in spots])
    if found is not None:
        yield _text(*spots[found], text, "lb offt" if one.cell.state is CellState.OFF else "lb strong")


def _draw_target_label(
    plot: _Plot, axis: ValueAxis, space: LabelSpace, target: Target, first: int, end: int
) -> Iterator[str]:
    """The label of a target that applied in some of the columns, at one end of its line."""
    text = f"target {format_target(target.text)}"
    y = axis.place(target.high if target.operator in _UPPER else target.low)
    width = measure_label(text, _SIZE)
    left, right = plot.edge(first) + 4, plot.edge(end) - 4 - width
    is_last = end == len(plot.chart.columns)
    starts = [right, left, (left + right) / 2] if is_last else [left, right, (left + right) / 2]
    heights = [y - 6, y + 15] if target.operator in _UPPER else [y + 15, y - 6]
    spots = [(min(max(x, space.room.left), space.room.right - width), at) for at in heights for x in starts]
    found = space.choose([box_label(text, *spot, _SIZE, "start") for spot in spots])
    if found is not None:
        yield _text(*spots[found], text, "lb strong", "start")


# --- the axis of time, and what changed ----------------------------------------------------------------------


def _draw_base(plot: _Plot, base: int) -> Iterator[str]:
    """The axis with the names of its columns, and the marks of what changed."""
    yield f'<path class="ax0" d="M{plot.size.left} {base}H{_write(plot.right)}"/>'
    columns = plot.chart.columns
    for number, one in enumerate(columns):
        if (len(columns) - 1 - number) % plot.size.every:
            continue
        x = plot.middle(number)
        yield _text(x, base + 21, name_period(one.period.text))
        if plot.size.has_dates and (date := _name_date(number, one.period)):
            yield _text(x, base + 36, date, "quiet")
    top = plot.top
    for x, letters, half in _join_marks(plot):
        yield f'<path class="ev" d="M{_write(x)} {top}V{base}"/>'
        place = f'x="{_write(x - half)}" y="{base - 8}" width="{_write(2 * half)}" height="16" rx="8"'
        yield f'<rect class="evb" {place}/><text class="evt" x="{_write(x)}" y="{base + 4}">{letters}</text>'


def _join_marks(plot: _Plot) -> list[tuple[float, str, float]]:
    """The marks of what changed: where each is, its letters, and half of its width. Those closer than 20 px are one."""
    groups: list[list[ChartMark]] = []
    for mark in sorted(plot.chart.marks, key=lambda one: (one.place, one.letter)):
        groups.append([mark])
        while len(groups) > 1 and _are_near(plot, groups[-2], groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [(_find_middle(plot, group), _name_marks(group), _measure_marks(group)) for group in groups]


def _are_near(plot: _Plot, one: Sequence[ChartMark], other: Sequence[ChartMark]) -> bool:
    distance = _find_middle(plot, other) - _find_middle(plot, one)
    return distance < max(_NEAR, _measure_marks(one) + _measure_marks(other) + 2)


def _find_middle(plot: _Plot, marks: Sequence[ChartMark]) -> float:
    half = _measure_marks(marks)
    middle = (plot.edge(marks[0].place) + plot.edge(marks[-1].place)) / 2
    return min(max(middle, half + 1), plot.size.width - half - 1)


def _name_marks(marks: Sequence[ChartMark]) -> str:
    letters = sorted({one.letter for one in marks})
    return " ".join(letters) if len(letters) <= 3 else f"{letters[0]}\u2013{letters[-1]}"  # noqa: PLR2004


def _measure_marks(marks: Sequence[ChartMark]) -> float:
    letters = min(3, len({one.letter for one in marks}))
    return _HALF_MARK + _LETTER / 2 * (letters - 1)


# --- hits, yes and no: bars ----------------------------------------------------------------------------------


def _draw_bars(chart: MetricChart, size: ChartSize) -> tuple[Iterator[str], int]:
    """A bar for each cell with its sign and its value, and the height of the drawing."""
    base = _BARS_TOP + size.bar_height + 6
    return _draw_bar_chart(chart, size, base), base + (52 if size.has_dates else 34)


def _draw_bar_chart(chart: MetricChart, size: ChartSize, base: int) -> Iterator[str]:
    text = f"target {target}" if (target := format_target(chart.health.facts.target)) else ""
    width = measure_label(text, _SIZE) if size.has_end_labels else 0.0
    room = max(_END_ROOM + _TICK_ROOM - 2, width)
    right = size.width - 12 - room if size.has_end_labels else size.width - 4.0
    plot = _Plot(chart, size, size.left, right, _BARS_TOP - 4, base)
    yield from _draw_phases(plot, LabelSpace(LabelBox(0, 0, size.width, base)))
    gap = 2.0
    for number, one in enumerate(chart.columns):
        yield from _draw_bar(plot, one, plot.edge(number) + gap, plot.step - 2 * gap)
    if width:
        yield _text(right + 10, _BARS_TOP + size.bar_height / 2 + 4, text, "lb strong", "start")
    yield from _draw_base(plot, base)


def _draw_bar(plot: _Plot, one: ChartColumn, x: float, width: float) -> Iterator[str]:
    state, height = one.cell.state, plot.size.bar_height
    if state is CellState.NONE and one.cell.value is None:
        return
    kind = {CellState.ON: "on", CellState.OFF: "off"}.get(state, "un" if state.is_gap else "open")
    place = f'x="{_write(x)}" y="{_BARS_TOP}" width="{_write(width)}" height="{height}" rx="2"'
    yield f'<rect class="cell-{kind}" {place}/>'
    text = one.cell.value or ""
    names, middle, centre = "strong" if state is CellState.OFF else "", x + width / 2, _BARS_TOP + height / 2
    wide = measure_label(text, _SIZE)
    if find_sign(state) and text and wide + 17 <= width:
        left = middle - (wide + 15) / 2
        yield _text(left + wide / 2, centre + 4, text, names) + _sign(state, left + wide + 9, centre, 11)
    elif find_sign(state) and text and wide <= width + 2:
        yield _sign(state, middle, centre - 9, 11) + _text(middle, centre + 15, text, names)
    elif find_sign(state):
        yield _sign(state, middle, centre, 11)
    elif wide <= width:
        # A value that was recorded before there was a target.
        yield _text(middle, centre + 4, text)
