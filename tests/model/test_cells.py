"""Cells: what is known of a metric for a period, and that nothing is ever made up where nobody knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.cell import Cell, CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import Cadence, Grain, Period
from orgtp.model.seat import Rollup, SeatStatus
from tests.model.building import FRIDAY, NEW_YORK, VOID, period, row

WEEK = period("2026-W47")
LAST_WEEK = period("2026-W46")


def states(one: MetricRow, *texts: str) -> list[str]:
    return [one.cell_at(period(text)).state.value for text in texts]


def in_week(rollup: Rollup, values: dict[str, str | None], told: str = ">= 10", text: str = "2026-W46") -> Cell:
    return row(told, values, cadence=Cadence.WEEKDAYS, rollup=rollup).column_cell(period(text))


def days(*values: str | None) -> dict[str, str | None]:
    """Values of Monday to Friday of the week 2026-W46; a dash where nobody recorded anything."""
    return {f"2026-11-{9 + number:02}": value for number, value in enumerate(values) if value != "-"}


def weeks_until(week: Period, number: int) -> list[Period]:
    """`number` weeks up to `week`, oldest first."""
    weeks = [week]
    while len(weeks) < number:
        weeks.append(weeks[-1].previous())
    return weeks[::-1]


class TestOnePeriod:
    def test_each_state(self) -> None:
        one = row(">= 95%", {"2026-W43": "96", "2026-W44": "94.9", "2026-W45": None})
        assert states(one, "2026-W43", "2026-W44", "2026-W45", "2026-W46", "2026-W47", "2024-W01") == [
            *("on", "off", "unavailable", "missing", "pending", "none")
        ]

    def test_a_value_brings_who_when_and_note(self) -> None:
        one = row(">= 95%", {"2026-W46": "96.5", "2026-W47": None})
        assert one.cell_at(LAST_WEEK) == Cell("2026-W46", CellState.ON, "96.5", "2027-12-01T00:00:00Z", "tally")
        assert one.cell_at(WEEK) == Cell(
            "2026-W47", CellState.UNAVAILABLE, None, "2027-12-01T00:01:00Z", "tally", "source broken"
        )

    def test_a_value_is_due_when_its_period_is_over_in_the_zone_of_the_org(self) -> None:
        midnight = datetime(2026, 11, 23, tzinfo=NEW_YORK).astimezone(UTC)
        before = row(">= 1", {}, now=midnight - timedelta(seconds=1))
        assert states(before, "2026-W47") == ["pending"]
        assert states(row(">= 1", {}, now=midnight), "2026-W47") == ["missing"]

    def test_a_period_to_come_is_pending(self) -> None:
        assert states(row(">= 1", {}), "2026-W48", "2027-W20") == ["pending", "pending"]

    def test_the_newest_value_counts_and_says_that_it_corrects(self) -> None:
        cell = row(">= 95%", {"2026-W46": ["96", "93"]}).cell_at(LAST_WEEK)
        assert (cell.value, cell.state, cell.corrected) == ("93", CellState.OFF, True)

    def test_the_same_value_twice_corrects_nothing(self) -> None:
        assert not row(">= 95%", {"2026-W46": ["96", "96"]}).cell_at(LAST_WEEK).corrected

    def test_a_value_that_turned_out_unknown_is_no_longer_a_number(self) -> None:
        cell = row(">= 95%", {"2026-W46": ["96", None]}).cell_at(LAST_WEEK)
        assert (cell.value, cell.state, cell.corrected) == (None, CellState.UNAVAILABLE, True)

    def test_a_value_that_cannot_be_read_is_not_a_number(self) -> None:
        cell = row(">= 95%", {"2026-W46": "many"}).cell_at(LAST_WEEK)
        assert (cell.value, cell.state, cell.note) == (None, CellState.UNAVAILABLE, '"many" cannot be read')

    def test_dated_targets_judge_each_by_its_own(self) -> None:
        told = {"2026-W30": ">= 90%", "2026-W46": ">= 95%"}
        one = row(told, {"2026-W29": "92", "2026-W45": "92", "2026-W46": "92"})
        assert states(one, "2026-W29", "2026-W45", "2026-W46") == ["none", "on", "off"]

    def test_nothing_is_due_before_the_seat_began(self) -> None:
        one = row(">= 1", {}, since=date(2026, 11, 9))
        assert states(one, "2026-W45", "2026-W46") == ["none", "missing"]

    def test_the_week_in_which_the_seat_began_counts(self) -> None:
        assert states(row(">= 1", {}, since=date(2026, 11, 15)), "2026-W45", "2026-W46") == ["none", "missing"]

    @pytest.mark.parametrize("status", [SeatStatus.PROPOSED, SeatStatus.PAUSED, SeatStatus.VACANT, SeatStatus.RETIRED])
    def test_nothing_is_due_of_a_seat_where_nobody_works_and_its_values_stay(self, status: SeatStatus) -> None:
        one = row(">= 1", {"2026-W45": "1"}, status=status)
        assert states(one, "2026-W45", "2026-W46", "2026-W47") == ["on", "none", "none"]

    def test_a_seat_that_does_not_say_since_when_owes_nothing_before_its_first_value(self) -> None:
        one = row(">= 1", {"2026-W45": "1"}, since=None)
        assert states(one, "2026-W44", "2026-W45", "2026-W46", "2026-W47") == ["none", "on", "missing", "pending"]

    def test_a_seat_without_since_and_without_values_owes_only_what_is_to_come(self) -> None:
        assert states(row(">= 1", {}, since=None), "2026-W46", "2026-W47") == ["none", "pending"]

    def test_weekdays_owe_nothing_on_a_weekend(self) -> None:
        one = row(">= 1", {}, cadence=Cadence.WEEKDAYS)
        assert states(one, "2026-11-13", "2026-11-14", "2026-11-15", "2026-11-16") == [
            *("missing", "none", "none", "missing")
        ]

    def test_daily_owes_every_day(self) -> None:
        one = row(">= 1", {}, cadence=Cadence.DAILY)
        assert states(one, "2026-11-13", "2026-11-14", "2026-11-15") == ["missing"] * 3

    def test_the_hour_that_the_clock_skips_is_never_missing(self) -> None:
        one = row(">= 1", {}, cadence=Cadence.HOURLY)
        assert states(one, "2026-03-08T01", "2026-03-08T02", "2026-03-08T03") == ["missing", "none", "missing"]

    def test_an_hour_that_occurs_twice_is_owed_twice_and_each_is_due_at_its_own_end(self) -> None:
        first_end, second_end = datetime(2026, 11, 1, 6, 0, tzinfo=UTC), datetime(2026, 11, 1, 7, 0, tzinfo=UTC)
        for zone in (UTC, NEW_YORK):
            early = row(">= 1", {}, cadence=Cadence.HOURLY, now=first_end.astimezone(zone))
            late = row(">= 1", {}, cadence=Cadence.HOURLY, now=second_end.astimezone(zone))
            assert states(early, "2026-11-01T01", "2026-11-01T01-0500") == ["missing", "pending"]
            assert states(late, "2026-11-01T01", "2026-11-01T01-0500") == ["missing", "missing"]
        assert states(late, "2026-11-01T01-0700", "2026-11-01T02-0500") == ["none", "none"]

    def test_both_values_of_an_hour_that_occurs_twice_count(self) -> None:
        values = {"2026-11-01T01": "5", "2026-11-01T01-0500": "7", "2026-11-01T02": "1"}
        now = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
        one = row(">= 1", values, cadence=Cadence.HOURLY, rollup=Rollup.SUM, now=now)
        assert [cell.value for cell in (one.cell_at(period(text)) for text in values)] == ["5", "7", "1"]
        before = one.newest_known_before(period("2026-11-01T01-0500"))
        assert before == period("2026-11-01T01")


class TestMeanOfTimes:
    @pytest.mark.parametrize(
        ("times", "value", "state"),
        [
            (("07:00", "08:00", "09:00"), "08:00", "on"),
            (("22:50", "24:10"), "23:30", "off"),
            (("23:50", "24:10"), "24:00", "off"),
        ],
    )
    def test_times_that_are_close_have_a_mean(self, times: tuple[str, ...], value: str, state: str) -> None:
        cell = in_week(Rollup.MEAN, days(*times), "by 23:00")
        assert (cell.value, cell.state.value) == (value, state)

    def test_times_on_both_sides_of_midnight_have_none_and_the_cell_says_why(self) -> None:
        cell = in_week(Rollup.MEAN, days("23:50", "00:10", "23:40", "23:45", "23:55"), "by 23:00")
        assert (cell.value, cell.state) == (None, CellState.UNAVAILABLE)
        assert cell.note == "00:10 and 23:55 are half a day or more apart, so the times have no mean"

    def test_the_latest_time_may_be_after_midnight(self) -> None:
        cell = in_week(Rollup.MAX, days("22:50", "24:15"), "by 23:00")
        assert (cell.value, cell.state) == ("24:15", CellState.OFF)
        assert in_week(Rollup.HITS, days("22:50", "24:15"), "by 23:00").value == "1/2"


class TestWithdrawn:
    def test_a_withdrawn_period_is_as_if_nothing_had_been_recorded(self) -> None:
        one = row(">= 10", {"2026-W45": ["5", VOID], "2026-W46": ["5", VOID, "12"]})
        assert states(one, "2026-W45", "2026-W46") == ["missing", "on"]
        assert one.cell_at(period("2026-W45")) == Cell("2026-W45", CellState.MISSING)
        assert one.cell_at(LAST_WEEK).corrected
        assert one.count_on_target() == (1, 1)
        assert one.known_periods() == [LAST_WEEK]

    def test_a_day_off_is_none_again(self) -> None:
        values: dict[str, str | list[str | None] | None] = {"2026-11-14": ["50", VOID]}
        one = row(">= 10", {**days("2", "2", "2", "2", "2"), **values}, cadence=Cadence.WEEKDAYS, rollup=Rollup.SUM)
        assert states(one, "2026-11-14") == ["none"]
        assert one.column_cell(LAST_WEEK).value == "10"

    def test_an_earlier_value_does_not_return(self) -> None:
        one = row(">= 10", {"2026-W46": ["12", "5", VOID]})
        assert states(one, "2026-W46") == ["missing"]


class TestDue:
    def test_what_is_not_due_yet_is_pending_though_its_period_is_over(self) -> None:
        nine = datetime(2026, 11, 16, 9, tzinfo=NEW_YORK)
        early = row(">= 1", {}, due="mon 09:00", now=nine - timedelta(seconds=1))
        assert states(early, "2026-W45", "2026-W46", "2026-W47") == ["missing", "pending", "pending"]
        assert states(row(">= 1", {}, due="mon 09:00", now=nine), "2026-W46", "2026-W47") == ["missing", "pending"]

    def test_the_latest_is_the_one_before_until_then(self) -> None:
        early = datetime(2026, 11, 16, 8, tzinfo=NEW_YORK)
        assert row(">= 1", {"2026-W45": "1"}, due="mon 09:00", now=early).latest_cell().period == "2026-W45"

    def test_weekdays_owe_nothing_on_a_holiday(self) -> None:
        one = row(">= 1", {}, cadence=Cadence.WEEKDAYS, holidays=(date(2026, 11, 11),))
        assert states(one, "2026-11-10", "2026-11-11", "2026-11-12") == ["missing", "none", "missing"]
        assert states(row(">= 1", {}, holidays=(date(2026, 11, 11),)), "2026-W46") == ["missing"]

    def test_on_a_weekend_nothing_of_weekdays_becomes_missing(self) -> None:
        saturday, monday = datetime(2026, 11, 21, 12, tzinfo=NEW_YORK), datetime(2026, 11, 23, tzinfo=NEW_YORK)
        for now, state in ((saturday, "pending"), (monday, "missing")):
            assert states(row(">= 1", {}, cadence=Cadence.WEEKDAYS, now=now), "2026-11-20") == [state]

    def test_the_latest_is_found_behind_a_long_holiday(self) -> None:
        off = tuple(date(2026, 12, 21) + timedelta(days=number) for number in range(14))
        monday = datetime(2027, 1, 4, 10, tzinfo=NEW_YORK)
        one = row(">= 1", {"2026-12-18": "1"}, cadence=Cadence.WEEKDAYS, holidays=off, now=monday, per=Grain.DAY)
        assert one.latest_cell().period == "2026-12-18"

    @pytest.mark.parametrize(
        ("rollup", "value", "note"),
        [
            (Rollup.SUM, "40", "1 of 5 not due yet"),
            (Rollup.LAST, "10", "1 of 5 not due yet"),
            (Rollup.HITS, "4/4", "1 of 5 not due yet"),
        ],
    )
    def test_a_week_that_is_over_says_where_a_part_is_not_due_yet(
        self, rollup: Rollup, value: str, note: str | None
    ) -> None:
        monday = datetime(2026, 11, 16, 8, tzinfo=NEW_YORK)
        values = days("10", "10", "10", "10")
        one = row(">= 10", values, cadence=Cadence.WEEKDAYS, rollup=rollup, due="09:00", now=monday)
        cell = one.column_cell(LAST_WEEK)
        assert (cell.value, cell.note, cell.partial, cell.state) == (value, note, True, CellState.PENDING)

    def test_a_hole_is_told_before_what_is_not_due_yet(self) -> None:
        monday = datetime(2026, 11, 16, 8, tzinfo=NEW_YORK)
        values = days("10", None, "10", "10")
        one = row(">= 10", values, cadence=Cadence.WEEKDAYS, rollup=Rollup.MIN, due="09:00", now=monday)
        assert one.column_cell(LAST_WEEK).note == "1 of 5 not known"


class TestRollups:
    @pytest.mark.parametrize(
        ("rollup", "value", "state"),
        [
            (Rollup.LAST, "12", CellState.ON),
            (Rollup.SUM, "56", CellState.ON),
            (Rollup.MEAN, "11.2", CellState.ON),
            (Rollup.MIN, "8", CellState.OFF),
            (Rollup.MAX, "14", CellState.ON),
            (Rollup.HITS, "4/5", CellState.OFF),
        ],
    )
    def test_a_whole_week(self, rollup: Rollup, value: str, state: CellState) -> None:
        cell = in_week(rollup, days("8", "12", "10", "14", "12"))
        assert (cell.period, cell.value, cell.state, cell.note) == ("2026-W46", value, state, None)

    def test_all_hits_is_on_target(self) -> None:
        cell = in_week(Rollup.HITS, days("10", "10", "10", "10", "10"))
        assert (cell.value, cell.state) == ("5/5", CellState.ON)

    @pytest.mark.parametrize(
        ("rollup", "value"),
        [(Rollup.MEAN, "12"), (Rollup.MIN, "10"), (Rollup.MAX, "14"), (Rollup.HITS, None)],
    )
    def test_a_hole_is_told_and_takes_no_part(self, rollup: Rollup, value: str | None) -> None:
        cell = in_week(rollup, days("10", None, "12", "-", "14"))
        assert (cell.value, cell.note) == (value, "2 of 5 not known")

    def test_a_sum_with_a_hole_is_not_known(self) -> None:
        cell = in_week(Rollup.SUM, days("10", None, "12", "13", "14"))
        assert (cell.value, cell.state, cell.note) == (None, CellState.UNAVAILABLE, "1 of 5 not known")

    def test_the_last_known_value_is_judged_and_says_that_a_later_one_is_not_known(self) -> None:
        for hole in ("-", None):
            cell = in_week(Rollup.LAST, days("10", "11", "12", "13", hole))
            assert (cell.value, cell.state, cell.partial) == ("13", CellState.ON, True)
            assert cell.note == "1 of 5 not known"

    @pytest.mark.parametrize("rollup", list(Rollup))
    def test_a_week_of_holes_is_a_hole(self, rollup: Rollup) -> None:
        assert in_week(rollup, days(None, None, "-", None, None)).state is CellState.UNAVAILABLE
        assert in_week(rollup, days("-", "-", "-", "-", "-")).state is CellState.MISSING

    @pytest.mark.parametrize("rollup", list(Rollup))
    def test_the_reason_of_a_week_that_nobody_knows_is_kept(self, rollup: Rollup) -> None:
        assert in_week(rollup, days(None, None, None, None, None)).note == "source broken"

    @pytest.mark.parametrize("rollup", [Rollup.SUM, Rollup.MEAN, Rollup.MIN, Rollup.MAX, Rollup.LAST])
    def test_a_week_that_still_runs_shows_what_is_there_and_is_pending(self, rollup: Rollup) -> None:
        values: dict[str, str | None] = {f"2026-11-{day}": "10" for day in range(16, 20)}
        cell = in_week(rollup, values, text="2026-W47")
        # A maximum that has reached its target stays there.
        state = CellState.ON if rollup is Rollup.MAX else CellState.PENDING
        assert (cell.value, cell.state) == ("40" if rollup is Rollup.SUM else "10", state)

    def test_a_week_before_the_seat_is_none(self) -> None:
        assert in_week(Rollup.SUM, {}, text="2024-W10") == Cell("2024-W10", CellState.NONE)

    def test_a_corrected_day_marks_its_week(self) -> None:
        one = row(">= 1", {"2026-11-09": ["1", "2"], "2026-11-10": "1"}, cadence=Cadence.DAILY, rollup=Rollup.MAX)
        assert one.column_cell(LAST_WEEK).corrected

    def test_a_mean_is_judged_exactly_and_shown_rounded(self) -> None:
        cell = in_week(Rollup.MEAN, days("1", "1", "0", "0", "0"), told="<= 0.4")
        assert (cell.value, cell.state) == ("0.4", CellState.ON)
        thirds = in_week(Rollup.MEAN, days("1", "0", "0", "-", "-"), told=">= 0.33333")
        assert (thirds.value, thirds.state) == ("0.3333", CellState.ON)

    def test_a_mean_of_durations_and_of_times(self) -> None:
        spans = in_week(Rollup.MEAN, days("1h", "2h", "1h", "2h", "90m"), told="<= 2h")
        clocks = in_week(Rollup.MEAN, days("07:50", "07:51", "07:52", "07:53", "07:54"), told="by 08:00")
        assert (spans.value, clocks.value) == ("1h30m", "07:52")

    def test_a_sum_of_decimals_is_exact(self) -> None:
        assert in_week(Rollup.SUM, days("0.1", "0.2", "0.3", "0.1", "0.1"), told="<= 0.8").value == "0.8"

    @given(amounts=st.lists(st.decimals(0, 10**15, places=6), min_size=5, max_size=5))
    def test_a_sum_equals_what_its_parts_add_up_to(self, amounts: list[Decimal]) -> None:
        cell = in_week(Rollup.SUM, days(*(f"{amount:f}" for amount in amounts)))
        assert Decimal(cell.value or "nan") == sum(amounts)

    @given(
        values=st.lists(st.sampled_from(["-", None, "9", "10", "11"]), min_size=5, max_size=5),
        rollup=st.sampled_from(list(Rollup)),
    )
    def test_there_is_a_number_only_where_somebody_gave_one(self, values: list[str | None], rollup: Rollup) -> None:
        cell = in_week(rollup, days(*values))
        given_numbers = [value for value in values if value not in {"-", None}]
        assert (cell.value is not None) == cell.state.is_known
        assert given_numbers or cell.value is None


class TestGrids:
    def test_one_value_a_column_stays_as_it_is(self) -> None:
        one = row(">= 1", {"2026-W46": "1"})
        assert one.column_cell(LAST_WEEK) == one.cell_at(LAST_WEEK)

    def test_a_month_shows_in_the_week_that_it_ends_in(self) -> None:
        one = row(">= 1", {"2026-09": "5", "2026-10": "7"}, cadence=Cadence.MONTHLY)
        weeks = {text: one.column_cell(period(text)) for text in ("2026-W39", "2026-W40", "2026-W43", "2026-W44")}
        assert {text: (cell.value, cell.state) for text, cell in weeks.items()} == {
            "2026-W39": (None, CellState.NONE),
            "2026-W40": ("5", CellState.ON),
            "2026-W43": (None, CellState.NONE),
            "2026-W44": ("7", CellState.ON),
        }

    def test_a_month_that_lasts_shows_in_the_current_week(self) -> None:
        one = row(">= 1", {"2026-11": "9"}, cadence=Cadence.MONTHLY)
        assert one.column_cell(WEEK).value == "9"
        assert one.column_cell(LAST_WEEK).state is CellState.NONE
        assert row(">= 1", {}, cadence=Cadence.MONTHLY).column_cell(WEEK).state is CellState.PENDING

    def test_a_month_without_a_value_is_missing_in_its_week(self) -> None:
        assert row(">= 1", {}, cadence=Cadence.MONTHLY).column_cell(period("2026-W44")).state is CellState.MISSING

    def test_each_month_shows_once(self) -> None:
        values: dict[str, str | list[str | None] | None] = {f"2026-{month:02}": str(month) for month in range(1, 12)}
        one = row(">= 1", values, cadence=Cadence.MONTHLY)
        shown = [one.column_cell(week).value for week in weeks_until(WEEK, 52)]
        assert [value for value in shown if value] == [str(month) for month in range(1, 12)]

    def test_a_quarter_shows_in_the_week_that_it_ends_in(self) -> None:
        one = row(">= 1", {"2026-Q3": "3"}, cadence=Cadence.QUARTERLY)
        shown = {week.text: one.column_cell(week).value for week in weeks_until(WEEK, 13)}
        assert {text for text, value in shown.items() if value} == {"2026-W40"}

    def test_hours_roll_up_to_a_week(self) -> None:
        values: dict[str, str | list[str | None] | None] = {f"2026-11-09T{hour:02}": "1" for hour in range(24)}
        told = {"2026-11-09T00": ">= 1", "2026-11-10T00": ">= 2"}
        one = row(told, values, cadence=Cadence.HOURLY, rollup=Rollup.HITS, now=datetime(2026, 11, 10, 5, tzinfo=UTC))
        assert one.column_cell(LAST_WEEK).value == "24/24"


class TestLatestAndTally:
    def test_the_latest_is_the_current_value(self) -> None:
        assert row(">= 1", {"2026-W46": "1", "2026-W47": "2"}).latest_cell().value == "2"

    def test_while_the_current_one_is_pending_the_latest_is_the_one_before(self) -> None:
        latest = row(">= 1", {"2026-W46": "1"}).latest_cell()
        assert (latest.period, latest.value) == ("2026-W46", "1")

    def test_a_value_is_never_carried_forward_over_a_missing_one(self) -> None:
        latest = row(">= 1", {"2026-W45": "1"}).latest_cell()
        assert (latest.period, latest.value, latest.state) == ("2026-W46", None, CellState.MISSING)

    def test_nor_over_one_that_nobody_knows(self) -> None:
        latest = row(">= 1", {"2026-W45": "1", "2026-W46": None}).latest_cell()
        assert (latest.period, latest.state) == ("2026-W46", CellState.UNAVAILABLE)

    def test_on_a_monday_the_latest_weekday_is_friday(self) -> None:
        monday = FRIDAY + timedelta(days=3)
        one = row(">= 1", {"2026-11-20": "1"}, cadence=Cadence.WEEKDAYS, now=monday, per=Grain.DAY)
        assert one.latest_cell().period == "2026-11-20"

    def test_where_there_is_nothing_the_latest_is_the_current_period(self) -> None:
        assert row(">= 1", {}, status=SeatStatus.PROPOSED).latest_cell() == Cell("2026-W47", CellState.NONE)

    def test_the_tally_counts_periods_once_and_only_known_ones(self) -> None:
        one = row(">= 10", {"2026-W40": "10", "2026-W41": "9", "2026-W42": None, "2026-W43": ["9", "11"]})
        assert one.count_on_target() == (2, 3)

    def test_the_tally_of_nothing(self) -> None:
        assert row(">= 10", {}).count_on_target() == (0, 0)


def test_states_that_are_known_and_states_that_are_holes() -> None:
    assert [state for state in CellState if state.is_known] == [CellState.ON, CellState.OFF]
    assert [state for state in CellState if state.is_gap] == [CellState.UNAVAILABLE, CellState.MISSING]
