"""When a value is due, and from when on it is stale. By the wall clock of the org's zone; moments are in UTC.

A value is due at the end of its period or, with `due:`, at the first such moment at or after that end. For a
`weekdays` metric weekends and the org's holidays do not count: they have no value of their own, and what would fall on
one is moved to the same time of the next working day.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from orgtp.model.org import Org
from orgtp.model.period import Cadence, Grain, Period, period_containing
from orgtp.model.seat import Metric

WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DUE = re.compile(rf"(?:({'|'.join(WEEKDAY_NAMES)}) )?([01][0-9]|2[0-3]):([0-5][0-9])")
_SATURDAY, _WEEK = 5, 7
# Periods of a few rhythms: a year of days in each of twenty.
_REMEMBERED = 8192
_DAY = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Due(NamedTuple):
    """What a metric's `due` says: a time of day, and for weekly and slower metrics a weekday (0 is Monday)."""

    weekday: int | None
    at: time

    def fits(self, cadence: Cadence) -> bool:
        """Whether a metric of this cadence may have it: a weekday goes with a week or more, an hour has none."""
        return cadence is not Cadence.HOURLY and (self.weekday is None) == (cadence.grain is Grain.DAY)


@lru_cache(maxsize=1024)
def parse_due(text: str) -> Due | None:
    """What `09:00` or `mon 09:00` says; nothing where the text is neither."""
    match = _DUE.fullmatch(text)
    if match is None:
        return None
    return Due(WEEKDAY_NAMES.index(match[1]) if match[1] else None, time(int(match[2]), int(match[3])))


def is_workday(holidays: frozenset[date], day: date) -> bool:
    """Whether `day` is a Monday to Friday that is no holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def is_owed(org: Org, metric: Metric, period: Period) -> bool:
    """Whether there is such a period for the metric at all: a skipped hour or, for weekdays, a day off is none."""
    return _rhythm(org, metric).is_owed(period)


def due_at(org: Org, metric: Metric, period: Period) -> datetime:
    """When the value of `period` is due: from this moment on it is missing where it is not there."""
    return _due_at(_rhythm(org, metric), period)


def stale_at(org: Org, metric: Metric, period: Period) -> datetime:
    """From when on a value of `period` that is not there is stale: due, and the policy's grace after it."""
    return _stale_at(_rhythm(org, metric), period)


def newest_stale_period(org: Org, metric: Metric, now: datetime) -> Period | None:
    """The newest period whose value would be stale at `now`, were it not there."""
    # In UTC: of one zone, two moments by the same wall clock are equal, the first and the second time that it shows so.
    return _newest_stale_period(_rhythm(org, metric), now.astimezone(UTC))


class _Rhythm(NamedTuple):
    """All that due times depend on; the same for most metrics of an org, so that each time is computed once."""

    zone: tzinfo
    holidays: frozenset[date]
    grace: timedelta
    cadence: Cadence
    due: str

    def is_workday(self, day: date) -> bool:
        return is_workday(self.holidays, day)

    def is_owed(self, period: Period) -> bool:
        if self.cadence is Cadence.WEEKDAYS:
            return self.is_workday(period.start.date())
        return period.grain is not Grain.HOUR or period.exists(self.zone)

    def at_work(self, local: datetime) -> datetime:
        """The same time of the first working day from `local` on."""
        while not self.is_workday(local.date()):
            local += _DAY
        return local


def _rhythm(org: Org, metric: Metric) -> _Rhythm:
    return _Rhythm(org.zone, org.holidays, org.policy.grace, metric.cadence, metric.due)


@lru_cache(maxsize=_REMEMBERED)
def _due_at(rhythm: _Rhythm, period: Period) -> datetime:
    due, end = parse_due(rhythm.due), period.next().start
    local = datetime.combine(_next_weekday(end.date(), due.weekday), due.at) if due else end
    if rhythm.cadence is Cadence.WEEKDAYS:
        local = rhythm.at_work(local)
    # An end is exact: a midnight that comes twice ends a day the first time.
    return period.ends(rhythm.zone).astimezone(UTC) if local == end and not due else _to_latest_utc(local, rhythm.zone)


@lru_cache(maxsize=_REMEMBERED)
def _stale_at(rhythm: _Rhythm, period: Period) -> datetime:
    try:
        late = _due_at(rhythm, period) + rhythm.grace
        if rhythm.cadence is not Cadence.WEEKDAYS:
            return late
        local = late.astimezone(rhythm.zone).replace(tzinfo=None)
        return late if rhythm.is_workday(local.date()) else _to_latest_utc(rhythm.at_work(local), rhythm.zone)
    except OverflowError:
        return _NEVER


@lru_cache(maxsize=_REMEMBERED)
def _newest_stale_period(rhythm: _Rhythm, now: datetime) -> Period | None:
    try:
        period = period_containing(now - rhythm.grace, rhythm.cadence.grain, rhythm.zone)
        while not rhythm.is_owed(period) or _stale_at(rhythm, period) > now:
            period = period.previous()
    except OverflowError:
        # A grace that reaches back beyond all calendars.
        return None
    return period


def previous_owed_period(org: Org, metric: Metric, period: Period) -> Period:
    """The newest period before this one that the metric has a value for."""
    period = period.previous()
    while not is_owed(org, metric, period):
        period = period.previous()
    return period


def next_owed_period(org: Org, metric: Metric, period: Period) -> Period:
    """The first period from this one on that the metric has a value for."""
    while not is_owed(org, metric, period):
        period = period.next()
    return period


def count_owed_periods(org: Org, metric: Metric, first: Period, last: Period) -> int:
    """How many values there should be from the period `first` to `last`, both included."""
    if metric.cadence is Cadence.WEEKDAYS:
        return _count_workdays(org, first.start.date(), last.start.date())
    months = (last.start.year - first.start.year) * 12 + last.start.month - first.start.month
    spans = {Grain.MONTH: months, Grain.QUARTER: months // 3}
    # By the wall clock: in spring that counts the hour which is skipped.
    sizes = {Grain.HOUR: timedelta(hours=1), Grain.DAY: _DAY, Grain.WEEK: _WEEK * _DAY}
    grain = metric.cadence.grain
    return 1 + (spans[grain] if grain in spans else (last.start - first.start) // sizes[grain])


def _count_workdays(org: Org, first: date, last: date) -> int:
    weeks, rest = divmod((last - first).days + 1, _WEEK)
    off = sum(first <= day <= last and day.weekday() < _SATURDAY for day in org.holidays)
    return weeks * _SATURDAY + sum((first + n * _DAY).weekday() < _SATURDAY for n in range(rest)) - off


def _next_weekday(day: date, weekday: int | None) -> date:
    """The first such weekday on or after `day`."""
    return day if weekday is None else day + timedelta(days=(weekday - day.weekday()) % _WEEK)


def _to_latest_utc(local: datetime, zone: tzinfo) -> datetime:
    """The moment of a wall time: of an hour that comes twice the second, of one that is skipped as long after the gap.

    Both are the later of two readings: nobody is late for what a clock did.
    """
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
