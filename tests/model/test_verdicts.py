"""One verdict: a metric is judged in cells of `per`, and its state is that of its newest cell (design, section 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Cadence, Grain
from orgtp.model.seat import Rollup
from orgtp.model.target import Targets
from orgtp.model.verdict_changes import VerdictChange, VerdictCount, VerdictTurn, compare_verdicts
from tests.model.building import FRIDAY, NEW_YORK, period, row, targets

LAST_WEEK, WEEK = period("2026-W46"), period("2026-W47")
ON, OFF, UNAVAILABLE = CellState.ON, CellState.OFF, CellState.UNAVAILABLE
PENDING, NONE = CellState.PENDING, CellState.NONE


def week(first: int, *values: str | None) -> dict[str, str | None]:
    """Values from the day `first` of November 2026 on; a dash where nobody recorded anything."""
    return {f"2026-11-{first + number:02}": value for number, value in enumerate(values) if value != "-"}


class TestPer:
    @pytest.mark.parametrize(
        ("cadence", "grain"),
        [
            (Cadence.HOURLY, Grain.WEEK),
            (Cadence.DAILY, Grain.WEEK),
            (Cadence.WEEKDAYS, Grain.WEEK),
            (Cadence.WEEKLY, Grain.WEEK),
            (Cadence.MONTHLY, Grain.MONTH),
            (Cadence.QUARTERLY, Grain.QUARTER),
        ],
    )
    def test_without_per_a_cell_is_a_week_or_as_long_as_the_cadence(self, cadence: Cadence, grain: Grain) -> None:
        assert row(">= 1", {}, cadence=cadence).metric.cell_grain is grain

    def test_a_sum_is_judged_in_its_cells(self) -> None:
        values = week(9, "3", "3", "3", "3", "3")
        shared = {"cadence": Cadence.WEEKDAYS, "rollup": Rollup.SUM}
        per_week, per_day = row(">= 10", values, **shared), row(">= 10", values, **shared, per=Grain.DAY)  # type: ignore[arg-type]
        assert (per_week.column_cell(LAST_WEEK).value, per_week.column_cell(LAST_WEEK).state) == ("15", ON)
        assert (per_day.column_cell(LAST_WEEK).value, per_day.column_cell(LAST_WEEK).state) == ("0/5", OFF)
        assert (per_week.count_on_target(), per_day.count_on_target()) == ((1, 1), (0, 5))

    def test_one_value_of_a_sum_has_no_verdict_of_its_own(self) -> None:
        one = row(">= 10", week(9, "3"), cadence=Cadence.WEEKDAYS, rollup=Rollup.SUM)
        assert (one.cell_at(period("2026-11-09")).value, one.cell_at(period("2026-11-09")).state) == ("3", NONE)

    def test_a_week_belongs_to_the_month_of_its_thursday(self) -> None:
        # The Thursdays of these weeks are 1 October to 29 October.
        values = {f"2026-W{number}": "1" for number in range(40, 46)}
        one = row(">= 5", values, rollup=Rollup.SUM, per=Grain.MONTH)
        october = one.judged_cell(period("2026-10"))
        assert (october.value, october.state) == ("5", ON)
        assert [piece.text for piece in period("2026-10").split(Grain.WEEK, NEW_YORK)] == [
            f"2026-W{n}" for n in range(40, 45)
        ]
        assert period("2026-W53").widen(Grain.QUARTER).text == "2026-Q4"

    def test_a_month_of_weeks_shows_in_the_week_that_it_ends_in(self) -> None:
        values = {f"2026-W{number}": "1" for number in range(40, 45)}
        one = row(">= 5", values, rollup=Rollup.SUM, per=Grain.MONTH)
        shown = {text: one.column_cell(period(text)).value for text in ("2026-W43", "2026-W44", "2026-W45")}
        assert shown == {"2026-W43": None, "2026-W44": "5", "2026-W45": None}

    def test_a_quarter_combines_its_months(self) -> None:
        values = {"2026-07": "1", "2026-08": "2", "2026-09": "3"}
        one = row(">= 6", values, cadence=Cadence.MONTHLY, rollup=Rollup.SUM, per=Grain.QUARTER)
        assert (one.judged_cell(period("2026-Q3")).value, one.latest_cell().state) == ("6", ON)


class TestRolledUp:
    @pytest.mark.parametrize("rollup", [Rollup.LAST, Rollup.MEAN, Rollup.MIN, Rollup.MAX])
    def test_a_rolled_up_value_meets_the_target_at_the_end_of_its_cell(self, rollup: Rollup) -> None:
        told = {"2026-11-01": ">= 1", "2026-11-13": ">= 100"}
        cell = row(told, week(9, "5", "5", "5", "5", "5"), cadence=Cadence.WEEKDAYS, rollup=rollup).judged_cell(
            LAST_WEEK
        )
        assert (cell.value, cell.state) == ("5", OFF)

    @pytest.mark.parametrize("rollup", [Rollup.LAST, Rollup.MEAN, Rollup.MIN, Rollup.MAX])
    @pytest.mark.parametrize("hole", ["-", None])
    def test_with_a_part_that_is_not_known_it_is_judged_and_partial(self, rollup: Rollup, hole: str | None) -> None:
        cell = row(">= 5", week(9, "5", hole, "5", "5", "5"), cadence=Cadence.WEEKDAYS, rollup=rollup).judged_cell(
            LAST_WEEK
        )
        assert (cell.state, cell.partial) == (ON, True)

    @pytest.mark.parametrize("hole", ["-", None])
    def test_a_sum_with_a_part_that_is_not_known_is_unavailable(self, hole: str | None) -> None:
        cell = row(">= 5", week(9, "5", hole, "5"), cadence=Cadence.WEEKDAYS, rollup=Rollup.SUM).judged_cell(LAST_WEEK)
        assert (cell.value, cell.state) == (None, UNAVAILABLE)


class TestHits:
    @pytest.mark.parametrize(
        ("values", "allowed", "state"),
        [
            (("1", "1", "1", "1", "1"), 0, ON),
            (("0", "1", "1", "1", "1"), 0, OFF),
            (("0", "1", "1", "1", "1"), 1, ON),
            (("0", "0", "1", "1", "1"), 1, OFF),
            ((None, "1", "1", "1", "1"), 0, UNAVAILABLE),
            (("-", "1", "1", "1", "1"), 1, ON),
            (("0", None, "1", "1", "1"), 1, UNAVAILABLE),
            (("0", None, "1", "1", "1"), 2, ON),
            (("0", "0", "0", None, "-"), 2, OFF),
        ],
    )
    def test_misses_and_unknown_values_use_up_what_is_allowed(
        self, values: tuple[str | None, ...], allowed: int, state: CellState
    ) -> None:
        one = row(">= 1", week(9, *values), cadence=Cadence.WEEKDAYS, rollup=Rollup.HITS, allow_misses=allowed)
        assert one.judged_cell(LAST_WEEK).state is state

    def test_each_value_meets_the_target_of_its_own_day(self) -> None:
        told = {"2026-11-01": ">= 1", "2026-11-12": ">= 5"}
        one = row(told, week(9, "1", "1", "1", "5", "5"), cadence=Cadence.WEEKDAYS, rollup=Rollup.HITS)
        assert (one.judged_cell(LAST_WEEK).value, one.judged_cell(LAST_WEEK).state) == ("5/5", ON)


class TestState:
    def test_three_of_five_is_off_though_the_last_day_was_on(self) -> None:
        # The briefing of the issue: the chart looked at the last day alone.
        values = week(9, "09:00", "07:00", "09:00", "07:00", "07:00")
        latest = row("by 08:00", values, cadence=Cadence.WEEKDAYS, rollup=Rollup.HITS).latest_cell()
        assert (latest.period, latest.value, latest.state) == ("2026-W46", "3/5", OFF)

    @pytest.mark.parametrize("rollup", [Rollup.SUM, Rollup.MEAN, Rollup.LAST])
    def test_a_cell_in_progress_is_not_the_state(self, rollup: Rollup) -> None:
        values = {**week(9, "5", "5", "5", "5", "5"), **week(16, "0", "0", "0", "0")}
        one = row(">= 5", values, cadence=Cadence.WEEKDAYS, rollup=rollup)
        assert (one.latest_cell().period, one.latest_cell().state) == ("2026-W46", ON)
        assert one.column_cell(WEEK).state is PENDING

    @pytest.mark.parametrize(
        ("rollup", "told", "values", "state"),
        [
            (Rollup.HITS, ">= 5", ("5", "0"), OFF),
            (Rollup.HITS, ">= 5", ("5", "5"), PENDING),
            (Rollup.MIN, ">= 5", ("5", "4"), OFF),
            (Rollup.MIN, ">= 5", ("5", "6"), PENDING),
            (Rollup.MIN, "<= 5", ("5", "9"), ON),
            (Rollup.MIN, "3..6", ("2",), OFF),
            (Rollup.MIN, "3..6", ("4",), PENDING),
            (Rollup.MIN, "not 3..6", ("2",), ON),
            (Rollup.MAX, "<= 5", ("6",), OFF),
            (Rollup.MAX, "<= 5", ("5",), PENDING),
            (Rollup.MAX, ">= 5", ("5",), ON),
            (Rollup.MAX, "= 5", ("6",), OFF),
            (Rollup.MAX, "= 5", ("5",), PENDING),
            (Rollup.MAX, "not 3..6", ("7",), ON),
        ],
    )
    def test_a_cell_in_progress_counts_where_no_later_value_can_change_it(
        self, rollup: Rollup, told: str, values: tuple[str, ...], state: CellState
    ) -> None:
        one = row(told, week(16, *values), cadence=Cadence.WEEKDAYS, rollup=rollup)
        assert one.column_cell(WEEK).state is state
        assert (one.latest_cell().period == "2026-W47") == (state is not PENDING)

    @pytest.mark.parametrize("rollup", [Rollup.HITS, Rollup.MIN, Rollup.MAX])
    def test_with_every_value_in_the_week_is_decided_before_it_ends(self, rollup: Rollup) -> None:
        one = row(">= 5", week(16, "5", "5", "5", "5", "5"), cadence=Cadence.WEEKDAYS, rollup=rollup)
        assert (one.latest_cell().period, one.latest_cell().state) == ("2026-W47", ON)

    def test_where_cadence_and_per_are_equal_a_value_of_the_current_period_counts(self) -> None:
        daily = row(">= 5", {"2026-11-19": "5", "2026-11-20": "4"}, cadence=Cadence.DAILY, per=Grain.DAY)
        assert (daily.latest_cell().period, daily.latest_cell().state) == ("2026-11-20", OFF)

    def test_a_cell_that_ended_but_waits_for_a_value_is_pending(self) -> None:
        monday = datetime(2026, 11, 23, 13, tzinfo=UTC)
        values = {**week(9, "0", "0", "0", "0", "0"), **week(16, "5", "5", "5", "5")}
        one = row(">= 5", values, cadence=Cadence.WEEKDAYS, rollup=Rollup.MEAN, due="09:00", now=monday)
        assert one.column_cell(WEEK).state is PENDING
        assert (one.latest_cell().period, one.latest_cell().state) == ("2026-W46", OFF)

    def test_a_blank_neither_breaks_nor_extends_a_run_of_misses(self) -> None:
        values = {"2026-W40": "9", "2026-W41": "1", "2026-W42": "1", "2026-W43": None, "2026-W45": "1"}
        assert row(">= 5", values).count_misses_in_a_row() == 3
        assert row(">= 5", {**values, "2026-W46": "5"}).count_misses_in_a_row() == 0
        assert row(">= 5", {}).count_misses_in_a_row() == 0

    @given(
        values=st.lists(st.sampled_from(["-", None, "1", "5", "9"]), min_size=15, max_size=15),
        rollup=st.sampled_from(list(Rollup)),
        per=st.sampled_from([None, Grain.DAY, Grain.WEEK, Grain.MONTH]),
        allowed=st.integers(0, 3),
    )
    def test_the_state_is_that_of_a_cell_and_the_counts_are_those_of_the_cells(
        self, values: list[str | None], rollup: Rollup, per: Grain | None, allowed: int
    ) -> None:
        days = {**week(2, *values[:5]), **week(9, *values[5:10]), **week(16, *values[10:])}
        one = row(">= 5", days, cadence=Cadence.WEEKDAYS, rollup=rollup, per=per, allow_misses=allowed)
        latest, grain = one.latest_cell(), one.metric.cell_grain
        assert latest == one.judged_cell(period(latest.period))
        cells = {period(day).widen(grain) for day in days}
        states = [one.judged_cell(cell).state for cell in sorted(cells, reverse=True)]
        assert one.count_on_target() == (states.count(ON), states.count(ON) + states.count(OFF))
        run = [state for state in states if state in {ON, OFF}]
        assert one.count_misses_in_a_row() == (run.index(ON) if ON in run else len(run))
        assert all(after < before for before, after in pairwise(one.recorded_cells()))


class TestChanges:
    """What a change of a metric's terms does to the verdicts on its past."""

    VALUES: ClassVar = {f"2026-W{number}": str(number - 40) for number in range(41, 47)}

    def compare(self, before: MetricRow, after: MetricRow) -> list[VerdictChange]:
        return list(compare_verdicts(before.org, after.org, FRIDAY))

    def test_another_target_says_how_many_turn_and_in_which_direction(self) -> None:
        (change,) = self.compare(row(">= 3", self.VALUES), row("3..4", self.VALUES))
        assert (change.before, change.after) == (VerdictCount(4, 6), VerdictCount(2, 6))
        assert change.turned == (VerdictTurn(ON, OFF, 2),)
        assert change.summary == "4 of 6 past periods on target become 2 of 6: 2 turn from on to off"

    def test_a_dated_target_turns_nothing(self) -> None:
        told = {"2025-W01": ">= 3", "2026-W47": ">= 30"}
        assert self.compare(row(">= 3", self.VALUES), row(told, self.VALUES)) == []

    def test_the_current_period_is_not_the_past(self) -> None:
        values = {**self.VALUES, "2026-W47": "3"}
        told = {"2025-W01": ">= 3", "2026-W47": ">= 30"}
        assert self.compare(row(">= 3", values), row(told, values)) == []

    @pytest.mark.parametrize(
        "after",
        [
            {"since": date(2026, 10, 19)},
            {"rollup": Rollup.MIN},
            {"allow_misses": 3},
            {"holidays": (date(2026, 10, 14),)},
        ],
    )
    def test_every_term_is_compared(self, after: dict[str, object]) -> None:
        values = {f"2026-10-{day}": "5" for day in (12, 13, 15, 16)}
        shared = {"cadence": Cadence.WEEKDAYS, "rollup": Rollup.HITS}
        (change,) = self.compare(row(">= 5", values, **shared), row(">= 5", values, **{**shared, **after}))  # type: ignore[arg-type]
        assert change.turned or change.before != change.after

    def test_other_cells_cannot_be_compared_one_by_one_but_are_counted(self) -> None:
        values = week(9, "5", "0", "5", "5", "5")
        shared = {"cadence": Cadence.WEEKDAYS, "rollup": Rollup.HITS}
        (change,) = self.compare(row(">= 5", values, **shared), row(">= 5", values, **shared, per=Grain.DAY))  # type: ignore[arg-type]
        assert (change.before, change.after, change.turned) == (VerdictCount(0, 1), VerdictCount(4, 5), ())

    def test_a_value_alone_changes_no_verdict(self) -> None:
        assert self.compare(row(">= 3", {}), row(">= 3", self.VALUES)) == []

    def test_a_metric_that_is_new_or_gone_has_no_past_to_compare(self) -> None:
        one = row(">= 3", self.VALUES)
        assert list(compare_verdicts(Org(), one.org, FRIDAY)) == []
        assert list(compare_verdicts(one.org, Org(), FRIDAY)) == []

    def test_a_metric_whose_target_cannot_be_read_is_compared_without_an_error(self) -> None:
        one = row(">= 3", self.VALUES)
        broken = replace(one.metric, targets=Targets(()))
        seats = {"dash": replace(one.seat, metrics={"on-time": broken})}
        (change,) = compare_verdicts(one.org, replace(one.org, seats=seats), FRIDAY)
        assert change.after == VerdictCount(0, 0)


def test_a_view_at_the_last_second_of_a_week_has_its_verdict() -> None:
    end = datetime(2026, 11, 16, 5, tzinfo=UTC) - timedelta(seconds=1)
    one = row(">= 5", week(9, "5", "5", "5", "5", "5"), cadence=Cadence.WEEKDAYS, rollup=Rollup.SUM, now=end)
    assert (one.latest_cell().period, one.latest_cell().value) == ("2026-W46", "25")
    assert targets(">= 5") == one.metric.targets


class TestWhichCell:
    def test_a_missing_value_behind_a_long_holiday_is_the_state(self) -> None:
        off = tuple(date(2026, 12, 24) + timedelta(days=number) for number in range(16))
        one = row(
            ">= 3",
            {"2026-12-21": "5", "2026-12-22": "5"},
            cadence=Cadence.WEEKDAYS,
            per=Grain.DAY,
            holidays=off,
            now=datetime(2027, 1, 11, 9, tzinfo=NEW_YORK),
        )
        assert (one.latest_cell().period, one.latest_cell().state) == ("2026-12-23", CellState.MISSING)

    @pytest.mark.parametrize("today", [date(2026, 12, 2), date(2026, 12, 9)])
    def test_a_month_that_ended_comes_before_the_one_in_progress(self, today: date) -> None:
        """Both would be in the week of 30 November."""
        one = row(
            ">= 10",
            {"2026-10": "20", "2026-11": "3", "2026-12": "12"},
            cadence=Cadence.MONTHLY,
            now=datetime.combine(today, datetime.min.time(), NEW_YORK),
        )
        cell = one.column_cell(period("2026-W49"))
        assert (cell.period, cell.state) == ("2026-11", OFF)

    def test_the_last_monday_of_a_month_belongs_to_the_next_month(self) -> None:
        weeks = {f"2026-W{number}": "1" for number in range(40, 50)}
        monday = datetime(2026, 11, 30, 9, tzinfo=NEW_YORK)
        one = row(">= 5", weeks, rollup=Rollup.MIN, per=Grain.MONTH, now=monday)
        assert (one.latest_cell().period, one.latest_cell().state) == ("2026-12", OFF)
        assert one.count_misses_in_a_row() == one.count_on_target()[1] == 3
