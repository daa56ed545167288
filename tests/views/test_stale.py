"""What is stale: the newest value that should be there, since when it is not, whose it is and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.cell import CellState
from orgtp.model.due import newest_stale_period, previous_owed_period, stale_at
from orgtp.model.errors import UnknownSeat
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import Cadence
from orgtp.model.seat import SeatStatus
from orgtp.views.stale import Stale, stale, stale_row
from tests.model.building import FRIDAY, NEW_YORK, row
from tests.views.orgs import BOT, METRIC, org
from tests.views.orgs import row as line

Values = Mapping[str, str | list[str | None] | None]


def told(one: MetricRow) -> Stale:
    found = stale_row(one)
    assert found
    return found


def moment(*parts: int) -> datetime:
    """A moment by the clock on the wall in New York."""
    year, month, day, hour = parts
    return datetime(year, month, day, hour, tzinfo=NEW_YORK)


class TestOneMetric:
    def test_a_value_that_is_there_is_fresh(self) -> None:
        assert stale_row(row(">= 1", {"2026-W46": "1"})) is None
        assert stale_row(row(">= 1", {"2026-W46": "0"})) is None

    def test_one_that_did_not_come_is_stale_when_the_grace_is_over(self) -> None:
        due = moment(2026, 11, 23, 9)
        for late, periods in ((timedelta(hours=1), ["2026-W47"]), (timedelta(minutes=59, seconds=59), [])):
            found = stale_row(row(">= 1", {"2026-W46": "1"}, due="mon 09:00", now=due + late))
            assert [one.period for one in [found] if one] == periods

    def test_all_that_is_told_of_it(self) -> None:
        found = told(row(">= 1", {"2026-W44": "1"}, due="mon 09:00", source="ad-anomalies"))
        assert (found.seat, found.metric, found.name, found.owner) == ("dash", "on-time", "On time", "bogdan")
        assert (found.period, found.due, found.in_a_row) == ("2026-W46", moment(2026, 11, 16, 9), 2)
        assert (found.since, found.state) == (moment(2026, 11, 9, 10), CellState.MISSING)
        assert (found.source, found.why) == ("ad-anomalies", "no value came from ad-anomalies")

    def test_without_a_source_nobody_is_named(self) -> None:
        assert told(row(">= 1", {})).why == "no value came"

    def test_one_that_nobody_knows_is_stale_with_the_reason(self) -> None:
        found = told(row(">= 1", {"2026-W45": "1", "2026-W46": None}))
        assert (found.state, found.why, found.in_a_row) == (CellState.UNAVAILABLE, "source broken", 1)
        assert found.since == moment(2026, 11, 16, 1)

    def test_one_that_cannot_be_read_is_no_value(self) -> None:
        assert told(row(">= 1", {"2026-W46": "many"})).why == '"many" cannot be read'

    def test_what_is_not_due_yet_is_not_stale_even_where_nobody_knows_it(self) -> None:
        assert stale_row(row(">= 1", {"2026-W46": "1", "2026-W47": None})) is None

    def test_a_correction_to_a_value_ends_it_and_one_to_nothing_begins_it(self) -> None:
        assert stale_row(row(">= 1", {"2026-W46": [None, "1"]})) is None
        assert told(row(">= 1", {"2026-W46": ["1", None]})).in_a_row == 2 + weeks_since(date(2025, 1, 1), "2026-W45")

    def test_an_old_hole_is_history_once_a_newer_value_is_there(self) -> None:
        assert stale_row(row(">= 1", {"2026-W44": "1", "2026-W46": "1"})) is None
        assert stale_row(row(">= 1", {"2026-W45": "1", "2026-W47": "1"})) is None

    def test_a_value_of_a_period_to_come_makes_nothing_fresh(self) -> None:
        assert told(row(">= 1", {"2026-W45": "1", "2026-W48": "1"})).period == "2026-W46"

    def test_a_hole_in_the_hole_is_not_counted_over(self) -> None:
        found = told(row(">= 1", {"2026-W42": "1", "2026-W43": None, "2026-W44": "1", "2026-W45": None}))
        assert (found.in_a_row, found.since, found.state) == (2, moment(2026, 11, 9, 1), CellState.MISSING)

    @pytest.mark.parametrize("status", [SeatStatus.PROPOSED, SeatStatus.PAUSED, SeatStatus.VACANT, SeatStatus.RETIRED])
    def test_nobody_is_chased_for_a_seat_where_nobody_works(self, status: SeatStatus) -> None:
        values: Values = {"2026-W44": "1", "2026-W45": None, "2026-W46": None, "2026-W47": "1"}
        assert stale_row(row(">= 1", {"2026-W46": None})) is not None
        assert stale_row(row(">= 1", values, status=status)) is None

    def test_a_metric_that_was_not_there_yet_is_not_late(self) -> None:
        assert stale_row(row(">= 1", {}, since=date(2026, 11, 16))) is None
        assert stale_row(row({"2026-W47": ">= 1"}, {})) is None
        assert stale_row(row(">= 1", {}, since=None)) is None

    def test_it_is_stale_since_the_metric_began_where_there_never_was_a_value(self) -> None:
        assert told(row(">= 1", {}, since=date(2026, 11, 8))).in_a_row == 2
        assert told(row(">= 1", {}, since=date(2026, 11, 9))).in_a_row == 1
        assert told(row({"2026-W44": ">= 1"}, {})).in_a_row == 3
        # July begins on a Wednesday, and its target judges the weeks that begin in it: from W28 on.
        assert told(row({"2026-07": ">= 1"}, {})).in_a_row == 19
        assert told(row(">= 1", {"2026-W45": None}, since=None)).in_a_row == 2

    def test_before_the_metric_began_one_that_nobody_knows_stands_alone(self) -> None:
        assert told(row({"2026-W48": ">= 1"}, {"2026-W46": None})).in_a_row == 1


def weeks_since(day: date, last: str) -> int:
    """How many weeks begin after that of `day`, up to the week `last`."""
    year, week = last.split("-W")
    return (date.fromisocalendar(int(year), int(week), 1) - day).days // 7 + 1


class TestDaysOff:
    def test_on_a_weekend_nobody_is_chased_for_friday(self) -> None:
        values: Values = {"2026-11-19": "1"}
        for now, late in ((moment(2026, 11, 22, 23), []), (moment(2026, 11, 23, 1), ["2026-11-20"])):
            found = stale_row(row(">= 1", values, cadence=Cadence.WEEKDAYS, now=now))
            assert [one.period for one in [found] if one] == late

    def test_holidays_and_weekends_are_not_counted(self) -> None:
        off = (date(2026, 11, 26), date(2026, 11, 27))
        monday = moment(2026, 11, 30, 12)
        found = told(row(">= 1", {"2026-11-23": "1"}, cadence=Cadence.WEEKDAYS, due="09:00", holidays=off, now=monday))
        assert (found.period, found.in_a_row, found.since) == ("2026-11-25", 2, moment(2026, 11, 25, 10))

    def test_a_blank_on_a_day_off_is_nobodys(self) -> None:
        values: Values = {"2026-11-20": "1", "2026-11-21": None}
        assert stale_row(row(">= 1", values, cadence=Cadence.WEEKDAYS, now=moment(2026, 11, 23, 0))) is None


@given(
    cadence=st.sampled_from(list(Cadence)),
    given=st.lists(st.sampled_from(["-", "-", None, "1"]), min_size=12, max_size=12),
    since=st.integers(0, 14),
    hours=st.integers(0, 400),
)
def test_a_run_is_what_walking_back_from_hole_to_hole_finds(
    cadence: Cadence, given: list[str | None], since: int, hours: int
) -> None:
    now = FRIDAY + timedelta(hours=hours)
    off = (date(2026, 11, 26), date(2026, 12, 1))
    bare = row(">= 1", {}, cadence=cadence, now=now, holidays=off)
    periods = [newest_stale_period(bare.org, bare.metric, now)]
    while len(periods) < 15 and periods[-1]:
        periods.append(previous_owed_period(bare.org, bare.metric, periods[-1]))
    dated = dict(zip([one.text for one in periods if one][: len(given)], given, strict=False))
    begun = periods[since]
    assert begun
    targets = {begun.text: ">= 1"}
    values = {text: value for text, value in dated.items() if value != "-" and text >= begun.text}
    one = row(targets, values, cadence=cadence, now=now, holidays=off, since=date(2020, 1, 1))
    holes = []
    for late in periods[: since + 1]:
        if not late or not one.cell_at(late).state.is_gap:
            break
        holes.append(late)
    found = stale_row(one)
    assert (found.in_a_row if found else 0) == len(holes)
    if found:
        assert found.since == stale_at(one.org, one.metric, holes[-1])


class TestAll:
    def test_whose_it_is_and_in_what_order(self) -> None:
        more = METRIC + METRIC.replace("calls:", "visits:").replace("weekly", "monthly")
        other = BOT.replace(METRIC, more).replace("seat: bot", "seat: pip").replace("name: Bot", "name: Pip")
        here = org({"seats/pip.yaml": other + "since: 2026-10-05\n", "scores/bot/2026-11.jsonl": line("a", None)})
        found = stale(here, FRIDAY)
        assert [(one.seat, one.metric, one.in_a_row) for one in found] == [
            ("pip", "calls", 6),
            ("pip", "visits", 1),
            ("bot", "calls", 1),
        ]
        assert {(one.owner, one.human_owner) for one in found} == {("ada", "Ada")}
        assert [one.seat for one in stale(here, FRIDAY, "bot")] == ["bot"]
        assert stale(here, FRIDAY, "eve") == []
        with pytest.raises(UnknownSeat, match="bot"):
            stale(here, FRIDAY, "bott")

    def test_what_cannot_be_read_makes_nothing_up_and_breaks_nothing(self) -> None:
        broken = BOT.replace('">= 5"', "many").replace("owner: ada", "owner: nobody")
        here = org({"seats/bot.yaml": broken, "scores/bot/2026-11.jsonl": line("a", None)})
        assert [(one.owner, one.human_owner, one.in_a_row) for one in stale(here, FRIDAY)] == [("nobody", None, 1)]
        assert stale(here, datetime(1, 1, 1, tzinfo=UTC)) == []
