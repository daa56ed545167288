"""Working time: how long somebody has who works on weekdays, between two times of day, and not on holidays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from orgtp.lazy_dataclass import dataclass

_SATURDAY = 5
# Who has no working day in so long has none at all.
_SEARCH_DAYS = 3660
_MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class WorkTime:
    """When people work, on the wall clock of `zone`: from the minute `begin` of a weekday until before `end`.

    Minutes count from midnight, 0 to 1440. On a day of `holidays` nobody works.
    """

    zone: tzinfo
    begin: int = 9 * 60
    end: int = 17 * 60
    holidays: Collection[date] = field(default_factory=frozenset)

    def is_working_at(self, moment: datetime) -> bool:
        """Whether somebody works at `moment`, an aware datetime."""
        first, last = self._day_bounds(moment.astimezone(self.zone).date())
        return first <= moment < last

    def add_working_time(self, moment: datetime, span: timedelta) -> datetime:
        """The moment, in UTC, at which `span` of working time since `moment` is over.

        It is never at the very end of a day: what ends there ends when the next day begins.
        """
        left = span
        for first, last in self._working_days(moment):
            begin = max(first, moment)
            if begin + left < last:
                return (begin + left).astimezone(UTC)
            left -= max(timedelta(), last - begin)
        # An org whose every day is a holiday has no working time; so the plain clock counts.
        return (moment + span).astimezone(UTC)

    def _working_days(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The first and the last moment of each working day that is not over at `moment`."""
        here = moment.astimezone(self.zone).date()
        for number in range(_SEARCH_DAYS):
            first, last = self._day_bounds(here + timedelta(days=number))
            if moment < last and first < last:
                yield first, last

    def _day_bounds(self, day: date) -> tuple[datetime, datetime]:
        """When work begins and ends on a day; the same moment where nobody works."""
        first, last = self._minute_in_utc(day, self.begin), self._minute_in_utc(day, self.end)
        return (first, last) if day.weekday() < _SATURDAY and day not in self.holidays else (first, first)

    def _minute_in_utc(self, day: date, minute: int) -> datetime:
        """A minute of a day on the wall clock, as a moment in UTC: only there do differences count real time."""
        over, minute = divmod(minute, _MINUTES_PER_DAY)
        wall = datetime.combine(day + timedelta(days=over), time(minute // 60, minute % 60), self.zone)
        return wall.astimezone(UTC)
