"""Repeated imports: what people changed stays, what the source changed follows, field by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orgtp.actions.import_seats.plan import import_seats
from orgtp.actions.import_seats.request import ImportRequest
from orgtp.actions.import_seats.result import FieldFate, FieldMerge, RowFate
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.inventory.imported import is_mission_unreviewed
from orgtp.model.seat import DefinitionPlace
from tests.imports.drafts import EMPTY, NOW, agent, changed, imported, load, people, person, plan

LONG = "Finds what moved in client ad spend and tells the people who decide. " * 3
ADA = person(2, "1", "Ada Low", mission=LONG, emails=("ada@example.com",), role="Clerk")
BOB, CY = person(3, "2", "Bob", "1"), person(4, "3", "Cy", "1")
WATCHED = person(5, "4", "Dee", "2", mission=LONG, emails=("dee@example.com",), role="Clerk")


def source_with(**fields: Any) -> DraftSource:
    """The rows, of which the last has other fields."""
    return people(ADA, BOB, CY, replace(WATCHED, **fields))


FIRST = source_with()
# The key, its line in the file after the first import, what a person makes of it, and what the source says then.
FIELDS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "name": ("name: Dee\nrole", "name: Dee Mine\nrole", {"name": "Dee Theirs"}, "Dee Theirs"),
    "role": ("role: Clerk\nkind", "role: Mine\nkind", {"role": "Theirs"}, "Theirs"),
    "reports_to": ("reports_to: bob\nmission", "reports_to: ada-low\nmission", {"parent": "id:3"}, "cy"),
    "email": (
        "email: dee@example.com\nali",
        "email: m@example.com\nali",
        {"emails": ("t@example.com",)},
        "t@example.com",
    ),
    "mission": (LONG.strip(), "Mine", {"mission": "Theirs"}, "Theirs"),
}


def read_field(files: dict[str, bytes], key: str) -> str:
    seat = load(files).org.seats["dee"]
    return str(getattr(seat, key))


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_a_field_that_only_the_source_changed_follows_it(key: str) -> None:
    _, _, theirs, value = FIELDS[key]
    files = imported(EMPTY, [FIRST])
    found = plan(load(files).org, source_with(**theirs))
    (merged,) = [field for row in found.rows for field in row.fields]
    assert (merged.key, merged.fate, merged.theirs) == (key, FieldFate.FOLLOWED, value)
    files = imported(files, [source_with(**theirs)])
    assert read_field(files, key) == value
    assert_settled(files, source_with(**theirs))


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_a_field_that_only_people_changed_stays(key: str) -> None:
    old, new, _, _ = FIELDS[key]
    files = changed(imported(EMPTY, [FIRST]), "seats/dee.yaml", old, new)
    before = read_field(files, key)
    found = plan(load(files).org, FIRST)
    (merged,) = [field for row in found.rows for field in row.fields]
    assert (merged.key, merged.fate) == (key, FieldFate.KEPT)
    assert found.change.edits == ()
    assert imported(files, [FIRST]) == files
    assert read_field(files, key) == before


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_a_field_that_both_changed_stays_and_is_reported(key: str) -> None:
    old, new, theirs, value = FIELDS[key]
    files = changed(imported(EMPTY, [FIRST]), "seats/dee.yaml", old, new)
    before = read_field(files, key)
    found = plan(load(files).org, source_with(**theirs))
    (merged,) = [field for row in found.rows for field in row.fields]
    assert (merged.key, merged.fate, merged.ours.strip(), merged.theirs) == (key, FieldFate.BOTH, before.strip(), value)
    files = imported(files, [source_with(**theirs)])
    assert read_field(files, key) == before
    # From then on, the source has not changed it again.
    (after,) = [field for row in plan(load(files).org, source_with(**theirs)).rows for field in row.fields]
    assert after.fate is FieldFate.KEPT
    assert_settled(files, source_with(**theirs))


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_a_field_that_both_changed_to_the_same_follows_the_source_from_then_on(key: str) -> None:
    _, _, theirs, value = FIELDS[key]
    ours = imported(imported(EMPTY, [FIRST]), [source_with(**theirs)])
    first = imported(EMPTY, [FIRST])
    # As if a person had typed what the source says now.
    text = ours["seats/dee.yaml"].decode().partition("x-imported:")[0]
    rest = first["seats/dee.yaml"].decode().partition("x-imported:")[2]
    files = {**first, "seats/dee.yaml": f"{text}x-imported:{rest}".encode()}
    assert [field for row in plan(load(files).org, source_with(**theirs)).rows for field in row.fields] == []
    files = imported(files, [source_with(**theirs)])
    assert read_field(files, key) == value
    assert plan(load(files).org, FIRST).rows[3].fields[0].fate is FieldFate.FOLLOWED


def assert_settled(files: dict[str, bytes], *sources: DraftSource) -> None:
    """Importing the same again changes nothing, and makes no commit."""
    change = import_seats(load(files).org, sources, ImportRequest(), NOW)
    assert change.edits == ()
    assert change.what == "nothing new from people"


def test_an_empty_field_gets_what_the_source_says_later_unless_people_removed_it() -> None:
    files = imported(EMPTY, [source_with(mission="", role="")])
    assert read_field(files, "role") == "not known"
    files = imported(files, [source_with(mission="Sells.", role="Clerk")])
    assert (read_field(files, "mission"), read_field(files, "role")) == ("Sells.", "Clerk")
    files = changed(files, "seats/dee.yaml", "\nmission: Sells.\n", "\n")
    assert imported(files, [source_with(mission="Sells.", role="Clerk")]) == files
    files = imported(files, [source_with(mission="Sells more.", role="Clerk")])
    assert read_field(files, "mission") == ""


def test_what_the_source_does_not_say_any_more_stays() -> None:
    files = imported(EMPTY, [FIRST])
    assert imported(files, [source_with(mission="", role="", emails=())]) == files


def test_a_manager_that_the_source_has_no_more_is_reported() -> None:
    files = imported(EMPTY, [FIRST])
    found = plan(load(files).org, source_with(parent=""))
    assert found.rows[3].fields == (FieldMerge("reports_to", FieldFate.KEPT, "bob", "", "bob"),)
    assert not found.questions


def test_a_mission_that_follows_is_unreviewed_again() -> None:
    files = imported(EMPTY, [FIRST])
    files = changed(files, "seats/dee.yaml", "  unreviewed: mission\n", "")
    assert not is_mission_unreviewed(load(files).org.seats["dee"])
    files = imported(files, [source_with(mission="Other")])
    assert is_mission_unreviewed(load(files).org.seats["dee"])


def test_another_source_changes_nothing_that_the_first_one_wrote() -> None:
    files = imported(EMPTY, [FIRST])
    other = people(person(9, "4", "Dee", role="Member", emails=("dee@example.com",)), name="github")
    found = plan(load(files).org, other)
    assert found.rows[0].fields == (FieldMerge("role", FieldFate.OTHER, "Clerk", "Member", ""),)
    assert imported(files, [other]) == files
    assert_settled(imported(files, [FIRST, other]), FIRST)
    # In one run, the source that wrote it first goes on to own it, in whatever order they come.
    assert imported(files, [other, source_with(role="Lead")]) == imported(files, [source_with(role="Lead"), other])


SHA, OTHER = "a" * 64, "b" * 64
OWNER = b"seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\n"


def bot(sha256: str, *more: tuple[str, str, str]) -> SeatDraft:
    return replace(agent("bot", ("r", "bot.md", sha256), *more), aliases=("bot",))


def test_a_new_version_of_a_file_is_taken_as_long_as_nobody_reviewed_the_seat() -> None:
    files = imported({**EMPTY, "seats/ada.yaml": OWNER}, [people(bot(SHA), format_="agents")], owner="ada")
    files = imported(files, [people(bot(OTHER), format_="agents")])
    assert load(files).org.seats["bot"].runs_from == (DefinitionPlace("r", "bot.md", OTHER),)


def test_a_new_version_of_a_file_of_a_seat_in_force_waits_for_a_person() -> None:
    files = imported({**EMPTY, "seats/ada.yaml": OWNER}, [people(bot(SHA), format_="agents")], owner="ada")
    files = changed(files, "seats/bot.yaml", "status: proposed", "status: active")
    found = plan(load(files).org, people(bot(OTHER, ("r2", "bot.md", OTHER)), format_="agents"))
    (row,) = found.rows
    assert row.fields[0] == FieldMerge("runs_from.0.sha256", FieldFate.KEPT, SHA, OTHER, SHA)
    command = f"orgtp seat set bot runs_from=r:bot.md@{OTHER}"
    assert row.notes == (f"r/bot.md has changed since bot was reviewed. When you have read it: {command}",)
    files = imported(files, [people(bot(OTHER, ("r2", "bot.md", OTHER)), format_="agents")])
    # The second place is new, and nobody has read its text.
    assert load(files).org.seats["bot"].runs_from == (
        DefinitionPlace("r", "bot.md", SHA),
        DefinitionPlace("r2", "bot.md", ""),
    )
    assert plan(load(files).org, people(bot(OTHER, ("r2", "bot.md", OTHER)), format_="agents")).change.edits == ()


def test_who_is_gone_is_listed_with_the_command_and_only_once() -> None:
    files = imported({**EMPTY, "seats/ada.yaml": OWNER}, [people(BOB_TOP, bot(SHA))], owner="ada", under="ada")
    found = plan(load(files).org, people())
    assert [(one.seat, one.source, one.command) for one in found.gone] == [
        ("bob", "people", "orgtp leave bob"),
        ("bot", "people", "orgtp retire bot --reason 'No longer in people'"),
    ]
    assert plan(load(files).org, people(name="other")).gone == ()
    assert plan(load(files).org, people(), is_part=True).gone == ()
    vacant = changed(files, "seats/bob.yaml", "status: proposed", "status: vacant")
    assert [one.seat for one in plan(load(vacant).org, people()).gone] == ["bot"]


def test_nobody_is_gone_from_another_source_of_the_same_name() -> None:
    files = imported({**EMPTY, "seats/ada.yaml": OWNER}, [people(BOB_TOP)], under="ada")
    assert plan(load(files).org, people(person(2, "x-7", "Zoe"))).gone == ()
    assert [one.seat for one in plan(load(files).org, people(person(2, "x-7", "Zoe"), BOB_TOP)).gone] == []
    assert [one.seat for one in plan(load(files).org, people()).gone] == ["bob"]


BOB_TOP = person(3, "2", "Bob")


def test_a_row_that_is_bad_now_is_not_gone() -> None:
    files = imported(EMPTY, [FIRST])
    found = plan(load(files).org, people(ADA, BOB, CY, replace(WATCHED, parent="id:99")))
    assert [one.where for one in found.bad] == ["people.csv:5"]
    assert found.gone == ()


def test_people_without_ids_are_known_again_by_the_name_that_they_had() -> None:
    rows = [person(2, "", "Ada"), replace(person(3, "", "Bob"), parent="name:ada")]
    files = imported(EMPTY, [people(*rows)])
    files = changed(files, "seats/bob.yaml", "name: Bob\nrole", "name: Robert\nrole")
    found = plan(load(files).org, people(*rows))
    assert {row.seat: row.fate for row in found.rows} == {"ada": RowFate.UNCHANGED, "bob": RowFate.UNCHANGED}
    assert_settled(files, people(*rows))


def test_two_of_one_name_without_ids_are_told_apart_by_their_roles() -> None:
    rows = [person(2, "", "Ada", role="Chief"), replace(person(3, "", "Bo", role="Cook"), parent="name:ada")]
    rows.append(replace(person(4, "", "Bo", role="Clerk"), parent="name:ada"))
    files = imported(EMPTY, [people(*rows)])
    assert_settled(files, people(rows[0], rows[2], rows[1]))
    # One of them has another role now, and is the only one left of the name.
    other = replace(rows[1], role="Chef")
    files = imported(files, [people(rows[0], other, rows[2])])
    assert sorted(seat.role for seat in load(files).org.seats.values()) == ["Chef", "Chief", "Clerk"]
