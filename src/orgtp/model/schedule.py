"""A timetable: when values are collected, as times of day from Monday to Friday in the org's time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput

DEFAULT_TIMES = "08:00,11:00,14:00,17:00"
# The briefing is sent before eight, and checked at eight.
DEFAULT_BRIEF, DEFAULT_DEADLINE = "07:45", "08:00"
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Timetable:
    """Times of day, sorted, from Monday to Friday in `zone`."""

    times: tuple[time, ...]
    zone: tzinfo

    def next_time(self, now: datetime) -> datetime:
        """The first time after `now` (aware), in UTC. A time that the clocks skip comes right after the gap."""
        day = now.astimezone(self.zone).date()
        return next(instant for instant in self._times_from(day) if instant > now.astimezone(UTC))

    def _times_from(self, day: date) -> Iterator[datetime]:
        while True:
            if day.weekday() <= _FRIDAY:
                yield from sorted(datetime.combine(day, one, self.zone).astimezone(UTC) for one in self.times)
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BriefTimes:
    """When the briefing of a day is sent, and the deadline at which it is checked that everybody has it."""

    send: time
    deadline: time


def parse_brief_times(send: str, deadline: str) -> BriefTimes:
    """Parse the times of a briefing, such as `07:45` and `08:00`. Raises `BadInput`."""
    times = BriefTimes(_parse_time(send), _parse_time(deadline))
    if times.send >= times.deadline:
        what = f"the briefing is sent at {send}, which is not before its deadline {deadline}"
        raise BadInput(what=f"{what}. Use, for example: --brief {DEFAULT_BRIEF} --deadline {DEFAULT_DEADLINE}")
    return times


def parse_timetable(text: str, zone: tzinfo) -> Timetable:
    """Parse a timetable such as `08:00,11:00`. Raises `BadInput`."""
    times = sorted({_parse_time(part.strip()) for part in text.split(",") if part.strip()})
    if not times:
        raise BadInput(what="name at least one time: --times 08:00,17:00")
    return Timetable(tuple(times), zone)


def _parse_time(text: str) -> time:
    try:
        hour, minute = text.split(":")
        found = time(int(hour), int(minute))
    except ValueError as error:
        raise BadInput(what=f'"{text}" is not a time of day. Write it as 08:00.') from error
    if found.minute % 15:
        raise BadInput(what=f"{text} is not on a quarter of an hour, when the schedule runs. Use 08:00, 08:15 …")
    return found
