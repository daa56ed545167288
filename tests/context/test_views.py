"""What a context holds, worked out from small orgs in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count

import pytest

from orgtp.model.cell import CellState
from orgtp.model.period import Cadence
from orgtp.model.seat import SeatStatus
from orgtp.views.context.build import DECISIONS, SeatEvidence
from orgtp.views.context.metrics import describe_metric, next_due
from orgtp.views.context.types import Relation
from orgtp.views.diff.types import FieldChanged
from orgtp.views.seat_history import Event, SeatChange
from tests.context.pages import headings, page, section, told
from tests.model.building import row
from tests.views.orgs import BOT, EVE, HEAD

AT = datetime(2026, 11, 20, tzinfo=UTC)
SEAT = "seat: {0}\nname: {1}\nrole: {2}\nkind: agent\nstatus: active\nowner: ada\nreports_to: {3}\n"
RETIRED = (
    "seat: {0}\nname: {0}\nrole: R\nkind: agent\nretired_on: 2026-11-20\nreason: Over.\ndecided_by: ada\n"
    "capabilities: {{desk: {1}}}\nmetrics: {{calls: {{to: {1}}}}}\n"
)


def other(id_: str, boss: str = "ada", role: str = "Help", does: str = "") -> dict[str, str]:
    """The file of one more seat."""
    tail = f"capabilities: {{{does}}}\n" if does else ""
    return {f"seats/{id_}.yaml": SEAT.format(id_, id_.capitalize(), role, boss) + tail}


def changed(number: int) -> Event:
    """A commit that changed the bot's mission."""
    field = FieldChanged("bot", "Bot", "mission", f"m{number}", f"m{number + 1}")
    return Event(f"{number:040}", AT, "set", "ada", "Ada", "Ada", (SeatChange("fields", field),))


class TestNext:
    """The next value that is owed."""

    @pytest.mark.parametrize(
        ("due", "cadence", "values", "expected"),
        [
            # 2026-11-20 is a Friday in 2026-W47.
            ("", Cadence.WEEKLY, {}, ("2026-W47", "2026-11-23T05:00")),
            ("", Cadence.WEEKLY, {"2026-W47": "5"}, ("2026-W48", "2026-11-30T05:00")),
            ("", Cadence.WEEKLY, {"2026-W47": None}, ("2026-W48", "2026-11-30T05:00")),
            ("fri 13:00", Cadence.WEEKLY, {}, ("2026-W46", "2026-11-20T18:00")),
            ("fri 13:00", Cadence.WEEKLY, {"2026-W46": "5"}, ("2026-W47", "2026-11-27T18:00")),
            ("09:00", Cadence.WEEKDAYS, {}, ("2026-11-20", "2026-11-23T14:00")),
            ("09:00", Cadence.WEEKDAYS, {"2026-11-20": "5"}, ("2026-11-23", "2026-11-24T14:00")),
            ("", Cadence.HOURLY, {}, ("2026-11-20T12", "2026-11-20T18:00")),
            ("", Cadence.QUARTERLY, {}, ("2026-Q4", "2027-01-01T05:00")),
        ],
    )
    def test_by_the_rules_of_due(
        self, due: str, cadence: Cadence, values: dict[str, str | list[str | None] | None], expected: tuple[str, str]
    ) -> None:
        found = next_due(row(">= 5", values, due=due, cadence=cadence))
        assert found
        assert (found.period, found.due.isoformat("T", "minutes").removesuffix("+00:00")) == expected

    def test_on_a_holiday_nothing_is_owed(self) -> None:
        """Thursday's value is not due before Monday, and after it comes Monday's."""
        friday = (date(2026, 11, 20),)
        found = [
            next_due(row(">= 5", values, cadence=Cadence.WEEKDAYS, holidays=friday))
            for values in ({}, {"2026-11-19": "5"})
        ]
        assert [one and one.period for one in found] == ["2026-11-19", "2026-11-23"]

    def test_a_target_that_is_to_come(self) -> None:
        found = next_due(row({"2027-W10": ">= 5"}, {}))
        assert found
        assert found.period == "2027-W10"

    @pytest.mark.parametrize("status", [one for one in SeatStatus if one is not SeatStatus.ACTIVE])
    def test_nobody_waits_where_nobody_works(self, status: SeatStatus) -> None:
        assert next_due(row(">= 5", {}, status=status)) is None

    def test_the_end_of_all_calendars(self) -> None:
        assert next_due(row(">= 5", {}, since=date(9999, 12, 31), cadence=Cadence.MONTHLY)) is None


class TestLatest:
    """The last periods of a metric."""

    def test_the_current_one_only_with_a_value(self) -> None:
        values: dict[str, str | list[str | None] | None] = {f"2026-W{week}": str(week) for week in range(40, 47)}
        assert [cell.period for cell in describe_metric(row(">= 5", values)).latest] == [
            f"2026-W{n}" for n in range(43, 47)
        ]
        cells = describe_metric(row(">= 5", {**values, "2026-W47": "1"})).latest
        assert [(cell.period, cell.value) for cell in cells][-1] == ("2026-W47", "1")
        assert len(cells) == 4

    def test_blanks_and_corrections_are_told(self) -> None:
        cells = describe_metric(row(">= 5", {"2026-W44": ["4", "6"], "2026-W45": None})).latest
        assert [cell.state for cell in cells] == [
            CellState.MISSING,
            CellState.ON,
            CellState.UNAVAILABLE,
            CellState.MISSING,
        ]
        assert cells[1].corrected

    def test_none_before_it_began(self) -> None:
        assert [c.period for c in describe_metric(row(">= 5", {}, since=date(2026, 11, 9))).latest] == ["2026-W46"]


class TestOthers:
    """What the seat does not do."""

    def test_above_beside_and_below(self) -> None:
        files = {**other("cat", does="cat-work: C"), **other("dog", "bot", does="dog-work: D"), **other("elk", "dog")}
        files["seats/ada.yaml"] = (
            "seat: ada\nname: Ada\nrole: R\nkind: human\nstatus: active\ncapabilities: {ada-work: A}"
        )
        found = told(files).not_owned
        assert [(one.relation, one.by.seat, one.capability) for one in found] == [
            (Relation.ABOVE, "ada", "ada-work"),
            (Relation.BESIDE, "cat", "cat-work"),
            (Relation.BELOW, "dog", "dog-work"),
        ]

    def test_elsewhere_only_what_sounds_alike(self) -> None:
        """`front-desk` shares a word of its name and one of its sentence; `night-watch` does not."""
        files = {**other("fox", "eve", does="front-desk: Answers guests, night-watch: Answers at night")}
        assert [(one.relation, one.capability) for one in told(files).not_owned] == [(Relation.ALIKE, "front-desk")]

    def test_the_same_role_elsewhere(self) -> None:
        files = other("fox", "eve", "desk", does="a-b: C")
        assert [(one.relation, one.by.seat) for one in told(files).not_owned] == [(Relation.ALIKE, "fox")]

    def test_work_of_who_is_away_goes_to_who_answers(self) -> None:
        files = {path: text.replace("active", "paused") for path, text in other("cat", does="cat-work: C").items()}
        (one,) = told(files).not_owned
        assert (one.by.seat, one.hand_to and one.hand_to.seat) == ("cat", "ada")
        assert "`cat-work` → **Cat** (`cat`), beside it, paused, for now to **Ada** (`ada`): “C”" in page(told(files))

    def test_the_retired_do_nothing(self) -> None:
        files = {path: text.replace("active", "retired") for path, text in other("cat", does="cat-work: C").items()}
        view = told({**files, "retirements/cat.yaml": RETIRED.format("cat", "eve")})
        assert view.not_owned == ()
        assert [one.seat for one in view.chart.siblings] == ["eve"]

    def test_what_sounds_alike_is_not_cut(self) -> None:
        files: dict[str, str] = {}
        for number in range(30):
            files |= other(f"s{number}", does=f"work-{number}: Does things")
        files |= other("zed", does="help-desk: Answers")
        assert "zed" in {one.by.seat for one in told(files).not_owned}


MANY = {
    path: text
    for number in range(40)
    for path, text in {
        **other(f"a{number}", does=f"desk-{number}: Answers"),
        **other(f"b{number}", "bot", does=f"b-{number}: B"),
        **other(f"c{number}", "eve", "Desk", does=f"c-{number}: C"),
    }.items()
}
_WORK = ", ".join(f"w-{number}: W" for number in range(30))
_METRICS = [f'  m{number}: {{name: M, outcome: O, target: ">= 5", cadence: weekly}}\n' for number in range(30)]
MANY["seats/bot.yaml"] = BOT.replace("{desk: Answers the desk.}", f"{{{_WORK}}}") + "".join(_METRICS)


class TestBounds:
    """Every list is bounded, and says what it lacks."""

    def test_all_that_is_left_out_is_counted(self) -> None:
        view = told(MANY)
        assert {one.list: one.count for one in view.left_out} == {
            "capabilities": 18,
            "metrics": 19,
            "records.seats": 29,
            "chart.siblings": 29,
            "chart.reports": 28,
            "not_owned": 68,
            "not_owned.alike": 35,
        }
        assert (len(view.capabilities), len(view.metrics), len(view.not_owned)) == (12, 12, 17)
        assert all(one.see.startswith("orgtp ") for one in view.left_out)

    def test_the_page_says_so_with_the_command(self) -> None:
        text = page(told(MANY))
        assert "(`a19`, “Help”), and 29 more: `orgtp chart --depth 1 --root ada`" in text
        assert "- and 19 more: `orgtp seat show bot`" in text
        assert "- and 68 more around it: `orgtp chart --json`" in text
        assert "- and 35 more that sound like its work: `orgtp chart --json`" in text
        assert len(text.splitlines()) < 200

    def test_a_long_way_up(self) -> None:
        files: dict[str, str] = {}
        for number in range(20):
            files |= other(f"s{number}", f"s{number + 1}" if number < 19 else "ada")
        assert "and 15 more: `orgtp chart`" in section(page(told(files, "s0")), "Its place")

    def test_problems(self) -> None:
        from orgtp.model.problem import Place, Problem

        problems = [Problem("r", Place("seats/bot.yaml", number + 1), "M", "H") for number in range(20)]
        text = page(told(known=SeatEvidence(problems)))
        assert "- Error at `seats/bot.yaml:12:1`, `r`: “M” “H”\n- and 8 more: `orgtp validate`" in text


class TestDecisions:
    """What was decided about the seat."""

    def test_the_newest_and_no_more_are_read(self) -> None:
        read: list[int] = []

        def events() -> Iterator[Event]:
            for number in count():
                read.append(number)
                yield changed(number)

        view = told(known=SeatEvidence((), events()))
        assert [event.commit for event in view.decisions or ()] == [f"{number:040}" for number in range(DECISIONS)]
        assert len(read) == DECISIONS + 1
        text = section(page(view), "What was decided lately")
        assert text.splitlines()[0] == "- 2026-11-20, **Ada** (`ada`), `0000000000`: mission: “m0” → “m1”"
        assert text.splitlines()[-1] == "- older ones: `orgtp seat history bot`"

    def test_none_and_no_history_are_two_things(self) -> None:
        assert "Nothing is recorded." in page(told(known=SeatEvidence((), [])))
        assert "There is no git history" in page(told())


class TestWhoMayAct:
    """What the page says of a seat that nobody works as."""

    @pytest.mark.parametrize("status", ["proposed", "paused", "vacant"])
    def test_nobody_at_work(self, status: str) -> None:
        view = told({"seats/bot.yaml": BOT.replace("active", status)})
        text = page(view)
        assert text.splitlines()[4].startswith(f"**{status.capitalize()}: nobody ")
        assert "o not act as it" in text.splitlines()[4]
        assert view.commands == ()
        assert "h2 How to" not in headings(text)
        assert view.metrics[0].next is None

    def test_retired_its_work_is_followed_to_whoever_has_it(self) -> None:
        """The bot's heir was retired, too; whose file claims a capability now counts before any record."""
        files = {
            "seats/bot.yaml": BOT.replace("active", "retired"),
            "retirements/bot.yaml": RETIRED.format("bot", "cat"),
            **{path: text.replace("active", "retired") for path, text in other("cat").items()},
            "retirements/cat.yaml": RETIRED.format("cat", "eve"),
        }
        view = told(files)
        assert view.retirement
        assert [(one.what, one.id, one.by and one.by.seat) for one in view.retirement.handed] == [
            ("capability", "desk", "eve"),
            ("metric", "calls", "eve"),
        ]
        assert (view.capabilities, view.metrics, view.records.seats) == ({}, (), ())
        assert [way.command for way in view.commands] == ["orgtp context eve"]
        moved = told({**files, **other("fox", does="desk: Answers")})
        assert moved.retirement
        assert [one.by and one.by.seat for one in moved.retirement.handed] == ["fox", "eve"]

    def test_retired_says_so_first(self) -> None:
        files = {
            "seats/bot.yaml": BOT.replace("active", "retired"),
            "retirements/bot.yaml": RETIRED.format("bot", "eve"),
        }
        text = page(told(files))
        assert text.splitlines()[4] == (
            "**Retired on 2026-11-20: nobody acts as this seat, and its id is never used again.**"
        )
        assert headings(text)[1] == "h2 Who has its work now"
        assert "score add" not in text

    def test_retired_in_a_ring_or_without_a_record(self) -> None:
        retired = {path: text.replace("active", "retired") for path, text in other("cat").items()}
        ring = {
            "seats/bot.yaml": BOT.replace("active", "retired"),
            "retirements/bot.yaml": RETIRED.format("bot", "cat"),
            **retired,
            "retirements/cat.yaml": RETIRED.format("cat", "bot"),
        }
        assert "- capability `desk` → nobody" in page(told(ring))
        without = page(told({"seats/bot.yaml": BOT.replace("active", "retired")}))
        assert "No record says who has it" in without


class TestPlace:
    """Who answers, and where it stands, where the chart is wrong."""

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("owner: ada", "owner: adda", "Owner: `adda`, and no such seat could be read"),
            ("owner: ada\n", "", "Owner: nobody"),
            ("owner: ada", "owner: bot", "Owner: itself, which is no person"),
            ("reports_to: ada", "reports_to: adda", "Reports to: `adda`, and no such seat could be read"),
            ("reports_to: ada\n", "", "At the top of the chart"),
        ],
    )
    def test_said_as_it_is(self, old: str, new: str, said: str) -> None:
        assert f"- {said}\n" in page(told({"seats/bot.yaml": BOT.replace(old, new)}))

    def test_a_ring_ends(self) -> None:
        view = told({"seats/eve.yaml": EVE.replace("ada", "bot"), "seats/bot.yaml": BOT.replace("to: ada", "to: eve")})
        assert [one.seat for one in view.chart.above] == ["eve"]
        assert "bot" not in {one.seat for one in (*view.chart.siblings, *view.chart.reports)}

    def test_the_score_is_kept_for_all(self) -> None:
        view = told({"org.yaml": f"{HEAD}policy: {{scorekeepers: [bot]}}\n"})
        assert (view.records.all, view.records.seats) == (True, ())
        assert "It is a scorekeeper: it may record values for every seat." in page(view)

    def test_those_above_may_record_for_those_below(self) -> None:
        assert [one.seat for one in told(seat="ada").records.seats] == ["ada", "bot", "eve"]
        assert [one.seat for one in told().records.seats] == ["bot"]
