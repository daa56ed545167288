"""Importing twice equals importing once, whatever the table, the order of its rows, and the edits in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgtp.model.inventory.draft import SeatDraft
from tests.imports.drafts import EMPTY, imported, load, people, person, plan
from tests.size import choose_size

NAMES = ["Ada", "Ádá", "Bob Ray", "bob-ray", "李", "3D", "x" * 70, "aux", "O'Neil"]
ROLES = ["Clerk", "Chief", ""]


@st.composite
def tables(draw: st.DrawFn, earlier: Sequence[SeatDraft] = ()) -> list[SeatDraft]:
    """A table of people with one top: each reports to somebody above in the table, most have an id and an address.

    Whoever has another name than in the `earlier` table has the same address: an id alone is no person.
    """
    rows: list[SeatDraft] = []
    for number in range(draw(st.integers(1, 8))):
        parent = str(draw(st.integers(0, number - 1))) if number else ""
        emails = (f"p{number}@example.com",) if draw(st.booleans()) else ()
        known = earlier[number : number + 1]
        names = [one.name for one in known if not (emails and one.emails)] or NAMES
        row = person(number + 2, str(number), draw(st.sampled_from(names)), parent, role=draw(st.sampled_from(ROLES)))
        rows.append(replace(row, emails=emails, mission=draw(st.sampled_from(["", "Sells.", "y" * 100]))))
    return rows


EDITS = {"\nrole: Clerk\n": "\nrole: Mine\n", "\nmission: Sells.\n": "\n", "status: proposed": "status: active"}


@settings(max_examples=choose_size(15, 1000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_importing_twice_equals_importing_once(data: st.DataObject) -> None:
    rows = data.draw(tables())
    once = imported(EMPTY, [people(*rows)])
    # The same ids, in whatever order the rows come.
    mixed = data.draw(st.permutations(rows))
    assert imported(EMPTY, [people(*mixed)]) == once
    # Edits of people stay, and are not imported over.
    edited = dict(once)
    for path in data.draw(st.lists(st.sampled_from(sorted(path for path in once if path != "org.yaml")), max_size=4)):
        old, new = data.draw(st.sampled_from(sorted(EDITS.items())))
        edited[path] = edited[path].decode().replace(old, new, 1).encode()
    assert imported(edited, [people(*mixed)]) == edited
    # And another table, twice.
    other = data.draw(tables(rows))
    after = imported(edited, [people(*other)], under="0", is_part=True)
    assert imported(after, [people(*data.draw(st.permutations(other)))], under="0") == after
    assert load(after).org.seats.keys() >= load(edited).org.seats.keys()
    assert not plan(load(after).org, people(*other)).bad
