"""When a value is due, and when it becomes stale. Computed in the org's time zone; results are in UTC.

A value is due at the end of its period or, with `due:`, at the first such time at or after that end. The metric's own
`due` takes precedence over `policy.due` in org.yaml, which has one for each cadence. A `weekdays` metric
has no values for weekends and holidays; a due time on one moves to the same time of the next working day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from orgtp.model.org import Org
from orgtp.model.period import Cadence, Grain, Period, period_containing
from orgtp.model.seat import Metric

WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_OF_MONTH = "[1-9]|[12][0-9]|3[01]"
_DUE = re.compile(rf"(?:({'|'.join(WEEKDAY_NAMES)}|{_DAY_OF_MONTH}) )?([01][0-9]|2[0-3]):([0-5][0-9])")
_SATURDAY, _WEEK = 5, 7
# Enough for a year of days in each of twenty timings.
_CACHED = 8192
_DAY, _A_SECOND = timedelta(days=1), timedelta(seconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Due(NamedTuple):
    """What a `due` says: a time of day and, for weekly and slower metrics, a weekday (0 is Monday) or a day of a month.

    In a month that is too short for the `day`, its last day counts.
    """

    weekday: int | None
    at: time
    day: int | None = None

    def fits(self, cadence: Cadence) -> bool:
        """Whether a metric of this cadence may have it: a day of the month is for monthly and quarterly metrics only.

        Daily metrics have a time alone, weekly ones a weekday as well, and hourly ones no due time.
        """
        if cadence.grain is Grain.DAY:
            return self.weekday is None and self.day is None
        if cadence.grain in {Grain.MONTH, Grain.QUARTER}:
            return self.weekday is not None or self.day is not None
        return cadence.grain is Grain.WEEK and self.weekday is not None

    def first_from(self, end: datetime) -> datetime:
        """The first such time at or after `end`, which is the beginning of a day."""
        day = end.date()
        if self.weekday is not None:
            day += timedelta(days=(self.weekday - day.weekday()) % _WEEK)
        elif self.day is not None:
            # A month or a quarter ends on the first day of the next one.
            day = day.replace(day=min(self.day, monthrange(day.year, day.month)[1]))
        return datetime.combine(day, self.at)


@lru_cache(maxsize=1024)
def parse_due(text: str) -> Due | None:
    """Parse `09:00`, `mon 09:00` or `5 09:00`; None for any other text."""
    match = _DUE.fullmatch(text)
    if match is None:
        return None
    named, at = match[1] or "", time(int(match[2]), int(match[3]))
    if named.isdecimal():
        return Due(None, at, int(named))
    return Due(WEEKDAY_NAMES.index(named) if named else None, at)


def find_due(org: Org, metric: Metric) -> str:
    """The due time that applies to the metric: its own, else the one of the policy for its cadence; "" if none does."""
    return metric.due or org.policy.due.get(metric.cadence, "")


def is_workday(holidays: frozenset[date], day: date) -> bool:
    """Whether `day` is a Monday to Friday and not a holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def is_owed(org: Org, metric: Metric, period: Period) -> bool:
    """Whether the metric has a value for the period.

    It has none after its end, for a skipped hour or, with `weekdays`, for a day off.
    """
    return not metric.has_end_before(period) and _timing(org, metric).is_owed(period)


def is_over(org: Org, metric: Metric, now: datetime) -> bool:
    """Whether the last period of the metric has ended, so that nothing more is owed."""
    # A view of the past is as of the last second of its period.
    return metric.ends is not None and metric.ends.ends(org.zone).astimezone(UTC) <= now.astimezone(UTC) + _A_SECOND


def explain_not_owed(org: Org, metric: Metric, period: Period) -> str:
    """Why the calendar has no such period for the metric; "" if it has. An end of the metric is not looked at."""
    if _timing(org, metric).is_owed(period):
        return ""
    if metric.cadence is Cadence.WEEKDAYS:
        day = period.start.date()
        what = "a holiday in org.yaml" if day in org.holidays else f"a {day:%A}"
        return f"it is {what}, and {metric.id} is recorded on working days only"
    if not period.offset:
        return f"it does not exist in {org.zone}, because the clocks skipped it when daylight saving time began"
    first = Period(period.start, period.grain)
    again = first.second_time(org.zone)
    if again:
        return f"it does not exist in {org.zone}; the hour occurs twice, as {first.text} and as {again.text}"
    return f"it does not exist in {org.zone}, where the hour is called {first.text}"


def due_at(org: Org, metric: Metric, period: Period) -> datetime:
    """When the value of `period` is due. From then on it counts as missing."""
    return _due_at(_timing(org, metric), period)


def stale_at(org: Org, metric: Metric, period: Period) -> datetime:
    """When the missing value of `period` becomes stale: the policy's grace after it is due."""
    return _stale_at(_timing(org, metric), period)


def newest_stale_period(org: Org, metric: Metric, now: datetime) -> Period | None:
    """The newest period whose value would be stale at `now` if it were missing; None if there is none.

    It is none after the end of the metric, whether or not anybody still waits for its values.
    """
    # In UTC, because two times in one zone compare equal if the clock shows the same, even in the repeated hour.
    period = _newest_stale_period(_timing(org, metric), now.astimezone(UTC))
    return last_owed_period(org, metric) if period and metric.has_end_before(period) else period


def last_owed_period(org: Org, metric: Metric) -> Period | None:
    """The last period for which a metric that ends has a value; None if it does not end."""
    if metric.ends is None or _timing(org, metric).is_owed(metric.ends):
        return metric.ends
    return previous_owed_period(org, metric, metric.ends)


class _Timing(NamedTuple):
    """Everything that due times depend on. Most metrics of an org share it, so caching by it is effective."""

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

    def on_workday(self, local: datetime) -> datetime:
        """The same time on the first working day from `local` on."""
        while not self.is_workday(local.date()):
            local += _DAY
        return local


def _timing(org: Org, metric: Metric) -> _Timing:
    return _Timing(org.zone, org.holidays, org.policy.grace, metric.cadence, find_due(org, metric))


@lru_cache(maxsize=_CACHED)
def _due_at(timing: _Timing, period: Period) -> datetime:
    due, end = parse_due(timing.due), period.next().start
    local = due.first_from(end) if due else end
    if timing.cadence is Cadence.WEEKDAYS:
        local = timing.on_workday(local)
    # If midnight occurs twice, the first one ends the day.
    return period.ends(timing.zone).astimezone(UTC) if local == end and not due else _to_latest_utc(local, timing.zone)


@lru_cache(maxsize=_CACHED)
def _stale_at(timing: _Timing, period: Period) -> datetime:
    try:
        late = _due_at(timing, period) + timing.grace
        if timing.cadence is not Cadence.WEEKDAYS:
            return late
        local = late.astimezone(timing.zone).replace(tzinfo=None)
        return late if timing.is_workday(local.date()) else _to_latest_utc(timing.on_workday(local), timing.zone)
    except OverflowError:
        return _NEVER


@lru_cache(maxsize=_CACHED)
def _newest_stale_period(timing: _Timing, now: datetime) -> Period | None:
    try:
        period = period_containing(now - timing.grace, timing.cadence.grain, timing.zone)
        while not timing.is_owed(period) or _stale_at(timing, period) > now:
            period = period.previous_in(timing.zone)
    except OverflowError:
        # The grace reaches back before the first year.
        return None
    return period


def previous_owed_period(org: Org, metric: Metric, period: Period) -> Period:
    """The newest period before this one for which the calendar expects a value, whether or not the metric has ended."""
    timing, period = _timing(org, metric), period.previous_in(org.zone)
    while not timing.is_owed(period):
        period = period.previous_in(org.zone)
    return period


def next_owed_period(org: Org, metric: Metric, period: Period) -> Period:
    """The first period from this one on for which the calendar expects a value, whether or not the metric has ended."""
    timing = _timing(org, metric)
    while not timing.is_owed(period):
        period = period.next_in(org.zone)
    return period


def count_owed_periods(org: Org, metric: Metric, first: Period, last: Period) -> int:
    """The number of values expected from the period `first` to `last`, inclusive."""
    if metric.cadence is Cadence.WEEKDAYS:
        return _count_workdays(org, first.start.date(), last.start.date())
    if metric.cadence is Cadence.HOURLY:
        first_begin, last_begin = (period.begins(org.zone).astimezone(UTC) for period in (first, last))
        return 1 + round((last_begin - first_begin) / timedelta(hours=1))
    months = (last.start.year - first.start.year) * 12 + last.start.month - first.start.month
    spans = {Grain.MONTH: months, Grain.QUARTER: months // 3}
    sizes = {Grain.DAY: _DAY, Grain.WEEK: _WEEK * _DAY}
    grain = metric.cadence.grain
    return 1 + (spans[grain] if grain in spans else (last.start - first.start) // sizes[grain])


def _count_workdays(org: Org, first: date, last: date) -> int:
    weeks, rest = divmod((last - first).days + 1, _WEEK)
    off = sum(first <= day <= last and day.weekday() < _SATURDAY for day in org.holidays)
    return weeks * _SATURDAY + sum((first + n * _DAY).weekday() < _SATURDAY for n in range(rest)) - off


def _to_latest_utc(local: datetime, zone: tzinfo) -> datetime:
    """Convert a local time to UTC. If it occurs twice or never, the later interpretation applies.

    So no value is late because of a clock change.
    """
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
