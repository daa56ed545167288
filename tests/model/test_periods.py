"""Periods: their names, their order, and where they lie in time zones whose clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.period import (
    PERIOD_EXAMPLES,
    Cadence,
    Grain,
    Period,
    parse_period,
    period_containing,
    period_containing_local,
)

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")
ZONES = (NEW_YORK, LORD_HOWE, KIRITIMATI, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC"))
GRAINS = st.sampled_from(list(Grain))
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(8999, 1, 1))  # noqa: DTZ001
PERIODS = st.builds(period_containing_local, MOMENTS, GRAINS)


def period(text: str) -> Period:
    found = parse_period(text)
    assert found, text
    return found


@pytest.mark.parametrize("grain", list(Grain))
def test_the_example_of_each_size_is_of_that_size(grain: Grain) -> None:
    assert period(PERIOD_EXAMPLES[grain]).grain is grain


@given(PERIODS)
def test_a_period_is_found_again_by_its_name(one: Period) -> None:
    assert parse_period(one.text) == one


@given(PERIODS)
def test_next_and_previous_undo_each_other_and_leave_no_gap(one: Period) -> None:
    assert one.next().previous() == one
    assert one.previous().next() == one
    assert one < one.next()
    assert one.previous() < one


@given(MOMENTS, GRAINS)
def test_a_moment_lies_in_exactly_the_period_that_contains_it(moment: datetime, grain: Grain) -> None:
    one = period_containing_local(moment, grain)
    assert one.start <= moment < one.next().start


@given(PERIODS, GRAINS)
def test_the_pieces_of_a_period_begin_within_it_one_after_the_other(one: Period, grain: Grain) -> None:
    pieces = list(one.split(grain, ZoneInfo("UTC")))
    assert all(one.holds(piece) for piece in pieces)
    assert all(before.next() == after for before, after in pairwise(pieces))
    assert not pieces or not (one.holds(pieces[0].previous()) or one.holds(pieces[-1].next()))


@given(st.lists(PERIODS, min_size=2))
def test_periods_are_ordered_by_time(periods: list[Period]) -> None:
    assert [one.start for one in sorted(periods)] == sorted(one.start for one in periods)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2026",
            "2026-1",
            "2026-13",
            "2026-00",
            "2026-W00",
            "2026-W54",
            "2025-W53",
            "2026-w47",
            "2026-Q0",
            "2026-Q5",
        ),
        *(
            "2026-02-29",
            "2026-02-30",
            "2026-11-20T24",
            "2026-11-20T1",
            "2026-11-20T14:00",
            "2026-11-20T14+1",
            "2026-11-20T14+1500",
            "2026-11-20T14+0060",
            "2026-11-20+0000",
            "2026-11-20 ",
            "\uff12026-11",
        ),
        *("1969-12-31", "9001-01", "0000-01-01", "last week", "2026-W47-1", "2026-11-20\n", "20261120"),
    ],
)
def test_what_names_no_period(text: str) -> None:
    assert parse_period(text) is None


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-W53", "2026-12-28"),
        ("2027-W01", "2027-01-04"),
        ("2020-W53", "2020-12-28"),
        ("2025-W01", "2024-12-30"),
        ("2026-Q1", "2026-01-01"),
        ("2026-Q4", "2026-10-01"),
        ("2024-02-29", "2024-02-29"),
        ("2026-12", "2026-12-01"),
    ],
)
def test_where_periods_begin_at_the_ends_of_years(text: str, start: str) -> None:
    assert period(text).start.date().isoformat() == start
    assert period(text).text == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("2026-W53", "2027-W01"),
        ("2025-W52", "2026-W01"),
        ("2026-12", "2027-01"),
        ("2026-Q4", "2027-Q1"),
        ("2026-12-31", "2027-01-01"),
        ("2024-02-28", "2024-02-29"),
        ("2026-12-31T23", "2027-01-01T00"),
    ],
)
def test_a_year_ends_and_the_next_period_follows(text: str, after: str) -> None:
    assert period(text).next().text == after
    assert period(after).previous().text == text


@pytest.mark.parametrize(
    ("moment", "zone", "names"),
    [
        # 23:30 on Sunday in New York is Monday in UTC, in another week.
        ("2026-11-23T04:30:00Z", NEW_YORK, ["2026-11-22T23", "2026-11-22", "2026-W47", "2026-11", "2026-Q4"]),
        ("2026-11-23T04:30:00Z", UTC, ["2026-11-23T04", "2026-11-23", "2026-W48", "2026-11", "2026-Q4"]),
        # 14 hours ahead: the new year is there while New York has its New Year's Eve breakfast.
        ("2026-12-31T12:00:00Z", KIRITIMATI, ["2027-01-01T02", "2027-01-01", "2026-W53", "2027-01", "2027-Q1"]),
        # The hour that New York has twice: the second time is told by its offset.
        ("2026-11-01T05:30:00Z", NEW_YORK, ["2026-11-01T01", "2026-11-01", "2026-W44", "2026-11", "2026-Q4"]),
        ("2026-11-01T06:30:00Z", NEW_YORK, ["2026-11-01T01-0500", "2026-11-01", "2026-W44", "2026-11", "2026-Q4"]),
        ("2026-11-01T07:00:00Z", NEW_YORK, ["2026-11-01T02", "2026-11-01", "2026-W44", "2026-11", "2026-Q4"]),
        # And the one that it skips: after 01:59 comes 03:00.
        ("2026-03-08T06:59:59Z", NEW_YORK, ["2026-03-08T01", "2026-03-08", "2026-W10", "2026-03", "2026-Q1"]),
        ("2026-03-08T07:00:00Z", NEW_YORK, ["2026-03-08T03", "2026-03-08", "2026-W10", "2026-03", "2026-Q1"]),
    ],
)
def test_the_period_of_a_moment_in_a_time_zone(moment: str, zone: ZoneInfo, names: list[str]) -> None:
    assert [period_containing(datetime.fromisoformat(moment), grain, zone).text for grain in Grain] == names


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24), ("2026-W10", 167), ("2026-W44", 169)],
)
def test_a_day_is_as_long_as_its_zone_makes_it(text: str, hours: int) -> None:
    one = period(text)
    begins, ends = (moment.astimezone(UTC) for moment in (one.begins(NEW_YORK), one.ends(NEW_YORK)))
    assert ends - begins == timedelta(hours=hours)


def test_the_hour_that_the_clock_skips_takes_no_time() -> None:
    assert [text for text in HOURS if not period(text).exists(NEW_YORK)] == ["2026-03-08T02"]


TWICE = [
    # Zone, first name, second name, and when each begins and the second ends.
    ("Europe/London", "2026-10-25T01", "2026-10-25T01+0000", "00:00", "01:00", "02:00"),
    ("America/New_York", "2026-11-01T01", "2026-11-01T01-0500", "05:00", "06:00", "07:00"),
    # At midnight, so the day begins with the same hour twice.
    ("America/Havana", "2026-11-01T00", "2026-11-01T00-0500", "04:00", "05:00", "06:00"),
    # The clocks go back by half an hour.
    ("Australia/Lord_Howe", "2026-04-05T01", "2026-04-05T01+1030", "14:00", "15:00", "15:30"),
]


@pytest.mark.parametrize(("name", "first", "second", "begin", "middle", "end"), TWICE)
def test_an_hour_that_occurs_twice_has_two_names(
    name: str, first: str, second: str, begin: str, middle: str, end: str
) -> None:
    zone, one, other = ZoneInfo(name), period(first), period(second)
    moments = [
        moment.astimezone(UTC) for moment in (one.begins(zone), one.ends(zone), other.begins(zone), other.ends(zone))
    ]
    assert [f"{moment:%H:%M}" for moment in moments] == [begin, middle, middle, end]
    assert (one.next_in(zone), other.previous_in(zone)) == (other, one)
    assert (one.second_time(zone), other.second_time(zone), one.previous_in(zone).second_time(zone)) == (
        other,
        other,
        None,
    )
    assert one != other
    assert one < other < other.next_in(zone)
    assert [text for text in (first, second, f"{first}+0700") if period(text).exists(zone)] == [first, second]
    day = period(first[:10])
    hours = [hour.text for hour in day.split(Grain.HOUR, zone)]
    assert len(hours) == len(set(hours)) == 25
    assert hours.index(second) == hours.index(first) + 1


def test_a_day_on_which_the_clocks_go_forward_has_23_hours() -> None:
    hours = [hour.text for hour in period("2026-03-08").split(Grain.HOUR, NEW_YORK)]
    assert len(hours) == 23
    assert "2026-03-08T02" not in hours
    assert len(period("2026-W44").split(Grain.HOUR, NEW_YORK)) == 169


@pytest.mark.parametrize(
    ("text", "grain", "first", "last"),
    [
        ("2026-10-01", Grain.WEEK, "2026-W40", "2026-W40"),
        ("2026-10", Grain.WEEK, "2026-W40", "2026-W44"),
        ("2026-11", Grain.WEEK, "2026-W45", "2026-W48"),
        ("2026-Q4", Grain.WEEK, "2026-W40", "2026-W53"),
        ("2026-W40", Grain.MONTH, "2026-10", "2026-10"),
        ("2026-W53", Grain.QUARTER, "2026-Q4", "2026-Q4"),
        ("2026-W47", Grain.DAY, "2026-11-16", "2026-11-22"),
        ("2026-11-20", Grain.HOUR, "2026-11-20T00", "2026-11-20T23"),
        ("2026-11-20T14", Grain.QUARTER, "2026-Q4", "2026-Q4"),
        ("2026-11-20", Grain.DAY, "2026-11-20", "2026-11-20"),
    ],
)
def test_the_periods_of_another_size_that_belong_to_one(text: str, grain: Grain, first: str, last: str) -> None:
    assert [one.text for one in period(text).matching(grain)] == [first, last]


@given(PERIODS)
def test_every_week_belongs_to_exactly_one_month(one: Period) -> None:
    week = period_containing_local(one.start, Grain.WEEK)
    first, last = week.matching(Grain.MONTH)[0].matching(Grain.WEEK)
    assert first <= week <= last
    assert not any(first <= other <= last for other in (first.previous(), last.next()))


HOURS = ("2026-03-08T01", "2026-03-08T02", "2026-03-08T03", "2026-11-01T01", "2026-11-01T02")


@given(MOMENTS, st.sampled_from(ZONES), GRAINS)
def test_every_moment_lies_between_the_begin_and_the_end_of_its_period(
    moment: datetime, zone: ZoneInfo, grain: Grain
) -> None:
    aware = moment.replace(tzinfo=UTC)
    one = period_containing(aware, grain, zone)
    assert one.begins(zone).astimezone(UTC) <= aware < one.ends(zone).astimezone(UTC)
    assert one.exists(zone)
    assert parse_period(one.text) == one
    assert one.next_in(zone).previous_in(zone) == one
    assert one.next_in(zone).begins(zone).astimezone(UTC) == one.ends(zone).astimezone(UTC)


def test_workdays() -> None:
    days = list(period("2026-W47").split(Grain.DAY, NEW_YORK))
    assert [one.is_workday() for one in days] == [True] * 5 + [False] * 2


@pytest.mark.parametrize(
    ("cadence", "grain"),
    [
        (Cadence.HOURLY, Grain.HOUR),
        (Cadence.DAILY, Grain.DAY),
        (Cadence.WEEKDAYS, Grain.DAY),
        (Cadence.WEEKLY, Grain.WEEK),
        (Cadence.MONTHLY, Grain.MONTH),
        (Cadence.QUARTERLY, Grain.QUARTER),
    ],
)
def test_the_size_of_a_cadence(cadence: Cadence, grain: Grain) -> None:
    assert cadence.grain is grain


CHANGES = [
    # Zone, and a moment around which its clocks change, once in each direction.
    ("Pacific/Chatham", "2026-04-04T14:00:00+00:00"),
    ("Pacific/Chatham", "2026-09-26T14:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
    ("America/Havana", "2026-03-08T05:00:00+00:00"),
    ("Europe/London", "2026-10-25T01:00:00+00:00"),
]


@pytest.mark.parametrize(("name", "moment"), CHANGES)
def test_hours_follow_each_other_without_a_gap_where_the_clocks_change(name: str, moment: str) -> None:
    """Also where they change in the middle of an hour, as in Chatham, at a quarter to three."""
    zone, change = ZoneInfo(name), datetime.fromisoformat(moment)
    hour = period_containing(change - timedelta(hours=3), Grain.HOUR, zone)
    names = []
    while hour.begins(zone).astimezone(UTC) < change + timedelta(hours=6):
        begin, end = hour.begins(zone).astimezone(UTC), hour.ends(zone).astimezone(UTC)
        assert begin < end
        for inside in (begin, end - timedelta(seconds=1)):
            assert period_containing(inside, Grain.HOUR, zone) == hour
        assert hour.exists(zone)
        names.append(hour.text)
        following = hour.next_in(zone)
        assert following.begins(zone).astimezone(UTC) == end
        assert following.previous_in(zone) == hour
        hour = following
    assert len(names) == len(set(names))
