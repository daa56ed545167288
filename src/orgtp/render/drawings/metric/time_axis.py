"""What a drawing says about time: its periods, its phases, and the marks of what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orgtp.model.period import Grain, Period
from orgtp.render.drawings.metric.label_space import LabelSpace, box_label, measure_label
from orgtp.render.drawings.metric.plot import HALF_MARK, LABEL_SIZE, Plot, draw_text, format_px
from orgtp.render.drawings.metric.words import list_phase_names
from orgtp.render.wording.dates import format_short_day
from orgtp.render.wording.periods import name_period
from orgtp.views.metric_chart import ChartMark

_LETTER, _NEAR = 12.0, 20.0


def draw_time_axis(plot: Plot, base: int) -> Iterator[str]:
    """The axis with the names of its columns, and the marks of what changed."""
    yield f'<path class="ax0" d="M{plot.size.left} {base}H{format_px(plot.right)}"/>'
    columns = plot.chart.columns
    for number, one in enumerate(columns):
        if (len(columns) - 1 - number) % plot.size.every:
            continue
        x = plot.middle(number)
        yield draw_text(x, base + 21, name_period(one.period.text))
        if plot.size.has_dates and (date := _name_date(number, one.period)):
            yield draw_text(x, base + 36, date, "quiet")
    top = plot.top
    for x, letters, half in join_marks(plot):
        yield f'<path class="ev" d="M{format_px(x)} {top}V{base}"/>'
        place = f'x="{format_px(x - half)}" y="{base - 8}" width="{format_px(2 * half)}" height="16" rx="8"'
        yield f'<rect class="evb" {place}/><text class="evt" x="{format_px(x)}" y="{base + 4}">{letters}</text>'


def _name_date(number: int, period: Period) -> str:
    """What stands below the name of a column: the Monday of the first week and of the first of a month, or the year."""
    if period.grain is not Grain.WEEK:
        return f"{period.start.year}" if number == 0 or period.start.month == 1 else ""
    is_first = number == 0 or period.start.month != period.previous().start.month
    return format_short_day(period.start) if is_first else ""


def join_marks(plot: Plot) -> list[tuple[float, str, float]]:
    """The marks of what changed: where each is, its letters, and half of its width. Those closer than 20 px are one."""
    groups: list[list[ChartMark]] = []
    for mark in sorted(plot.chart.marks, key=lambda one: (one.place, one.letter)):
        groups.append([mark])
        while len(groups) > 1 and _are_near(plot, groups[-2], groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [(_find_middle(plot, group), _name_marks(group), _measure_marks(group)) for group in groups]


def _are_near(plot: Plot, one: Sequence[ChartMark], other: Sequence[ChartMark]) -> bool:
    distance = _find_middle(plot, other) - _find_middle(plot, one)
    return distance < max(_NEAR, _measure_marks(one) + _measure_marks(other) + 2)


def _find_middle(plot: Plot, marks: Sequence[ChartMark]) -> float:
    half = _measure_marks(marks)
    middle = (plot.edge(marks[0].place) + plot.edge(marks[-1].place)) / 2
    return min(max(middle, half + 1), plot.size.width - half - 1)


def _name_marks(marks: Sequence[ChartMark]) -> str:
    letters = sorted({one.letter for one in marks})
    return " ".join(letters) if len(letters) <= 3 else f"{letters[0]}\u2013{letters[-1]}"  # noqa: PLR2004


def _measure_marks(marks: Sequence[ChartMark]) -> float:
    letters = min(3, len({one.letter for one in marks}))
    return HALF_MARK + _LETTER / 2 * (letters - 1)


def draw_phases(plot: Plot, space: LabelSpace) -> Iterator[str]:
    """A rule where a phase begins, and its name with the reason, as far as there is room."""
    if not plot.chart.has_phases:
        return
    y = plot.size.top - 8.0 if plot.size.has_dates else plot.size.top - 4.0
    for phase in plot.chart.phases:
        x = plot.edge(phase.first)
        if phase.since:
            yield f'<path class="phase" d="M{format_px(x)} {format_px(y - 9)}V{plot.bottom}"/>'
        start = x + (6 if phase.since else 0)
        is_last = phase.end == len(plot.chart.columns)
        end = float(plot.size.width) - 2 if is_last else plot.edge(phase.end) - 6
        names = list_phase_names(plot.chart, phase)
        text = next((name for name in names if start + measure_label(name, LABEL_SIZE) <= end), "")
        if text:
            yield draw_text(start, y, text, "lb pht", "start")
            space.take(box_label(text, start, y, LABEL_SIZE, "start"))
