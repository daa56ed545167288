"""The names of periods as a page shows them: `W48` with its days, `Fri 27 Nov 2026`, `November 2026`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from orgtp.model.period import Grain, Period, parse_period
from orgtp.render.wording.dates import format_day, format_short_day, format_weekday

_A_DAY = timedelta(days=1)


def name_period(text: str) -> str:
    """The short name of a period, for a column: `W48`, `Fri 27 Nov`, `Aug`, `Q3`. Other text is unchanged."""
    period = parse_period(text)
    return _SHORT[period.grain](period) if period else text


def describe_period(text: str) -> str:
    """A period in full: `W48` with its days, `Fri 27 Nov 2026`, `August 2026`. Other text is unchanged."""
    period = parse_period(text)
    return _LONG[period.grain](period) if period else text


def name_earliest(texts: Iterable[str]) -> str:
    """The short name of the period that begins first. As texts, `2026-W47` and `2026-11-20` have no order."""
    periods = [period for text in texts if (period := parse_period(text))]
    return name_period(min(periods, key=lambda one: (one.start, one.text)).text) if periods else ""


def _name_week(week: Period) -> str:
    return week.text.partition("-")[2]


def _describe_week(week: Period) -> str:
    last = week.next().start - _A_DAY
    return f"{_name_week(week)}, {format_short_day(week.start)} – {format_short_day(last)} {last:%Y}"


_SHORT: dict[Grain, Callable[[Period], str]] = {
    Grain.HOUR: lambda one: f"{format_short_day(one.start)} {one.start:%H:%M}",
    Grain.DAY: lambda one: format_weekday(one.start),
    Grain.WEEK: _name_week,
    Grain.MONTH: lambda one: f"{one.start:%b}",
    Grain.QUARTER: lambda one: one.text.partition("-")[2],
}
_LONG: dict[Grain, Callable[[Period], str]] = {
    Grain.HOUR: lambda one: f"{format_day(one.start)}, {one.start:%H:%M}",
    Grain.DAY: lambda one: format_day(one.start),
    Grain.WEEK: _describe_week,
    Grain.MONTH: lambda one: f"{one.start:%B %Y}",
    Grain.QUARTER: lambda one: f"{one.text.partition('-')[2]} {one.start:%Y}",
}
