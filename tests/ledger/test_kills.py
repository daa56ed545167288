"""Kills at random moments and between the steps; `make torture` runs 500 of the first, and every line of the second."""

from __future__ import annotations

import pytest

from tests.conftest import Shell
from tests.ledger.kills import Cutter, cut_at, cutter, kill_commands
from tests.ledger.ledgers import ids, leftovers, status

SEED = 20261120


def test_kills_at_random_moments(here: Shell) -> None:
    print(kill_commands(here, 12, SEED))


@pytest.mark.parametrize(
    ("before", "how", "points"),
    [("plain", "group", 9), ("plain", "alone", 5), ("waiting", "alone", 4), ("unmoved", "group", 3)],
)
def test_cuts_between_the_steps(here: Shell, before: str, how: str, points: int) -> None:
    print(cut_at(here, before, how, points, SEED))


@pytest.mark.parametrize(
    ("before", "how"),
    [("moved", "group"), ("behind", "alone"), ("behind", "group"), ("kept", "alone"), ("kept", "group")],
)
def test_cuts_after_a_crash_and_on_the_way_to_the_outbox(here: Shell, before: str, how: str) -> None:
    print(cut_at(here, before, how, 3, SEED))


def test_cuts_in_a_bare_clone(bare: Shell) -> None:
    print(cut_at(bare, "plain", "group", 5, SEED))


def _killed(cut: Cutter, at: str, how: str = "group") -> list[str]:
    """What is left over after a kill at a function."""
    assert cut(f"{at}-{how}", at, how)["signal"] == 9
    return leftovers(cut.here)


@pytest.mark.parametrize("where", ["clone", "bare"])
def test_a_git_that_is_killed_with_us_leaves_locks_that_the_next_run_takes_away(
    here: Shell, where: str, bare: Shell
) -> None:
    there = here if where == "clone" else bare
    with cutter(there) as cut:
        assert {"HEAD.lock", "refs/heads/main.lock", "orgtp/journal"} <= set(_killed(cut, "RefTransaction.commit"))
        cut("RefTransaction.commit-group")
        assert leftovers(there) == []


def test_before_the_commit_point_nothing_has_happened(here: Shell) -> None:
    with cutter(here) as cut:
        before = here.head()
        left = _killed(cut, "RefTransaction.commit", "alone")
        assert {"index.lock", "orgtp-index.old", "orgtp/journal"} <= set(left)
        assert here.head() == before
        cut("another")
        assert ids(here) == ["another", "first"]
        assert status(here) == []
        cut("RefTransaction.commit-alone")


def test_after_the_commit_point_the_next_run_finishes(here: Shell) -> None:
    with cutter(here) as cut:
        left = _killed(cut, "Checkout.update_files")
        assert {"index.lock", "orgtp-index.old", "orgtp/journal"} <= set(left)
        assert "Checkout.update_files-group" in ids(here)
        assert status(here) == [" M scores/bot/2026-11.jsonl"]
        cut("another")
        assert (status(here), leftovers(here)) == ([], [])


def test_what_a_crash_left_is_put_right_around_the_work_of_a_person(here: Shell) -> None:
    """They edit and stage between the crash and the next run, as far as the lock that is left lets them."""
    here.write("notes/plan.txt", "staged\n")
    here.git("add", "notes/plan.txt")
    with cutter(here) as cut:
        _killed(cut, "RefTransaction.commit", "alone")
        here.write("notes/kept.txt", "dirty\n")
        cut("RefTransaction.commit-alone")
        _killed(cut, "Checkout.update_files")
        cut("Checkout.update_files-group")
        assert status(here) == [" M notes/kept.txt", "M  notes/plan.txt"]
        here.git("checkout", "-q", "HEAD", "--", "notes")


def test_a_half_made_index_is_made_anew(here: Shell) -> None:
    here.write(".git/orgtp-index.new", "half")
    here.write(".git/orgtp-index.new.lock", "")
    here("score", "add", "bot", "number", "12", "--id", "first")
    assert (status(here), leftovers(here)) == ([], [])
