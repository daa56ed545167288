"""What two clones do with the same to-do comes together, and everything that is legal stays intact for the audit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.conftest import Shell
from tests.size import combine
from tests.sync.clones import Clones

EARLIER, LATER = "2026-11-20T18:10:00-05:00", "2026-11-20T18:20:00-05:00"


def todo(here: Shell, words: Sequence[str], now: str) -> None:
    here("todo", *words, ORGTP_NOW=now)


SAME_TO_DO = [
    (("move", "call", "--to", "cat", "--by", "ada"), ("done", "call", "--by", "bot")),
    (("move", "call", "--to", "cat", "--by", "ada"), ("start", "call", "--by", "bot")),
    (("move", "call", "--to", "cat", "--by", "ada"), ("move", "call", "--to", "ada", "--by", "ada")),
    (("done", "call", "--by", "bot"), ("drop", "call", "--note", "No need", "--by", "ada")),
]


@pytest.mark.parametrize(
    ("mine", "theirs", "times"),
    [(*both, times) for both, times in combine(SAME_TO_DO, [(LATER, EARLIER), (EARLIER, LATER)])],
)
def test_what_two_clones_do_is_intact(
    clones: Clones, mine: Sequence[str], theirs: Sequence[str], times: tuple[str, str]
) -> None:
    clones.a("todo", "add", "Call the bank", "--owner", "bot", "--due", "2026-12-01", "--by", "ada")
    clones.a("sync")
    clones.b("sync")
    todo(clones.a, mine, times[0])
    todo(clones.b, theirs, times[1])
    for here in (clones.a, clones.b, clones.a):
        here("sync")
    assert clones.a.head() == clones.b.head()
    for here in (clones.a, clones.b):
        assert here("audit", "verify", "--full", "--json").json["violations"] == []
        assert here("validate", "--json").json["summary"]["errors"] == 0
    events = clones.a("todo", "show", "call", "--json").json["todo"]["events"]
    assert [event["action"] for event in events if event["action"] == "added"] == ["added"]
    assert len(events) == 3


def test_the_same_words_for_two_seats_are_two_to_dos_and_nothing_is_lost(clones: Clones) -> None:
    """Nobody can tell whose it is, so the second sync stops and names the file, and both commits are still there."""
    for here, owner, due in ((clones.a, "bot", "2026-12-09"), (clones.b, "cat", "2026-12-02")):
        here("todo", "add", "Call the bank", "--owner", owner, "--due", due, "--by", "ada")
    clones.a("sync")
    ran = clones.b("sync", code=1)
    assert "todos/2026-11-20-call-the-bank.yaml" in ran.err
    assert "owner: cat" in clones.b.read("todos/2026-11-20-call-the-bank.yaml")
    assert "owner: bot" in clones.a.read("todos/2026-11-20-call-the-bank.yaml")


def test_the_same_to_do_added_twice_is_one(clones: Clones) -> None:
    for here in (clones.a, clones.b):
        here("todo", "add", "Call the bank", "--owner", "bot", "--due", "2026-12-09", "--by", "ada")
    for here in (clones.a, clones.b, clones.a):
        here("sync")
    assert len(clones.b("todo", "list", "--json").json["todos"]) == 1
    assert clones.b("audit", "verify", "--full", "--json").json["violations"] == []
