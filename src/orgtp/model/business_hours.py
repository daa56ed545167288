"""Working time: the time between two times of day on weekdays that are not holidays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from orgtp.lazy_dataclass import dataclass

_SATURDAY = 5
# If there is no working day within this many days, there is none.
_SEARCH_DAYS = 3660
_MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class WorkTime:
    """When people work, on the wall clock of `zone`: from the minute `begin` of a weekday until before `end`.

    Minutes count from midnight, 0 to 1440. Nobody works on a day in `holidays`.
    """

    zone: tzinfo
    begin: int = 9 * 60
    end: int = 17 * 60
    holidays: Collection[date] = field(default_factory=frozenset)

    def is_working_at(self, instant: datetime) -> bool:
        """Whether `instant`, an aware datetime, is in working hours."""
        first, last = self._day_bounds(instant.astimezone(self.zone).date())
        return first <= instant < last

    def add_working_time(self, instant: datetime, span: timedelta) -> datetime:
        """The time, in UTC, at which `span` of working time has passed since `instant`.

        A span that ends at the end of a working day ends at the beginning of the next one instead.
        """
        left = span
        for first, last in self._working_days(instant):
            begin = max(first, instant)
            if begin + left < last:
                return (begin + left).astimezone(UTC)
            left -= max(timedelta(), last - begin)
        # If every day is a holiday, there is no working time, so all time counts.
        return (instant + span).astimezone(UTC)

    def _working_days(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the beginning and end of each working day that has not ended at `instant`."""
        today = instant.astimezone(self.zone).date()
        for number in range(_SEARCH_DAYS):
            first, last = self._day_bounds(today + timedelta(days=number))
            if instant < last and first < last:
                yield first, last

    def _day_bounds(self, day: date) -> tuple[datetime, datetime]:
        """When work begins and ends on a day, in UTC; both are equal if nobody works."""
        first, last = self._minute_in_utc(day, self.begin), self._minute_in_utc(day, self.end)
        return (first, last) if day.weekday() < _SATURDAY and day not in self.holidays else (first, first)

    def _minute_in_utc(self, day: date, minute: int) -> datetime:
        """Convert a minute of a local day to UTC, in which differences are real time."""
        over, minute = divmod(minute, _MINUTES_PER_DAY)
        wall = datetime.combine(day + timedelta(days=over), time(minute // 60, minute % 60), self.zone)
        return wall.astimezone(UTC)
