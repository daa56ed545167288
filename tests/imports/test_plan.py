"""What becomes of each row: its id, whom it reports to, which seat it is, and what makes it bad."""

from __future__ import annotations

import pytest

from orgtp.actions.import_seats.ids import clean_id
from orgtp.actions.import_seats.plan import BadRows, OpenQuestion, import_seats
from orgtp.actions.import_seats.request import ImportRequest
from orgtp.actions.import_seats.result import RowFate
from orgtp.model.errors import BadInput, Refused
from orgtp.model.inventory.draft import SeatDraft
from orgtp.model.org import Org
from orgtp.model.seat import SeatKind
from orgtp.model.text import is_id
from tests.imports.drafts import EMPTY, NOW, agent, changed, imported, load, people, person, plan

SHA, OTHER = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("José Ñuñez", "jose-nunez"),
        ("Łukasz Ørsted-Groß", "lukasz-orsted-gross"),
        ("O'Brien, Pat", "obrien-pat"),
        ("3D Bob", "a-3d-bob"),
        ("1234", "seat-1234"),
        ("aux", "aux-seat"),
        ("Aux", "aux-seat"),
        ("ﬁona", "fiona"),
        ("李", ""),
        ("dash", "dash"),
        ("x" * 80, "x" * 63),
        (" ".join(["word"] * 20), "-".join(["word"] * 12)),
    ],
)
def test_an_id_is_what_a_name_can_be(text: str, wanted: str) -> None:
    assert clean_id(text) == wanted
    assert not wanted or is_id(wanted)


def ids_of(*drafts: SeatDraft) -> dict[str, str]:
    """Alias to id of the seats that the rows become."""
    rows = plan(Org(), people(*drafts), under="ada").rows
    return {draft.aliases[0]: row.seat for draft, row in zip(drafts, rows, strict=True)}


def test_two_people_of_one_name_get_the_same_ids_in_any_order() -> None:
    rows = [person(2, "1", "Ada"), person(3, "2", "Bob Ray", "1"), person(4, "3", "Bob Ray", "1")]
    assert ids_of(*rows) == ids_of(rows[0], rows[2], rows[1]) == {"1": "ada", "2": "bob-ray", "3": "bob-ray-2"}


def test_a_seat_keeps_its_id_when_another_person_of_its_name_comes() -> None:
    files = imported(EMPTY, [people(person(2, "9", "Ada"))])
    files = imported(files, [people(person(2, "1", "Ada", "9"), person(3, "9", "Ada"))])
    org = load(files).org
    assert (org.seats["ada"].aliases, org.seats["ada-2"].aliases) == (("9",), ("1",))


def test_an_id_that_was_ever_used_is_not_used_again() -> None:
    line = b'{"id":"1","at":"2026-11-20T13:00:02Z","metric":"m","period":"2026-W47","value":"1","by":"ada"}\n'
    files = {**EMPTY, "scores/bob/2026-11.jsonl": line}
    (row,) = plan(load(files).org, people(person(2, "1", "Bob"))).rows
    assert (row.seat, row.id_why) == ("bob-2", "another seat is or was bob")


def test_nothing_is_imported_while_a_seat_cannot_be_read() -> None:
    """A row may be that seat."""
    broken = load({**EMPTY, "seats/bob.yaml": b"seat: [\n"}).org
    with pytest.raises(
        Refused, match=r"seats/bob.yaml cannot be read \(see orgtp validate\), and a row may be that seat"
    ):
        plan(broken, people(person(2, "1", "Bob")))


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("aliases", "aliases: 1"),
        ("aliases", "aliases: [1]"),
        ("aliases", "alises: ['1']"),
        ("runs_from", "runs_from: [{repo: a, path: ../x}]"),
        ("email", "email: 5"),
    ],
)
def test_nothing_is_imported_while_what_identifies_a_seat_cannot_be_read(key: str, line: str) -> None:
    """Bob is there already. Whoever wrote the number without quotation marks would get a second one."""
    seat = f"seat: bob\nname: Bob\nrole: Clerk\nkind: human\nstatus: active\n{line}\n".encode()
    org = load({**EMPTY, "seats/bob.yaml": seat}).org
    with pytest.raises(
        Refused, match=rf"{key} in seats/bob.yaml cannot be read \(see orgtp validate\), and a row may be"
    ):
        plan(org, people(person(2, "1", "Bob")))


def test_a_name_in_another_script_gets_an_id_that_stays() -> None:
    rows = [SeatDraft("a.md:1", SeatKind.HUMAN, "李小龙", "Clerk"), SeatDraft("a.md:2", SeatKind.HUMAN, "王", "Clerk")]
    seats = [row.seat for row in plan(Org(), people(*rows)).rows]
    again = [row.seat for row in plan(Org(), people(*reversed(rows))).rows]
    assert seats == again[::-1]
    assert all(is_id(seat) and seat.startswith("person-") for seat in seats)


def test_a_row_is_the_seat_that_has_its_alias_address_or_file() -> None:
    seat = b"seat: dash\nname: Dash\nrole: Desk\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\n"
    ada = b"seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nemail: ada@example.com\naliases: [D-1]\n"
    place = f"runs_from: [{{repo: r, path: a.md, sha256: {SHA}}}]\n".encode()
    org = load({**EMPTY, "seats/ada.yaml": ada, "seats/dash.yaml": seat + place}).org
    sources = [
        people(person(2, "D-1", "Ada")),
        people(person(2, "", "Ada L", emails=("ADA@example.com",))),
        people(agent("x", ("r", "a.md", OTHER))),
        people(agent("y", ("other", "b.md", SHA))),
    ]
    known = {row.known_by: row.seat for source in sources for row in plan(org, source).rows}
    assert known == {
        "alias D-1": "ada",
        "address ADA@example.com": "ada",
        "file r/a.md": "dash",
        "content of b.md": "dash",
    }


def test_a_name_alone_is_no_identity() -> None:
    ada = b"seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\n"
    found = plan(load({**EMPTY, "seats/ada.yaml": ada}).org, people(person(2, "1", "Ada")), under="ada")
    (row,) = found.rows
    assert (row.fate, row.seat) == (RowFate.NEW, "ada-2")
    (note,) = row.notes
    assert note.startswith("the seat ada is called Ada, too. If it is the same seat, type this before the import, ")
    assert note.endswith("or after orgtp undo: orgtp seat set ada aliases=1")


def test_a_retired_seat_stays_as_it_is_and_its_id_is_not_used() -> None:
    jeff = b"seat: jeff\nname: Jeff\nrole: Desk\nkind: human\nstatus: retired\naliases: ['7']\n"
    files = {
        **EMPTY,
        "seats/jeff.yaml": jeff,
        "seats/ada.yaml": b"seat: ada\nname: Ada\nrole: F\nkind: human\nstatus: active\n",
    }
    found = plan(load(files).org, people(person(2, "7", "Jeff"), person(3, "8", "Bob", "7")), under="ada")
    assert [(row.seat, row.fate) for row in found.rows] == [("jeff", RowFate.RETIRED)]
    assert [(one.where, one.why) for one in found.bad] == [("people.csv:3", "it reports to jeff, which is retired")]
    assert found.change.edits == ()


def test_the_same_text_in_14_repositories_is_one_seat_with_14_places() -> None:
    rows = [agent("dash", (f"git.example.com/r{number:02}", "agents/dash.md", SHA)) for number in range(14)]
    files = imported(
        {**EMPTY, "seats/ada.yaml": b"seat: ada\nname: Ada\nrole: F\nkind: human\nstatus: active\n"},
        [people(*rows, format_="agents")],
        owner="ada",
    )
    assert [place.repo for place in load(files).org.seats["dash"].runs_from] == [
        f"git.example.com/r{n:02}" for n in range(14)
    ]
    more = agent("dash", ("git.example.com/r99", "agents/dash.md", SHA))
    files = imported(files, [people(*rows, more, format_="agents")], owner="ada")
    assert len(load(files).org.seats["dash"].runs_from) == 15
    assert [path for path in files if path.startswith("seats/d")] == ["seats/dash.yaml"]


def test_several_agents_of_one_file_are_several_seats() -> None:
    ada = b"seat: ada\nname: Ada\nrole: F\nkind: human\nstatus: active\n"
    rows = [agent("scout", ("r", "agents.yaml", SHA)), agent("clerk", ("r", "agents.yaml", SHA))]
    found = plan(load({**EMPTY, "seats/ada.yaml": ada}).org, people(*rows, format_="crewai"), owner="ada")
    assert {row.seat for row in found.rows if row.fate is RowFate.NEW} == {"scout", "clerk"}


BAD = {
    "unknown parent": (
        [person(2, "1", "Ada"), person(3, "2", "Bob", "99")],
        {3: 'it reports to the id "99", but no row and no seat has it'},
    ),
    "a parent that is bad, too": (
        [person(2, "1", "Ada"), person(3, "2", "Bob", "99"), person(4, "3", "Cy", "2"), person(5, "4", "Dee", "3")],
        {
            3: 'it reports to the id "99", but no row and no seat has it',
            4: "it reports to a row that cannot be imported (people.csv:3)",
            5: "it reports to a row that cannot be imported (people.csv:4)",
        },
    ),
    "a circle": (
        [person(2, "1", "Ada"), person(3, "2", "Bob", "3"), person(4, "3", "Cy", "2")],
        {
            3: "these report to each other in a circle: bob -> cy -> bob",
            4: "these report to each other in a circle: bob -> cy -> bob",
        },
    ),
    "two people with one id": (
        [person(2, "1", "Ada"), person(3, "1", "Bob")],
        {
            2: "several rows have the id 1, and other names or ids: people.csv:2, people.csv:3",
            3: "several rows have the id 1, and other names or ids: people.csv:2, people.csv:3",
        },
    ),
    "a name that two have": (
        [person(2, "1", "Ada"), person(3, "2", "Ada"), person(4, "3", "Bob", parent="")],
        {},
    ),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_a_bad_row_says_where_and_why(case: str) -> None:
    rows, wanted = BAD[case]
    found = plan(Org(), people(*rows))
    assert {int(one.where.rpartition(":")[2]): one.why for one in found.bad} == wanted
    if wanted:
        with pytest.raises(BadRows) as refused:
            import_seats(Org(), [people(*rows)], ImportRequest(), NOW)
        assert f"{len(wanted)} of {len(rows)} rows cannot be imported" in str(refused.value)


def test_an_ambiguous_name_of_a_manager_is_never_guessed() -> None:
    bob = SeatDraft("people.csv:4", SeatKind.HUMAN, "Bob", "Clerk", keys=("id:3",), parent="name:ada")
    (bad,) = plan(Org(), people(person(2, "1", "Ada"), person(3, "2", "Ada", "1"), bob)).bad
    assert bad.why == 'it reports to the name "ada", but several rows have it: people.csv:2 and people.csv:3'


def test_roots_in_a_chart_are_asked_once_for_all_rows() -> None:
    ada = b"seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\n"
    org = load({**EMPTY, "seats/ada.yaml": ada}).org
    source = people(
        person(2, "1", "Bob"), person(3, "2", "Cy"), agent("x", ("r", "x.md", SHA)), agent("y", ("r", "y.md", OTHER))
    )
    found = plan(org, source)
    assert [(one.key, one.rows, one.choices) for one in found.questions] == [
        ("under", ("people.csv:2", "people.csv:3"), ("ada",)),
        ("owner", ("r/x.md:1", "r/y.md:1"), ("ada",)),
    ]
    with pytest.raises(OpenQuestion) as asked:
        import_seats(org, [source], ImportRequest(), NOW)
    assert "Add --under SEAT, such as: --under ada" in str(asked.value)
    assert not plan(org, source, under="ada", owner="Ada").questions


def test_the_only_root_of_a_new_org_is_its_top_and_of_several_one_is() -> None:
    assert not plan(Org(), people(person(2, "1", "Ada"), person(3, "2", "Bob", "1"))).questions
    rows = people(person(2, "1", "Ada"), person(3, "2", "Bob"), person(4, "3", "Cy", "2"))
    assert plan(Org(), rows).questions[0].choices == ("bob", "ada")
    found = plan(Org(), rows, under="2")
    assert not found.questions
    assert {row.seat: row.reports_to for row in found.rows} == {"ada": "bob", "bob": "", "cy": "bob"}


def test_an_answer_must_be_a_seat_that_fits() -> None:
    rows = people(person(2, "1", "Ada"), agent("x", ("r", "x.md", SHA)))
    with pytest.raises(BadInput, match="Did you mean"):
        plan(Org(), rows, owner="adda")
    with pytest.raises(BadInput, match="x is an agent, and only a person can answer for a seat"):
        plan(Org(), rows, owner="x")
    assert {row.seat: row.owner for row in plan(Org(), rows, owner="ada").rows} == {"ada": "ada", "x": "ada"}


def test_members_report_to_their_group_and_those_of_several_to_the_one_above() -> None:
    def group(name: str, parent: str = "", members: tuple[str, ...] = ()) -> SeatDraft:
        return SeatDraft(
            where=f"teams:{name}",
            kind=SeatKind.GROUP,
            name=name,
            role="Team",
            keys=(f"ref:{name}",),
            parent=parent and f"ref:{parent}",
            members=members,
        )

    def member(name: str, *teams: str) -> SeatDraft:
        refs = tuple(f"ref:{team}" for team in teams)
        return SeatDraft(
            f"teams:{name}", SeatKind.HUMAN, name, "Member", keys=(f"ref:{name}",), aliases=(name,), member_of=refs
        )

    rows = [group("all"), group("web", "all", members=("ref:cy",)), group("ops", "all"), group("night", "ops")]
    rows += [member("bob", "web"), member("cy"), member("dee", "web", "ops"), member("eve", "ops", "night")]
    ada = b"seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\n"
    files = imported({**EMPTY, "seats/ada.yaml": ada}, [people(*rows)], under="ada", owner="ada")
    seats = load(files).org.seats
    assert {name: (seats[name].reports_to, seats[name].also_reports_to) for name in ("bob", "cy", "dee", "eve")} == {
        "bob": ("web", ()),
        "cy": ("web", ()),
        "dee": ("all", ("ops", "web")),
        "eve": ("night", ()),
    }


def test_nothing_is_invented() -> None:
    row = person(2, "1", "Ada", mission="# Heading\nSells things.")
    seat = load(imported(EMPTY, [people(row)])).org.seats["ada"]
    assert (seat.since, dict(seat.metrics), dict(seat.capabilities), seat.status) == (None, {}, {}, "proposed")
    assert (seat.mission, seat.own["x-imported.unreviewed"]) == ("# Heading\nSells things.", "mission")


def test_a_seat_made_by_people_stays_as_it_is_when_a_row_is_the_same() -> None:
    ada = b"seat: ada\nname: Ada L\nrole: CEO\nkind: human\nstatus: active\nemail: ada@example.com\n"
    files = imported({**EMPTY, "seats/ada.yaml": ada}, [people(person(2, "1", "Ada", emails=("ada@example.com",)))])
    seat = load(files).org.seats["ada"]
    assert (seat.name, seat.role, seat.status, seat.aliases) == ("Ada L", "CEO", "active", ("1",))
    assert changed(files, "seats/ada.yaml", "name: Ada L", "name: Ada")
