"""Periods: the hour, day, week, month or quarter that a value is for, in the org's time zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cached_property, lru_cache

from orgtp.lazy_dataclass import dataclass

_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_SATURDAY = 5
_HOUR, _DAY, _TO_THURSDAY = timedelta(hours=1), timedelta(days=1), timedelta(days=3)
_NO_TIME = timedelta()
# More than the hours of a year.
_CACHED = 16384


class Grain(StrEnum):
    """The size of a period, finest first."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


# How the grains compare: a greater number is a longer period.
GRAIN_SIZES = {grain: size for size, grain in enumerate(Grain)}


class Cadence(StrEnum):
    """How often a metric has a value. `weekdays` is daily, except Saturdays, Sundays and holidays."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"

    @property
    def grain(self) -> Grain:
        """The size of this cadence's periods."""
        return _GRAINS[self]


_GRAINS = {
    Cadence.HOURLY: Grain.HOUR,
    Cadence.DAILY: Grain.DAY,
    Cadence.WEEKDAYS: Grain.DAY,
    Cadence.WEEKLY: Grain.WEEK,
    Cadence.MONTHLY: Grain.MONTH,
    Cadence.QUARTERLY: Grain.QUARTER,
}
PERIOD_EXAMPLES = {
    Grain.HOUR: "2026-11-20T14",
    Grain.DAY: "2026-11-20",
    Grain.WEEK: "2026-W47",
    Grain.MONTH: "2026-11",
    Grain.QUARTER: "2026-Q4",
}


@dataclass(frozen=True, order=True)
class Period:
    """One period: its start in local time, and its size. Ordered by time.

    `offset` is "" except for an hour that occurs a second time because the clocks go back: then it is the UTC offset of
    that second time, such as `+0000`.

    The metrics of an org share few periods, so objects are shared and cache their properties.
    """

    start: datetime
    grain: Grain
    offset: str = ""

    def __hash__(self) -> int:
        return hash(self.start)

    @cached_property
    def text(self) -> str:
        """`2026-11-20T14`, `2026-11-20`, `2026-W47` (ISO 8601), `2026-11`, `2026-Q4`, or `2026-10-25T01+0000`."""
        return _TEXTS[self.grain](self.start) + self.offset

    def next(self) -> Period:
        """The following period by the clock; see `next_in` for hours that the clocks skip or repeat."""
        return self._next

    @cached_property
    def _next(self) -> Period:
        return period_containing_local(_NEXT[self.grain](self.start), self.grain)

    def previous(self) -> Period:
        """The preceding period by the clock; see `previous_in`."""
        return self._previous

    @cached_property
    def _previous(self) -> Period:
        return period_containing_local(self.start - timedelta(hours=1), self.grain)

    def next_in(self, zone: tzinfo) -> Period:
        """The period that begins when this one ends in `zone`."""
        return period_containing(self.ends(zone), self.grain, zone) if self.grain is Grain.HOUR else self.next()

    def previous_in(self, zone: tzinfo) -> Period:
        """The period that ends when this one begins in `zone`."""
        if self.grain is not Grain.HOUR:
            return self.previous()
        return period_containing(self.begins(zone).astimezone(UTC) - timedelta.resolution, self.grain, zone)

    def begins(self, zone: tzinfo) -> datetime:
        """When the period begins in `zone`."""
        if self.grain is Grain.HOUR:
            return _find_hour_begin(self, zone).astimezone(zone)
        return self.start.replace(tzinfo=zone)

    def ends(self, zone: tzinfo) -> datetime:
        """When the period ends in `zone`: the start of the next one."""
        if self.grain is Grain.HOUR:
            return _find_hour_end(self, zone).astimezone(zone)
        return self.next().begins(zone)

    def to_utc(self, local: datetime) -> datetime:
        """Convert a local time within the second occurrence of an hour, which has an `offset`."""
        return datetime.strptime(f"{local:%Y-%m-%dT%H:%M}{self.offset}", "%Y-%m-%dT%H:%M%z").astimezone(UTC)

    def exists(self, zone: tzinfo) -> bool:
        """Whether the period exists in `zone`.

        An hour that the clocks skip in spring does not, nor does one with another offset than that of a second time.
        """
        return _exists_in(self, zone)

    def second_time(self, zone: tzinfo) -> Period | None:
        """The same hour when it occurs again in `zone` because the clocks go back; None if it does not."""
        if self.grain is not Grain.HOUR:
            return None
        last = (self.start + _HOUR - timedelta.resolution).replace(tzinfo=zone, fold=1)
        again = period_containing(last.astimezone(UTC), Grain.HOUR, zone)
        return again if again.offset and again.start == self.start else None

    def is_workday(self) -> bool:
        """Whether the period begins on a Monday to Friday."""
        return self.start.weekday() < _SATURDAY

    def holds(self, other: Period) -> bool:
        """Whether `other` belongs to this period: whether it begins in it or, for a week, has its Thursday in it."""
        return self.start <= other.anchor < self.next().start

    def split(self, grain: Grain, zone: tzinfo) -> Sequence[Period]:
        """The periods of the finer `grain` that belong to this one in `zone`, in order.

        A week belongs where its Thursday is. A day on which the clocks go back has 25 hours.
        """
        key = (grain, zone if grain is Grain.HOUR else None)
        if key not in self._pieces:
            self._pieces[key] = tuple(self._split(grain, zone))
        return self._pieces[key]

    @cached_property
    def _pieces(self) -> dict[tuple[Grain, tzinfo | None], Sequence[Period]]:
        return {}

    def _split(self, grain: Grain, zone: tzinfo) -> Iterator[Period]:
        if grain is Grain.HOUR and self.grain is not Grain.HOUR:
            for day in [self] if self.grain is Grain.DAY else self.split(Grain.DAY, zone):
                yield from _list_hours(day, zone)
            return
        piece = period_containing_local(self.start, grain)
        while piece.anchor < self.next().start:
            if piece.anchor >= self.start:
                yield piece
            piece = piece.next()

    @property
    def anchor(self) -> datetime:
        """The local time that decides to which longer period this one belongs: of a week, its Thursday (ISO 8601)."""
        return self.start + _TO_THURSDAY if self.grain is Grain.WEEK else self.start

    def widen(self, grain: Grain) -> Period:
        """The period of the same or a coarser `grain` that this one belongs to."""
        return self if grain is self.grain else period_containing_local(self.anchor, grain)

    def matching(self, grain: Grain) -> tuple[Period, Period]:
        """The first and last period of size `grain` that belong to this one, or the one that this one belongs to.

        A week belongs to the month and quarter of its Thursday, as it belongs to a year (ISO 8601).
        """
        begin, end = self.start, self.next().start
        if GRAIN_SIZES[grain] >= GRAIN_SIZES[self.grain]:
            found = self.widen(grain)
            return found, found
        first, last = (period_containing_local(local, grain) for local in (begin, end - timedelta.resolution))
        if grain is Grain.WEEK:
            first = first if first.anchor >= begin else first.next()
            last = last if last.anchor < end else last.previous()
        return first, last


def _list_hours(day: Period, zone: tzinfo) -> Iterator[Period]:
    """The hours of a day. On a day without a clock change, they need no computation in the zone."""
    changes = day.begins(zone).utcoffset() != day.next().begins(zone).utcoffset()
    hour = period_containing_local(day.start, Grain.HOUR)
    while hour.start < day.next().start:
        if not changes or hour.exists(zone):
            yield hour
        hour = hour.next_in(zone) if changes else hour.next()


@lru_cache(maxsize=_CACHED)
def _find_hour_begin(hour: Period, zone: tzinfo) -> datetime:
    """When an hour begins in `zone`, in UTC. The clocks may change in the middle of it, as in Pacific/Chatham."""
    begin = hour.start.replace(tzinfo=zone).astimezone(UTC)
    if hour.offset:
        last = hour.to_utc(hour.start + _HOUR) - timedelta.resolution
        return max(hour.to_utc(hour.start), _find_clock_change(begin, last, zone))
    if begin.astimezone(zone).replace(tzinfo=None) == hour.start:
        return begin
    # The clocks skip the beginning of this hour.
    return _find_clock_change(begin - _DAY, begin, zone)


@lru_cache(maxsize=_CACHED)
def _find_hour_end(hour: Period, zone: tzinfo) -> datetime:
    """When an hour ends in `zone`, in UTC: after an hour, or when the clocks change in the middle of it."""
    if hour.offset:
        return hour.to_utc(hour.start + _HOUR)
    begin = _find_hour_begin(hour, zone)
    end = min(_find_hour_begin(hour.next(), zone), begin + _HOUR)
    return end if end <= begin else _find_clock_change(begin, end, zone)


def _find_clock_change(after: datetime, before: datetime, zone: tzinfo) -> datetime:
    """The moment (UTC) from which the offset of `zone` is another one than at `after`; `before` if it does not change.

    Clocks change at full seconds.
    """
    offset, last = _offset(after.astimezone(zone)), before - timedelta.resolution
    if last <= after or _offset(last.astimezone(zone)) == offset:
        return before
    low, high = 0, int((before - after).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = _offset((after + timedelta(seconds=middle)).astimezone(zone)) == offset
        low, high = (middle, high) if same else (low, middle)
    return after + timedelta(seconds=high)


@lru_cache(maxsize=_CACHED)
def _exists_in(period: Period, zone: tzinfo) -> bool:
    if period.offset:
        return period_containing(period.begins(zone), period.grain, zone) == period
    return period.begins(zone).astimezone(UTC) < period.ends(zone).astimezone(UTC)


def name_matching_periods(period: Period, grain: Grain) -> str:
    """Name the periods of size `grain` that belong to `period`: `its week, 2026-W40`."""
    first, last = period.matching(grain)
    return f"its {grain}, {first.text}" if first == last else f"one of its {grain}s, {first.text} to {last.text}"


def period_containing(instant: datetime, grain: Grain, zone: tzinfo) -> Period:
    """The period of size `grain` that contains `instant` (an aware datetime) in `zone`."""
    local = instant.astimezone(zone)
    found = period_containing_local(local.replace(tzinfo=None, fold=0), grain)
    if grain is not Grain.HOUR or _offset(found.start.replace(tzinfo=zone)) <= _offset(local):
        return found
    # The clocks went back since this hour began for the first time.
    return Period(found.start, grain, f"{local:%z}")


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or _NO_TIME


@lru_cache(maxsize=_CACHED)
def period_containing_local(local: datetime, grain: Grain) -> Period:
    """The period of size `grain` that contains `local`, a naive local time in the org's zone."""
    return Period(_STARTS[grain](local), grain)


@lru_cache(maxsize=_CACHED)
def parse_period(text: str) -> Period | None:
    """Parse a period of any size; None if the text is not one."""
    if again := _SECOND_TIME.fullmatch(text):
        hour = parse_period(again[1])
        return Period(hour.start, hour.grain, again[2]) if hour else None
    for grain, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(text):
            try:
                period = period_containing_local(_BUILDERS[grain](*(int(group) for group in match.groups())), grain)
            except ValueError:
                return None
            return period if _FIRST_YEAR <= period.start.year <= _LAST_YEAR else None
    return None


def read_misspelled_period(text: str, current: Period) -> Period | None:
    """The period that a text in another notation probably means, such as `2026-1-5`, `W46` or `2026/11/19 10:30`.

    `current` gives the year where the text has none. None if nothing is recognised.
    """
    if (week := re.fullmatch(_LOOSE_WEEK, text)) is not None:
        return parse_period(f"{week[1] or current.start.year}-W{int(week[2]):02}")
    if (day := re.fullmatch(_LOOSE_DAY, text)) is not None:
        hour = f"T{int(day[4]):02}" if day[4] else ""
        return parse_period(f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}{hour}")
    if (month := re.fullmatch(_LOOSE_MONTH, text)) is not None:
        return parse_period(f"{month[1]}-{int(month[2]):02}")
    return None


# Compiled when a message needs them.
_LOOSE_WEEK = r"(?:([0-9]{4})[-_ /]?)?W-?([0-9]{1,2})"
_LOOSE_DAY = r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ]([0-9]{1,2})(?::.*)?)?Z?"
_LOOSE_MONTH = r"([0-9]{4})[-/.]([0-9]{1,2})"


def parse_span(text: str) -> tuple[Period, Period] | None:
    """The first and last period of a text: a period (twice), or a year (its first and fourth quarter); else None."""
    period = parse_period(text)
    if period is None and _YEAR.fullmatch(text):
        first, last = parse_period(f"{text}-Q1"), parse_period(f"{text}-Q4")
        return (first, last) if first and last else None
    return (period, period) if period else None


_YEAR = re.compile(r"[0-9]{4}")
_SECOND_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2})([+-](?:0[0-9]|1[0-4])[0-5][0-9])")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  (wall time; the zone comes with begins())


def _month_start(index: int) -> datetime:
    return datetime(index // 12, index % 12 + 1, 1)  # noqa: DTZ001  (wall time)


def _month_index(local: datetime) -> int:
    return local.year * 12 + local.month - 1


def _quarter_index(local: datetime) -> int:
    return _month_index(local) // 3 * 3


def _week_text(local: datetime) -> str:
    year, week, _ = local.isocalendar()
    return f"{year:04}-W{week:02}"


def _quarter_start(year: int, number: int) -> datetime:
    return _month_start(year * 12 + (number - 1) * 3)


_PATTERNS = {
    Grain.HOUR: re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2})"),
    Grain.DAY: re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    Grain.WEEK: re.compile(r"([0-9]{4})-W([0-9]{2})"),
    Grain.MONTH: re.compile(r"([0-9]{4})-([0-9]{2})"),
    Grain.QUARTER: re.compile(r"([0-9]{4})-Q([1-4])"),
}
_BUILDERS: dict[Grain, Callable[..., datetime]] = {
    Grain.HOUR: datetime,
    Grain.DAY: datetime,
    Grain.WEEK: lambda year, week: _midnight(date.fromisocalendar(year, week, 1)),
    Grain.MONTH: lambda year, month: datetime(year, month, 1),  # noqa: DTZ001  (wall time)
    Grain.QUARTER: _quarter_start,
}
_TEXTS: dict[Grain, Callable[[datetime], str]] = {
    Grain.HOUR: lambda start: f"{start:%Y-%m-%dT%H}",
    Grain.DAY: lambda start: f"{start:%Y-%m-%d}",
    Grain.WEEK: _week_text,
    Grain.MONTH: lambda start: f"{start:%Y-%m}",
    Grain.QUARTER: lambda start: f"{start.year:04}-Q{start.month // 3 + 1}",
}
_STARTS: dict[Grain, Callable[[datetime], datetime]] = {
    Grain.HOUR: lambda local: local.replace(minute=0, second=0, microsecond=0, fold=0),
    Grain.DAY: _midnight,
    Grain.WEEK: lambda local: _midnight(local.date() - timedelta(days=local.weekday())),
    Grain.MONTH: lambda local: _month_start(_month_index(local)),
    Grain.QUARTER: lambda local: _month_start(_quarter_index(local)),
}
_NEXT: dict[Grain, Callable[[datetime], datetime]] = {
    Grain.HOUR: lambda start: start + timedelta(hours=1),
    Grain.DAY: lambda start: start + timedelta(days=1),
    Grain.WEEK: lambda start: start + timedelta(days=7),
    Grain.MONTH: lambda start: _month_start(_month_index(start) + 1),
    Grain.QUARTER: lambda start: _month_start(_month_index(start) + 3),
}
