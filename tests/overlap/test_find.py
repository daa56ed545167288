"""Which seats look alike, in small orgs in memory."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orgtp.model.errors import BadInput, UnknownSeat
from orgtp.model.inventory.draft import SeatDraft
from orgtp.model.inventory.found import FoundAgent, FoundKind
from orgtp.model.org import Org
from orgtp.model.seat import DefinitionPlace, Holder, Metric, Seat, SeatInput, SeatKind, SeatStatus
from orgtp.views.seats.overlap.find import find_alike, find_overlaps, list_alike_seats, parse_least
from orgtp.views.seats.overlap.types import NAME_WEIGHT, Overlaps, WorkText, read_draft_work, read_found_work, read_work
from orgtp.views.selection import OnlyKind, Selection, SortOrder
from tests.overlap.seats import make_described, make_org, make_seat
from tests.size import choose_size

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LITTLE = Decimal("0.01")
DESCRIBED = make_org(*make_described())


def found(org: Org, least: str = "0.4", **selected: Any) -> Overlaps:
    return find_overlaps(org, NOW, Selection(**selected), Decimal(least))


def pairs(view: Overlaps) -> list[tuple[str, str]]:
    return [(one.seat, other.seat) for one, other in (pair.seats for pair in view.pairs)]


def likeness(org: Org, one: str, other: str) -> Decimal:
    view = found(org, "0.01")
    return next(
        (pair.likeness for pair in view.pairs if {side.seat for side in pair.seats} == {one, other}), Decimal(0)
    )


class TestMeasure:
    """What makes two seats look alike."""

    def test_the_descriptions_that_a_person_would_pair(self) -> None:
        named = {seat.id: seat.name for seat in DESCRIBED.seats.values()}
        alike = {tuple(named[id_] for id_ in pair) for pair in pairs(found(DESCRIBED))}
        assert alike == {
            ("code-reviewer", "pr-reviewer"), ("test-writer", "test-automator"), ("ad-anomalies", "ad-pacing"),
        }  # fmt: skip
        # Its descriptions have few words in common: a lower limit finds it, too.
        assert {tuple(named[id_] for id_ in pair) for pair in pairs(found(DESCRIBED, "0.25"))} - alike == {
            ("sql-tuner", "database-optimizer")
        }

    def test_a_word_of_the_name_counts_three_times(self) -> None:
        """`review` in both names is worth what three of it in both missions are."""
        names = make_org(make_seat("a", "Review", "alpha"), make_seat("b", "Review", "beta"))
        texts = make_org(make_seat("a", "its", "review " * 3 + "alpha"), make_seat("b", "her", "review " * 3 + "beta"))
        plain = make_org(make_seat("a", "its", "review alpha"), make_seat("b", "her", "review beta"))
        assert NAME_WEIGHT == 3
        assert str(likeness(names, "a", "b")) == str(likeness(texts, "a", "b")) == "0.69"
        assert str(likeness(plain, "a", "b")) == "0.33"

    @pytest.mark.parametrize(
        "keys",
        [
            {"role": "Invoice payment"},
            {"mission": "Chases invoice payment"},
            {"capabilities": {"invoice-payment": "X"}},
            {"capabilities": {"a": "Invoice payment"}},
        ],
    )
    def test_role_mission_and_capabilities_count(self, keys: dict[str, object]) -> None:
        other = make_seat("b", "Bee", "Invoice and payment")
        assert likeness(make_org(replace(make_seat("a", "Ay"), **keys), other), "a", "b") > 0  # type: ignore[arg-type]

    def test_boilerplate_makes_nothing_alike(self) -> None:
        text = "You are an expert in {}. Use proactively. MUST BE USED when this is needed."
        org = make_org(make_seat("a", "x1", text.format("tax")), make_seat("b", "x2", text.format("law")))
        assert pairs(found(org, "0.01")) == []

    def test_other_keys_do_not_count(self) -> None:
        keys = {"retire_when": "Spend stops", "owner": "eve", "inputs": {"model": SeatInput("Spend")}}
        org = make_org(make_seat("a", "Ay", "alpha", **keys), make_seat("b", "Bee", "beta", **keys))
        assert pairs(found(org, "0.01")) == []

    def test_the_name_of_a_person_does_not_count(self) -> None:
        """Two people with the same first name do not look alike. A position with holders has a name of its own."""
        person: dict[str, Any] = {"kind": SeatKind.HUMAN}
        people = make_org(
            make_seat("a", "Anna Berg", **person, role="Tax"), make_seat("b", "Anna Tal", **person, role="Law")
        )
        assert pairs(found(people, "0.01")) == []
        held: dict[str, Any] = {**person, "holders": (Holder(NOW.date(), "Anna Berg"),)}
        assert read_work(make_seat("a", "Anna Berg", **held)).title == ""
        assert read_work(make_seat("a", "Head of tax", **held)).title == "Head of tax"

    def test_people_and_agents_are_compared(self) -> None:
        human = make_seat("eve", "Eve", "Sends invoices and reminds clients", kind=SeatKind.HUMAN)
        assert pairs(found(make_org(human, make_seat("bot", "Bot", "Sends invoices, reminds clients")))) == [
            ("bot", "eve")
        ]


class TestInvariants:
    """What must not matter."""

    def test_the_order_of_seats_and_capabilities(self) -> None:
        seats = [
            replace(seat, capabilities={"first-work": "Reads code", "second-work": seat.mission})
            for seat in make_described()
        ]
        expected = found(make_org(*seats), "0.05")
        random.Random(7).shuffle(seats)  # noqa: S311  (the same order each time)
        turned = [replace(seat, capabilities=dict(reversed([*seat.capabilities.items()]))) for seat in seats]
        again = found(make_org(*turned), "0.05")
        assert [(pair.likeness, pair.words) for pair in again.pairs] == [
            (pair.likeness, pair.words) for pair in expected.pairs
        ]
        assert pairs(again) == pairs(expected) != []

    def test_a_selection_changes_no_likeness(self) -> None:
        every = {
            pair: one.likeness
            for pair, one in zip(pairs(found(DESCRIBED, "0.05")), found(DESCRIBED, "0.05").pairs, strict=True)
        }
        for seat in DESCRIBED.seats:
            for pair in found(DESCRIBED, "0.05", seat=seat).pairs:
                names = tuple(sorted((pair.seats[0].seat, pair.seats[1].seat)))
                assert pair.seats[0].seat == seat, "the seat that was asked for comes first"
                assert every[names[0], names[1]] == pair.likeness

    def test_an_empty_org(self) -> None:
        view = found(make_org())
        assert (view.pairs, view.compared, view.instances, view.without_text) == ((), 0, (), ())

    def test_a_seat_without_a_text_is_named_and_not_compared(self) -> None:
        nameless = make_seat("a", "Eve", kind=SeatKind.HUMAN)
        view = found(make_org(nameless, make_seat("b", "Bee", "Use proactively"), replace(nameless, id="c")))
        assert ([one.seat for one in view.without_text], view.compared, view.instances) == (["a", "c"], 1, ())


class TestWhichSeats:
    """Which seats are compared and shown."""

    ORG = make_org(
        make_seat("a", "Invoices", "Sends invoices", owner="b"),
        make_seat("b", "Invoices two", "Sends invoices late", kind=SeatKind.HUMAN, reports_to="a"),
        make_seat("c", "Invoices old", "Sends old invoices", status=SeatStatus.RETIRED),
        make_seat("d", "Ad spend", "Watches ad spend"),
        make_seat("e", "Ad spend two", "Watches the ad spend of clients", status=SeatStatus.PROPOSED),
    )

    @pytest.mark.parametrize("status", [one for one in SeatStatus if one is not SeatStatus.RETIRED])
    def test_all_but_retired_ones(self, status: SeatStatus) -> None:
        org = make_org(make_seat("a", "Tax", "Files tax"), make_seat("b", "Tax two", "Files tax late", status=status))
        assert pairs(found(org)) == [("a", "b")]

    def test_a_retired_seat_that_is_named(self) -> None:
        assert pairs(found(self.ORG)) == [("d", "e"), ("a", "b")]
        assert pairs(found(self.ORG, "0.3", seat="c")) == [("c", "a"), ("c", "b")]

    @pytest.mark.parametrize(
        ("selected", "expected", "left_out"),
        [
            ({"seat": "e"}, [("e", "d")], (3, 1)),
            ({"owner": "b"}, [("a", "b")], (3, 1)),
            ({"root": "a"}, [("a", "b")], (2, 1)),
            ({"only": OnlyKind.HUMAN}, [("a", "b")], (3, 1)),
            ({}, [("d", "e"), ("a", "b")], (0, 0)),
        ],
    )
    def test_selections(
        self, selected: dict[str, Any], expected: list[tuple[str, str]], left_out: tuple[int, int]
    ) -> None:
        view = found(self.ORG, **selected)
        assert pairs(view) == expected
        assert (view.left_out.seats, view.left_out.pairs) == left_out

    def test_an_order_of_seats(self) -> None:
        """Pairs come in the order of their first seat that is selected."""
        selection = Selection(sort=SortOrder.ID)
        view = find_overlaps(self.ORG, NOW, selection, selected=["b", "d", "a"])
        assert (pairs(view), view.left_out.seats) == ([("a", "b"), ("d", "e")], 1)

    def test_an_unknown_seat(self) -> None:
        with pytest.raises(UnknownSeat):
            found(self.ORG, seat="x")

    @pytest.mark.parametrize(
        "text", ["", "x", "0", "0.001", "1.01", "-0.4", "nan", "Infinity", "40%", "1e-1", "٠.٤", "0,4"]
    )
    def test_a_limit_that_is_none(self, text: str) -> None:
        with pytest.raises(BadInput, match=r"Example: --min 0\.4"):
            parse_least(text)

    @pytest.mark.parametrize("text", ["0.01", "0.4", ".5", "1", "1.00", " 0.25 "])
    def test_a_limit(self, text: str) -> None:
        assert parse_least(text) == Decimal(text.strip())


class TestInstances:
    """Seats with the same text, or the same file."""

    def test_the_same_text_is_reported_once(self) -> None:
        rep = {"mission": "Calls clients back within an hour", "role": "Sales"}
        seats = [
            make_seat(id_, name, **rep) for id_, name in (("n", "Rep north"), ("s", "Rep south"), ("w", "Rep west"))
        ]
        other = make_seat("x", "its", "Calls clients back within the hour")
        view = found(make_org(*seats, other), "0.2")
        assert [([one.seat for one in group.seats], group.same, group.text) for group in view.instances] == [
            (["n", "s", "w"], "text", rep["mission"])
        ]
        assert pairs(view) == [("n", "x")]
        assert pairs(found(make_org(*seats, other), "0.2", seat="w")) == [("w", "x")]

    def test_the_same_file(self) -> None:
        """Connected through one that has both files."""
        files = [DefinitionPlace("git.example.com/a", f"agents/{name}.md", name * 64) for name in "ab"]
        seats = [
            make_seat("one", mission="Reads code", runs_from=(files[0],)),
            make_seat("two", mission="Writes code", runs_from=(replace(files[1], repo="git.example.com/b"),)),
            make_seat("both", mission="Reads and writes code", runs_from=tuple(files)),
            make_seat("none", mission="Reads code daily", runs_from=(DefinitionPlace("git.example.com/a", "x.md"),)),
        ]
        view = found(make_org(*seats), "0.2")
        assert [([one.seat for one in group.seats], group.same) for group in view.instances] == [
            (["both", "one", "two"], "file")
        ]
        assert pairs(view) == [("both", "none")]

    def test_the_same_role_of_people(self) -> None:
        people = [make_seat(id_, id_.upper(), kind=SeatKind.HUMAN, role="Account manager") for id_ in ("ann", "bob")]
        view = found(make_org(*people))
        assert ([one.same for one in view.instances], view.pairs) == (["text"], ())

    def test_the_order_of_capabilities_and_spaces_do_not_matter(self) -> None:
        does = {"a-work": "Reads  code", "b-work": "Writes"}
        one = make_seat("a", capabilities=does)
        other = make_seat("b", capabilities={"b-work": "writes", "a-work": "reads code"})
        assert len(found(make_org(one, other)).instances) == 1
        assert len(found(make_org(one, replace(other, role="Lead"))).instances) == 0


class TestPair:
    """What is said about two seats that look alike."""

    ORG = make_org(
        make_seat("ada", "Ada", kind=SeatKind.HUMAN, role="Head"),
        make_seat(
            "pace", "Pace", "Compares ad spend with the plan. Anomalies go to Dash, not here.",
            capabilities={"ad-pacing": "Compares spend"}, reports_to="ada",
            inputs={"alerts": SeatInput("daily list", "dash")},
        ),
        make_seat(
            "dash", "Dash", "Finds anomalies in ad spend", capabilities={"ad-anomalies": "Finds anomalies"},
            owner="eve", retire_when="Pace finds them, or nobody asks.",
        ),
    )  # fmt: skip

    def test_what_it_says(self) -> None:
        (pair,) = found(self.ORG, "0.1").pairs
        dash, pace = pair.seats
        assert set(pair.words) == {"ad", "anomalies", "dash", "pace", "spend"} - {"pace"}
        assert (dash.owner, dash.human_owner, pace.human_owner, pace.reports_to) == ("eve", None, "Ada", "ada")
        assert (dash.only_capabilities, pace.only_capabilities) == (("ad-anomalies",), ("ad-pacing",))
        assert (dash.only_words, set(pace.only_words)) == (("finds",), {"compares", "plan"})

    def test_whether_one_yields_to_the_other(self) -> None:
        """The sentence that names the other by its name or its id, and an input from it."""
        (pair,) = found(self.ORG, "0.1").pairs
        dash, pace = pair.seats
        assert [(one.key, one.text) for one in pace.mentions] == [
            ("mission", "Anomalies go to Dash, not here."), ("inputs.alerts", "daily list, from dash"),
        ]  # fmt: skip
        assert [(one.key, one.text) for one in dash.mentions] == [("retire_when", "Pace finds them, or nobody asks.")]

    @pytest.mark.parametrize(
        ("text", "is_named"),
        [
            ("Unless Dash does.", True), ("See dash: it does", True), ("DASH", True), ("Dashboards", False),
            ("dash-two does", False), ("pre-dash", False), ("(dash)", True), ("Nothing", False),
        ],
    )  # fmt: skip
    def test_a_name_is_a_whole_word(self, text: str, is_named: bool) -> None:
        seats = [make_seat("a", "Ay", f"Finds ad spend. {text}"), make_seat("dash", "Dash", "Finds ad spend")]
        (pair,) = found(make_org(*seats), "0.1").pairs
        assert bool(pair.seats[0].mentions) == is_named

    def test_a_name_with_special_characters(self) -> None:
        seats = [
            make_seat("a", "Ay", "Finds ad spend. C++ (beta) does the rest"),
            make_seat("b", "C++ (beta)", "Finds ad spend"),
        ]
        (pair,) = found(make_org(*seats), "0.1").pairs
        assert [one.text for one in pair.seats[0].mentions] == ["C++ (beta) does the rest"]


class TestNewTexts:
    """Seats that look like a text that is no seat yet."""

    @pytest.mark.parametrize("many", [1, 40])
    def test_it_is_as_alike_as_the_seat_will_be(self, many: int) -> None:
        """Of a few texts, and of so many that the seats are indexed."""
        new = [
            make_seat(f"n{number}", "reviewer", f"Reviews code for quality and style, part{number}")
            for number in range(many)
        ]
        alike = find_alike(DESCRIBED, [read_work(seat) for seat in new], Decimal("0.2"), most=100)
        after = found(make_org(*DESCRIBED.seats.values(), *new), "0.2", seat="n0")
        assert [(one.seat, one.likeness, one.words) for one in alike[0]] == [
            (pair.seats[1].seat, pair.likeness, pair.words)
            for pair in after.pairs
            if pair.seats[1].seat in DESCRIBED.seats
        ]
        assert "s0" in {one.seat for one in alike[0]}

    def test_the_most_alike_come_first_and_few(self) -> None:
        org = make_org(
            *(make_seat(f"s{number}", "its", "Reviews code" + " daily hourly" * number) for number in range(6))
        )
        (alike,) = find_alike(org, [WorkText("her", mission="Reviews code")])
        assert [one.seat for one in alike] == ["s0", "s1", "s2"]
        assert [one.likeness for one in alike] == sorted((one.likeness for one in alike), reverse=True)

    def test_nothing_is_alike(self) -> None:
        assert find_alike(DESCRIBED, [WorkText(), WorkText("Zzz", mission="Quantum gardening")]) == [[], []]
        assert find_alike(DESCRIBED, []) == []
        assert find_alike(make_org(), [WorkText("a", mission="Reviews code")]) == [[]]

    def test_the_same_text(self) -> None:
        seat = DESCRIBED.seats["s0"]
        ((best, *_),) = find_alike(DESCRIBED, [read_work(seat)])
        assert (best.seat, str(best.likeness), best.is_same_text) == ("s0", "1.00", True)

    def test_a_retired_seat_is_not_named(self) -> None:
        org = make_org(make_seat("a", "Tax", "Files tax", status=SeatStatus.RETIRED))
        assert find_alike(org, [WorkText("Tax", mission="Files tax")]) == [[]]

    def test_rows_of_imports_and_agents_that_were_found(self) -> None:
        seat = make_seat("a", "tax-filer", "Files tax", role="Tax", capabilities={"filing": "Files"})
        draft = SeatDraft(
            "x.csv:2",
            SeatKind.AGENT,
            "tax-filer",
            "Tax",
            mission="Files tax",
            content={"capabilities": {"filing": "Files"}},
        )
        assert read_draft_work(draft) == read_work(seat)
        assert read_draft_work(replace(draft, kind=SeatKind.HUMAN)).title == ""
        agent = FoundAgent(FoundKind.TEMPLATE, "x", "tax-filer", "x", DefinitionPlace("", "x"), description="Files tax")
        assert read_found_work(agent) == WorkText("tax-filer", mission="Files tax")

    def test_the_seats_of_an_org(self) -> None:
        found = list_alike_seats(DESCRIBED, ["s0", "s9", "gone"])
        assert {seat: [one.seat for one in alike] for seat, alike in found.items()} == {"s0": ["s1"], "s9": []}
        org = make_org(make_seat("a", "Tax", "Files tax"), make_seat("b", "Tax two", "Files tax late"))
        assert {seat: [one.seat for one in alike] for seat, alike in list_alike_seats(org, ["b", "a"]).items()} == {
            "b": ["a"], "a": ["b"],
        }  # fmt: skip


def test_thousands_of_seats() -> None:
    """Each team has one word, so its seats look alike. Those with one text are a group, and no pair of it is listed."""
    teams, size, same = choose_size((100, 16, 400), (500, 8, 1000))
    seats = [
        make_seat(f"p{n}", f"P{n}", kind=SeatKind.HUMAN, role=f"team{n % teams} work{n // teams}")
        for n in range(teams * size)
    ]
    twins = [make_seat(f"t{n}", f"T{n}", "Answers calls of the north") for n in range(same)]
    view = found(make_org(*seats, *twins), "0.5")
    assert view.compared == teams * size + same
    assert [len(group.seats) for group in view.instances] == [same]
    assert view.more_pairs + len(view.pairs) == teams * size * (size - 1) // 2
    assert len(view.pairs) == 10_000


def test_what_a_metric_is_for_is_told() -> None:
    def make_metric(id_: str) -> Metric:
        from orgtp.model.period import Cadence
        from orgtp.model.target import Targets

        return Metric(id_, f"Name of {id_}", f"Outcome of {id_}", Targets(()), Cadence.WEEKLY)

    seats: list[Seat] = [
        make_seat(id_, id_, "Files tax", metrics={"m": make_metric("m")}, role=id_ * 2) for id_ in ("tax", "taxes")
    ]
    (pair,) = found(make_org(*seats), "0.1").pairs
    assert [one.outcome for side in pair.seats for one in side.metrics] == ["Outcome of m", "Outcome of m"]
