"""Many writers and a person on one clone; `make torture` runs 32 writers of 10 values."""

from __future__ import annotations

from tests.conftest import Shell
from tests.ledger.crowd import Person, crowd
from tests.ledger.ledgers import VALUE, assert_whole, ids


def test_many_writers_beside_a_person(here: Shell) -> None:
    print(crowd(here, 8, 4))


def test_a_script_that_commits_without_a_pause_starves_nobody(here: Shell) -> None:
    with Person(here, pause=0) as person:
        for turn in range(3):
            here(*VALUE, "12", "--id", f"v{turn}")
    assert person.error == ""
    assert ids(here) == ["v0", "v1", "v2"]
    assert_whole(here, ["M  notes/draft.txt", " M notes/kept.txt"])
