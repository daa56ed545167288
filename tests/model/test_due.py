"""When a value is due and from when on it is stale: cadences, due times, days off, and what clocks and calendars do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.due import (
    WEEKDAY_NAMES,
    Due,
    count_owed_periods,
    due_at,
    is_owed,
    is_workday,
    newest_stale_period,
    next_owed_period,
    parse_due,
    previous_owed_period,
    stale_at,
)
from orgtp.model.period import Cadence, period_containing
from tests.model.building import FRIDAY, NEW_YORK, period, row

# Thanksgiving and the day after it, Christmas, New Year's Day.
OFF = (date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 25), date(2027, 1, 1))
HAVANA = ZoneInfo("America/Havana")


def local(moment: datetime, zone: ZoneInfo = NEW_YORK) -> str:
    """A moment by the clock on the wall."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M%z}"


def due(cadence: str, text: str, due: str = "", zone: ZoneInfo = NEW_YORK) -> str:
    one = row(">= 1", {}, cadence=Cadence(cadence), due=due, holidays=OFF, zone=zone)
    return local(due_at(one.org, one.metric, period(text)), zone)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("09:00", Due(None, time(9))),
        ("mon 00:00", Due(0, time(0))),
        ("sun 23:59", Due(6, time(23, 59))),
        ("5 12:00", Due(None, time(12), 5)),
        ("31 00:00", Due(None, time(0), 31)),
    ],
)
def test_a_due_time_is_read(text: str, said: Due) -> None:
    assert parse_due(text) == said


@pytest.mark.parametrize(
    "text",
    [
        *("", "9:00", "24:00", "09:60", "mon", "Mon 09:00", "mon  09:00", "mon 09:00\n", "09:00:00"),
        *("0 12:00", "05 12:00", "32 12:00", "-1 12:00", "5", "5 mon 12:00", "5. 12:00"),
    ],
)
def test_what_is_no_due_time(text: str) -> None:
    assert parse_due(text) is None


@pytest.mark.parametrize("cadence", list(Cadence))
def test_which_due_time_fits_which_cadence(cadence: Cadence) -> None:
    bare, with_day, on_fifth = Due(None, time(9)), Due(0, time(9)), Due(None, time(9), 5)
    assert on_fifth.fits(cadence) == (cadence in {Cadence.MONTHLY, Cadence.QUARTERLY})
    assert bare.fits(cadence) == (cadence in {Cadence.DAILY, Cadence.WEEKDAYS})
    assert with_day.fits(cadence) == (cadence in {Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY})


@pytest.mark.parametrize(
    ("cadence", "text", "moment"),
    [
        ("hourly", "2026-11-20T14", "2026-11-20T15:00-0500"),
        ("daily", "2026-11-20", "2026-11-21T00:00-0500"),
        ("weekdays", "2026-11-19", "2026-11-20T00:00-0500"),
        ("weekly", "2026-W47", "2026-11-23T00:00-0500"),
        ("monthly", "2026-11", "2026-12-01T00:00-0500"),
        ("quarterly", "2026-Q4", "2027-01-01T00:00-0500"),
    ],
)
def test_without_a_due_time_a_value_is_due_at_the_end_of_its_period(cadence: str, text: str, moment: str) -> None:
    assert due(cadence, text) == moment


@pytest.mark.parametrize(
    ("cadence", "at", "text", "moment"),
    [
        ("daily", "09:00", "2026-11-20", "2026-11-21T09:00-0500"),
        ("daily", "00:00", "2026-11-20", "2026-11-21T00:00-0500"),
        ("weekly", "mon 09:00", "2026-W47", "2026-11-23T09:00-0500"),
        ("weekly", "sun 18:00", "2026-W47", "2026-11-29T18:00-0500"),
        # 1 December 2026 is a Tuesday, 1 January 2027 a Friday.
        ("monthly", "tue 09:00", "2026-11", "2026-12-01T09:00-0500"),
        ("monthly", "mon 09:00", "2026-11", "2026-12-07T09:00-0500"),
        ("quarterly", "thu 17:30", "2026-Q4", "2027-01-07T17:30-0500"),
        ("monthly", "1 00:00", "2026-11", "2026-12-01T00:00-0500"),
        ("monthly", "5 12:00", "2026-11", "2026-12-05T12:00-0500"),
        ("quarterly", "5 12:00", "2026-Q4", "2027-01-05T12:00-0500"),
        # A month that is too short has a last day.
        ("monthly", "31 12:00", "2027-01", "2027-02-28T12:00-0500"),
        ("monthly", "30 12:00", "2028-01", "2028-02-29T12:00-0500"),
        ("monthly", "31 12:00", "2027-03", "2027-04-30T12:00-0400"),
    ],
)
def test_with_a_due_time_it_is_due_at_the_first_such_moment_after_it(
    cadence: str, at: str, text: str, moment: str
) -> None:
    assert due(cadence, text, at) == moment


POLICY = {
    Cadence.DAILY: "09:00",
    Cadence.WEEKDAYS: "10:00",
    Cadence.WEEKLY: "mon 12:00",
    Cadence.MONTHLY: "5 12:00",
    Cadence.QUARTERLY: "fri 12:00",
}


@pytest.mark.parametrize(
    ("cadence", "own", "text", "moment"),
    [
        ("hourly", "", "2026-11-20T14", "2026-11-20T15:00-0500"),
        ("daily", "", "2026-11-20", "2026-11-21T09:00-0500"),
        ("weekdays", "", "2026-11-20", "2026-11-23T10:00-0500"),
        ("weekly", "", "2026-W47", "2026-11-23T12:00-0500"),
        ("monthly", "", "2026-11", "2026-12-05T12:00-0500"),
        ("quarterly", "", "2026-Q4", "2027-01-01T12:00-0500"),
        ("weekly", "tue 09:00", "2026-W47", "2026-11-24T09:00-0500"),
        ("monthly", "mon 09:00", "2026-11", "2026-12-07T09:00-0500"),
    ],
)
def test_the_policy_has_a_due_time_for_each_cadence_and_a_metric_may_have_its_own(
    cadence: str, own: str, text: str, moment: str
) -> None:
    one = row(">= 1", {}, cadence=Cadence(cadence), due=own, holidays=OFF, policy_due=POLICY)
    assert local(due_at(one.org, one.metric, period(text))) == moment
    assert stale_at(one.org, one.metric, period(text)) == due_at(one.org, one.metric, period(text)) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "text", "moment"),
    [
        # A Thursday's is due on Friday, a Friday's on Monday; over Thanksgiving, a Wednesday's is due on Monday.
        ("09:00", "2026-11-19", "2026-11-20T09:00-0500"),
        ("09:00", "2026-11-20", "2026-11-23T09:00-0500"),
        ("09:00", "2026-11-25", "2026-11-30T09:00-0500"),
        ("", "2026-11-20", "2026-11-23T00:00-0500"),
        ("", "2026-11-25", "2026-11-30T00:00-0500"),
        # The year ends on a Thursday, and Friday is off.
        ("09:00", "2026-12-31", "2027-01-04T09:00-0500"),
    ],
)
def test_on_weekends_and_holidays_nothing_is_due_for_weekdays(at: str, text: str, moment: str) -> None:
    assert due("weekdays", text, at) == moment


def test_other_cadences_know_no_days_off() -> None:
    assert due("daily", "2026-11-25", "09:00") == "2026-11-26T09:00-0500"
    assert due("weekly", "2026-W47", "thu 09:00") == "2026-11-26T09:00-0500"


class TestDaysOff:
    def test_workdays(self) -> None:
        org = row(">= 1", {}, holidays=OFF).org
        days = [date(2026, 11, 23) + timedelta(days=number) for number in range(7)]
        assert [is_workday(org.holidays, day) for day in days] == [True, True, True, False, False, False, False]

    def test_what_is_owed(self) -> None:
        for cadence, owed in ((Cadence.WEEKDAYS, False), (Cadence.DAILY, True)):
            one = row(">= 1", {}, cadence=cadence, holidays=OFF)
            assert is_owed(one.org, one.metric, period("2026-11-26")) is owed
            assert is_owed(one.org, one.metric, period("2026-11-28")) is owed

    def test_the_day_before_is_the_working_day_before(self) -> None:
        one = row(">= 1", {}, cadence=Cadence.WEEKDAYS, holidays=OFF)
        assert previous_owed_period(one.org, one.metric, period("2026-11-30")) == period("2026-11-25")


class TestClocksAndCalendars:
    """New York goes forward on 2026-03-08 at 02:00, and back on 2026-11-01 at 02:00."""

    def test_a_day_of_23_hours_and_one_of_25(self) -> None:
        assert due("daily", "2026-03-08") == "2026-03-09T00:00-0400"
        assert due("daily", "2026-11-01") == "2026-11-02T00:00-0500"
        assert due("daily", "2026-03-07", "09:00") == "2026-03-08T09:00-0400"
        assert due("daily", "2026-10-31", "09:00") == "2026-11-01T09:00-0500"

    def test_a_due_time_that_the_clock_skips_is_as_long_after_the_gap(self) -> None:
        assert due("daily", "2026-03-07", "02:30") == "2026-03-08T03:30-0400"
        assert due("weekly", "2026-W09", "sun 02:00") == "2026-03-08T03:00-0400"

    def test_a_due_time_that_comes_twice_is_the_second(self) -> None:
        assert due("daily", "2026-10-31", "01:30") == "2026-11-01T01:30-0500"
        assert due("daily", "2026-10-31", "00:59") == "2026-11-01T00:59-0400"

    def test_grace_is_time_that_passes_not_time_on_the_wall(self) -> None:
        one = row(">= 1", {}, cadence=Cadence.DAILY, due="00:30", grace=timedelta(hours=3))
        assert local(stale_at(one.org, one.metric, period("2026-03-07"))) == "2026-03-08T04:30-0400"
        assert local(stale_at(one.org, one.metric, period("2026-10-31"))) == "2026-11-01T02:30-0500"

    def test_a_midnight_that_is_skipped_and_one_that_comes_twice(self) -> None:
        """Havana goes forward at midnight of 2026-03-08, and back at 01:00 of 2026-11-01."""
        assert due("daily", "2026-03-07", zone=HAVANA) == "2026-03-08T01:00-0400"
        assert due("daily", "2026-10-31", zone=HAVANA) == "2026-11-01T00:00-0400"
        assert due("daily", "2026-10-31", "00:00", zone=HAVANA) == "2026-11-01T00:00-0500"

    def test_the_hour_that_comes_twice_and_the_hour_that_is_skipped(self) -> None:
        assert due("hourly", "2026-11-01T01") == "2026-11-01T01:00-0500"
        assert due("hourly", "2026-11-01T01-0500") == "2026-11-01T02:00-0500"
        one = row(">= 1", {}, cadence=Cadence.HOURLY)
        assert not is_owed(one.org, one.metric, period("2026-03-08T02"))
        assert previous_owed_period(one.org, one.metric, period("2026-03-08T03")) == period("2026-03-08T01")
        twice = [period(text) for text in ("2026-11-01T01", "2026-11-01T01-0500", "2026-11-01T02")]
        assert [previous_owed_period(one.org, one.metric, later) for later in twice[1:]] == twice[:2]
        assert next_owed_period(one.org, one.metric, twice[0].next_in(one.org.zone)) == twice[1]
        assert count_owed_periods(one.org, one.metric, period("2026-11-01T00"), period("2026-11-01T23")) == 25
        assert count_owed_periods(one.org, one.metric, period("2026-03-08T00"), period("2026-03-08T23")) == 23

    @pytest.mark.parametrize(
        ("week", "moment"),
        [
            ("2026-W53", "2027-01-04T09:00-0500"),
            ("2027-W01", "2027-01-11T09:00-0500"),
            ("2025-W52", "2025-12-29T09:00-0500"),
            ("2026-W01", "2026-01-05T09:00-0500"),
            ("2020-W53", "2021-01-04T09:00-0500"),
        ],
    )
    def test_weeks_at_the_end_of_a_year(self, week: str, moment: str) -> None:
        assert due("weekly", week, "mon 09:00") == moment

    def test_a_leap_day(self) -> None:
        assert due("daily", "2028-02-28", "09:00") == "2028-02-29T09:00-0500"
        assert due("monthly", "2028-02") == "2028-03-01T00:00-0500"


class TestStale:
    @pytest.mark.parametrize(
        ("grace", "text", "moment"),
        [
            (timedelta(hours=1), "2026-11-18", "2026-11-19T10:00-0500"),
            (timedelta(0), "2026-11-18", "2026-11-19T09:00-0500"),
            # Due on Friday at nine: a day later is a Saturday.
            (timedelta(days=1), "2026-11-19", "2026-11-23T09:00-0500"),
            # Due on Wednesday before Thanksgiving.
            (timedelta(days=1), "2026-11-24", "2026-11-30T09:00-0500"),
            (timedelta(hours=15), "2026-11-24", "2026-11-30T00:00-0500"),
            (timedelta(hours=14), "2026-11-24", "2026-11-25T23:00-0500"),
        ],
    )
    def test_grace_that_ends_on_a_day_off_ends_on_the_next_working_day(
        self, grace: timedelta, text: str, moment: str
    ) -> None:
        one = row(">= 1", {}, cadence=Cadence.WEEKDAYS, due="09:00", holidays=OFF, grace=grace)
        assert local(stale_at(one.org, one.metric, period(text))) == moment

    def test_of_other_cadences_it_ends_when_it_ends(self) -> None:
        one = row(">= 1", {}, due="fri 09:00", grace=timedelta(days=1), holidays=OFF)
        assert local(stale_at(one.org, one.metric, period("2026-W46"))) == "2026-11-21T09:00-0500"

    def test_a_grace_longer_than_all_calendars_makes_nothing_stale(self) -> None:
        one = row(">= 1", {}, grace=timedelta(days=3_000_000))
        assert stale_at(one.org, one.metric, period("2026-W46")) > datetime(9999, 1, 1, tzinfo=UTC)
        assert newest_stale_period(one.org, one.metric, FRIDAY) is None

    @pytest.mark.parametrize("zone", [UTC, NEW_YORK])
    def test_the_newest_late_one_changes_at_that_very_moment(self, zone: ZoneInfo) -> None:
        moment = datetime(2026, 11, 23, 15, 0, tzinfo=UTC).astimezone(zone)
        one = row(">= 1", {}, due="mon 09:00")
        assert newest_stale_period(one.org, one.metric, moment - timedelta(seconds=1)) == period("2026-W46")
        assert newest_stale_period(one.org, one.metric, moment) == period("2026-W47")


DUES = st.tuples(st.sampled_from(WEEKDAY_NAMES), st.integers(0, 23), st.integers(0, 59))
# 2019 to 2031, to the second.
MOMENTS = st.integers(1546300800, 1956528000).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(
    cadence=st.sampled_from(list(Cadence)),
    at=st.none() | DUES,
    now=MOMENTS,
    grace=st.timedeltas(timedelta(0), timedelta(days=40)),
    off=st.lists(st.dates(date(2019, 1, 1), date(2032, 1, 1)), max_size=8),
)
def test_every_moment_has_one_newest_late_period_and_the_next_is_not(
    cadence: Cadence, at: tuple[str, int, int] | None, now: datetime, grace: timedelta, off: list[date]
) -> None:
    day = {Cadence.DAILY: "", Cadence.WEEKDAYS: ""}.get(cadence, f"{at[0]} " if at else "")
    text = f"{day}{at[1]:02}:{at[2]:02}" if at and cadence is not Cadence.HOURLY else ""
    one = row(">= 1", {}, cadence=cadence, due=text, grace=grace, holidays=tuple(off))
    found = newest_stale_period(one.org, one.metric, now)
    assert found is not None
    assert is_owed(one.org, one.metric, found)
    assert found.ends(NEW_YORK) <= due_at(one.org, one.metric, found) <= stale_at(one.org, one.metric, found) <= now
    later = found.next()
    while later.start <= period_containing(now, cadence.grain, NEW_YORK).start:
        assert not is_owed(one.org, one.metric, later) or stale_at(one.org, one.metric, later) > now
        later = later.next()


@given(
    cadence=st.sampled_from(list(Cadence)), now=MOMENTS, back=st.integers(0, 60), off=st.lists(st.dates(), max_size=4)
)
def test_values_between_two_periods_are_counted_without_a_walk(
    cadence: Cadence, now: datetime, back: int, off: list[date]
) -> None:
    one = row(">= 1", {}, cadence=cadence, holidays=tuple({*off, date(2026, 11, 26)}), zone=ZoneInfo("UTC"))
    last = first = previous_owed_period(one.org, one.metric, period_containing(now, cadence.grain, one.org.zone))
    for _ in range(back):
        first = previous_owed_period(one.org, one.metric, first)
    assert count_owed_periods(one.org, one.metric, first, last) == back + 1
