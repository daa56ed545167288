"""Working time: weekdays, hours and holidays on the org's own clock, daylight saving among them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.business_hours import WorkTime

NEW_YORK = ZoneInfo("America/New_York")
HOURS = st.integers(0, 200).map(lambda number: timedelta(minutes=15 * number))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 31), timezones=st.just(UTC))  # noqa: DTZ001


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        ("2026-11-20T10:00", 4, "2026-11-20T14:00"),
        ("2026-11-20T13:00", 4, "2026-11-23T09:00"),  # what ends with the day ends when the next one begins
        ("2026-11-20T16:30", 4, "2026-11-23T12:30"),
        ("2026-11-20T19:00", 1, "2026-11-23T10:00"),  # after hours, on a Friday
        ("2026-11-21T12:00", 1, "2026-11-23T10:00"),  # on a Saturday
        ("2026-11-20T05:00", 1, "2026-11-20T10:00"),  # before hours
        ("2026-11-25T16:00", 2, "2026-11-27T10:00"),  # Thanksgiving in between
        ("2026-11-20T10:00", 40, "2026-11-30T10:00"),  # five days of eight hours, over a weekend and a holiday
        ("2026-12-31T16:00", 2, "2027-01-04T10:00"),  # New Year on a Friday
        ("2026-03-06T16:00", 2, "2026-03-09T10:00"),  # the clocks go forward on Sunday
        ("2026-10-30T16:00", 2, "2026-11-02T10:00"),  # and back
    ],
)
def test_when_a_span_of_working_time_is_over(begin: str, hours: int, end: str) -> None:
    work = WorkTime(NEW_YORK, holidays={date(2026, 11, 26), date(2027, 1, 1)})
    assert work.add_working_time(local(begin), timedelta(hours=hours)) == local(end)


def test_days_of_another_length() -> None:
    """Work around the clock from Monday to Friday, on a Friday of 23 hours: clocks there went forward at midnight."""
    work = WorkTime(ZoneInfo("Asia/Amman"), 0, 24 * 60)
    assert work.add_working_time(datetime(2022, 2, 24, 22, tzinfo=UTC), timedelta(hours=23)) == datetime(
        2022, 2, 27, 21, tzinfo=UTC
    )


def test_an_org_that_never_works_has_the_plain_clock() -> None:
    every_day = {date(2026, 1, 1) + timedelta(days=number) for number in range(4000)}
    work = WorkTime(UTC, holidays=every_day)
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert work.add_working_time(now, timedelta(hours=4)) == now + timedelta(hours=4)
    assert not work.is_working_at(now)


@given(MOMENTS, HOURS, HOURS)
def test_it_ends_in_working_time_and_two_spans_are_one(begin: datetime, first: timedelta, second: timedelta) -> None:
    work = WorkTime(NEW_YORK, holidays={date(2026, 7, 3), date(2026, 12, 25)})
    end = work.add_working_time(begin, first)
    assert end >= begin
    assert work.is_working_at(end)
    assert work.add_working_time(end, second) == work.add_working_time(begin, first + second)


@given(MOMENTS)
def test_nobody_works_at_the_weekend_or_at_night(moment: datetime) -> None:
    wall = moment.astimezone(NEW_YORK)
    assert WorkTime(NEW_YORK).is_working_at(moment) == (wall.weekday() < 5 and 9 <= wall.hour < 17)
