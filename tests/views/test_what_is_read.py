"""Which files a view reads: the months that can hold what it shows, older ones where a question needs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest

from orgtp.model.errors import UnknownSeat
from tests.views.orgs import ADA, BASE, EVE
from tests.views.read_trees import opened

# A Friday in the week 2026-W47.
NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
_DAY = timedelta(days=1)


def metric(cadence: str, target: str = '">= 5"') -> str:
    return f"  calls: {{name: Calls booked, outcome: Talks, target: {target}, cadence: {cadence}}}\n"


def seat(cadence: str, *, since: str = "since: 2016-01-04\n", status: str = "active", target: str = '">= 5"') -> str:
    about = f"seat: bot\nname: Bot\nrole: Desk\nkind: agent\nstatus: {status}\nowner: ada\nreports_to: ada\n"
    return f"{about}{since}capabilities: {{desk: Answers the desk.}}\nmetrics:\n{metric(cadence, target)}"


def daily(first: date, last: date, who: str = "bot") -> dict[str, str]:
    """A value for each day from `first` to `last`, in the files of their months."""
    files: dict[str, str] = {}
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        path = f"scores/{who}/{day:%Y-%m}.jsonl"
        files[path] = files.get(path, "") + line(f"{who}-{day}", f"{day}T13:00:00Z", str(day))
    return files


def line(id_: str, at: str, period: str, value: str = '"6"') -> str:
    return f'{{"id":"{id_}","at":"{at}","metric":"calls","period":"{period}","value":{value},"by":"ada"}}\n'


def months(paths: list[str]) -> list[str]:
    return [path.rpartition("/")[2].removesuffix(".jsonl") for path in paths]


TEN_YEARS = daily(date(2016, 11, 20), date(2026, 11, 20))


def org(more: Mapping[str, str]) -> dict[str, str]:
    return {**BASE, **more}


class TestMonths:
    def test_the_chart_reads_the_newest_month(self) -> None:
        here, tree = opened(org({"seats/bot.yaml": seat("daily"), **TEN_YEARS}), NOW)
        here.chart()
        assert months(tree.read_scores) == ["2026-11"]

    def test_the_scorecard_reads_its_weeks(self) -> None:
        here, tree = opened(org({"seats/bot.yaml": seat("daily"), **TEN_YEARS}), NOW)
        here.scorecard(13)
        # The first of the thirteen weeks begins on the 24th of August.
        assert months(tree.read_scores) == ["2026-08", "2026-09", "2026-10", "2026-11"]

    def test_a_period_that_begins_with_its_month_may_be_recorded_in_the_month_before_by_the_clock_of_utc(self) -> None:
        # It is Monday the 1st of June 2026 in Kiritimati when it is Sunday the 31st of May in UTC.
        files = org(
            {
                "org.yaml": "org: acme\nname: Acme\ntimezone: Pacific/Kiritimati\n",
                "seats/bot.yaml": seat("weekly"),
                "scores/bot/2026-05.jsonl": line("a", "2026-05-31T11:00:00Z", "2026-W23"),
            }
        )
        here, tree = opened(files, datetime(2026, 6, 3, tzinfo=UTC))
        assert here.scorecard(1).rows[0].cells[0].value == "6"
        assert months(tree.read_scores) == ["2026-05"]

    def test_a_correction_of_months_later_counts(self) -> None:
        late = {"scores/bot/2026-11.jsonl": line("late", "2026-11-19T13:00:00Z", "2026-W36", '"1"')}
        first = {"scores/bot/2026-09.jsonl": line("a", "2026-09-04T13:00:00Z", "2026-W36")}
        here, _ = opened(org({"seats/bot.yaml": seat("weekly"), **first, **late}), NOW)
        cell = here.scorecard(13).rows[0].cells[1]
        assert (cell.period, cell.value, cell.corrected) == ("2026-W36", "1", True)

    def test_a_record_that_is_older_than_its_period_counts_for_nothing(self) -> None:
        """However many weeks are shown, and so whether or not its file is read. `validate` reports it."""
        early = {"scores/bot/2026-03.jsonl": line("early", "2026-03-02T13:00:00Z", "2026-W46", '"1"')}
        files = org({"seats/bot.yaml": seat("weekly"), **early})
        for weeks in (1, 2, 13, 52):
            here, _ = opened(files, NOW)
            cells = {cell.period: cell for cell in here.scorecard(weeks).rows[0].cells}
            assert "2026-W46" not in cells or (cells["2026-W46"].state, cells["2026-W46"].value) == ("missing", None)
        here, _ = opened(files, NOW)
        here.scores("bot")
        assert here.stale()[0].period == "2026-W46"
        (record,) = here.scores("bot")
        assert (record.value, record.counts, record.corrected, record.state) == ("1", False, False, "none")
        assert [one.rule for one in here.validate() if one.place.path.startswith("scores/")] == ["score-in-future"]

    def test_it_corrects_nothing_and_is_not_corrected(self) -> None:
        files = org(
            {
                "seats/bot.yaml": seat("weekly"),
                "scores/bot/2026-03.jsonl": line("early", "2026-03-02T13:00:00Z", "2026-W46", '"1"'),
                "scores/bot/2026-11.jsonl": line("due", "2026-11-16T13:00:00Z", "2026-W46", '"6"'),
            }
        )
        for weeks in (2, 52):
            here, _ = opened(files, NOW)
            cell = next(cell for cell in here.scorecard(weeks).rows[0].cells if cell.period == "2026-W46")
            assert (cell.value, cell.corrected) == ("6", False)

    def test_a_run_of_missing_values_is_counted_however_long_ago_it_began(self) -> None:
        here, tree = opened(org({"seats/bot.yaml": seat("daily"), **daily(date(2016, 1, 4), date(2024, 2, 29))}), NOW)
        found = here.stale()[0]
        assert (found.since.date(), found.in_a_row) == (date(2024, 3, 2), (date(2026, 11, 19) - date(2024, 2, 29)).days)
        assert min(months(tree.read_scores)) > "2022"

    def test_a_correction_of_an_old_value_does_not_end_the_way_back(self) -> None:
        values = daily(date(2023, 1, 1), date(2025, 6, 30))
        values["scores/bot/2026-11.jsonl"] = line("late", "2026-11-02T13:00:00Z", "2023-01-05", '"7"')
        here, _ = opened(org({"seats/bot.yaml": seat("daily"), **values}), NOW)
        assert here.stale()[0].since.date() == date(2025, 7, 2)

    def test_a_seat_that_does_not_say_since_when_it_is_there_is_read_back_to_a_first_value(self) -> None:
        values = daily(date(2025, 1, 1), date(2025, 1, 31))
        here, tree = opened(org({"seats/bot.yaml": seat("daily", since=""), **values}), NOW)
        # It had values once, so the weeks without one are missing and not before its time.
        assert [cell.state for cell in here.scorecard(13).rows[0].cells[:12]] == ["missing"] * 12
        assert months(tree.read_scores) == ["2025-01"]

    def test_a_quarter_needs_the_months_since_it_began(self) -> None:
        values = {"scores/bot/2026-07.jsonl": line("a", "2026-07-01T13:00:00Z", "2026-Q2")}
        here, tree = opened(org({"seats/bot.yaml": seat("quarterly"), **values, **daily(*TWO_YEARS, "eve")}), NOW)
        assert here.chart().seats[1].metrics[0].state == "missing"
        assert months(tree.read_scores) == ["2026-07"]

    def test_values_of_seats_that_are_not_shown_are_not_read(self) -> None:
        files = org({"seats/bot.yaml": seat("daily", status="retired"), **TEN_YEARS, **daily(*TWO_YEARS, "ghost")})
        here, tree = opened(files, NOW)
        here.chart()
        here.scorecard()
        assert tree.read_scores == []
        here.chart(retired=True)
        assert months(tree.read_scores)[0] >= "2025-12"

    def test_all_values_of_one_seat(self) -> None:
        here, tree = opened(org({"seats/bot.yaml": seat("daily"), **TEN_YEARS, **daily(*TWO_YEARS, "eve")}), NOW)
        assert len(here.scores("bot")) == (date(2026, 11, 20) - date(2016, 11, 20)).days + 1
        assert {path.split("/")[1] for path in tree.read_scores} == {"bot"}


TWO_YEARS = (date(2024, 11, 20), date(2026, 11, 20))


class TestProblems:
    """What a view did not read is no problem of the view; `validate` reads all, and reports it."""

    FILES: ClassVar = org({"seats/bot.yaml": seat("daily"), **TEN_YEARS, "scores/bot/2020-02.jsonl": "torn\n"})

    def test_a_month_that_is_not_shown(self) -> None:
        here, _ = opened(self.FILES, NOW)
        here.scorecard()
        assert not here.problems_so_far
        malformed = [str(one.place) for one in here.validate() if one.rule == "score-malformed"]
        assert malformed == ["scores/bot/2020-02.jsonl:1:1"]

    def test_a_month_that_is_shown(self) -> None:
        here, _ = opened(self.FILES, datetime(2020, 3, 2, tzinfo=UTC))
        here.scorecard()
        assert [one.place.path for one in here.problems_so_far] == ["scores/bot/2020-02.jsonl"]

    def test_a_seat_that_cannot_be_read_is_a_problem_of_the_chart_and_not_of_another_seat(self) -> None:
        here, _ = opened(org({"seats/zoe.yaml": "seat: zoe\nreports_to: ada\nname: [\n"}), NOW)
        here.seat("eve")
        assert not here.problems_so_far
        here.chart()
        assert [one.place.path for one in here.problems_so_far] == ["seats/zoe.yaml"]

    def test_a_seat_that_cannot_be_read_and_names_the_one_that_is_shown(self) -> None:
        here, _ = opened(org({"seats/zoe.yaml": "seat: zoe\nreports_to: eve\nname: [\n"}), NOW)
        here.seat("eve")
        assert [one.place.path for one in here.problems_so_far] == ["seats/zoe.yaml"]


class TestOneSeat:
    CROWD: ClassVar = {
        f"seats/other-{n}.yaml": EVE.replace("eve", f"other-{n}").replace("ada", "eve") for n in range(20)
    }

    @pytest.mark.parametrize("view", ["scorecard", "stale", "scores"])
    def test_its_numbers_need_its_file_and_its_owner_s(self, view: str) -> None:
        here, tree = opened(org({**self.CROWD, **daily(*TWO_YEARS)}), NOW)
        getattr(here, view)(seat="bot")
        read = {path for path in tree.read_paths if path.startswith("seats/")}
        assert read == {"seats/ada.yaml", "seats/bot.yaml"}

    def test_its_page_knows_who_names_it(self) -> None:
        files = org({**self.CROWD, "seats/sub.yaml": EVE.replace("eve", "sub").replace("ada", "bot")})
        # YAML can spell an id in another way.
        files["seats/odd.yaml"] = EVE.replace("eve", "odd").replace("reports_to: ada", 'reports_to: "b\\x6ft"')
        here, _ = opened(files, NOW)
        assert here.seat("bot").reports == ("odd", "sub")

    @pytest.mark.parametrize("view", ["seat", "context", "stale", "scorecard", "scores"])
    def test_an_unknown_seat_is_looked_for_among_all(self, view: str) -> None:
        here, _ = opened(org(self.CROWD), NOW)
        with pytest.raises(UnknownSeat, match='Did you mean "other-1'):
            getattr(here, view)(seat="other-1x")

    def test_a_seat_that_is_there_and_cannot_be_read(self) -> None:
        here, _ = opened(org({"seats/bot.yaml": "seat: bot\nname: [\n"}), NOW)
        with pytest.raises(UnknownSeat, match="cannot be read"):
            here.seat("bot")

    def test_its_context_tells_what_others_do(self) -> None:
        doing = "capabilities: {desk-two: Answers the desk of clients.}\n"
        files = org(
            {"seats/far.yaml": f"{EVE.replace('eve', 'far').replace('ada', 'eve')}{doing}", "seats/ada.yaml": ADA}
        )
        here, _ = opened(files, NOW)
        assert [one.capability for one in here.context("bot").not_owned] == ["desk-two"]
