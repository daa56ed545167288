"""Merges that undo what others decided, and merges that only bring two lines together."""

from __future__ import annotations

import pytest

from tests.audit.signing import ORG, Signed, judged, make_signed, seat
from tests.conftest import Shell

BOT = "seats/bot.yaml"
TARGET = seat("bot", "metrics:\n  m:\n    name: M\n    target: 5\n")


@pytest.fixture
def org(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Signed:
    """Everyone in the policy, and a branch `side` from before Bob decides something on main."""
    for name, value in shell.env().items():
        monkeypatch.setenv(name, value)
    made = make_signed(shell)
    made.admit("ada", "bob", "bot", "clerk", "tally")
    made.shell.git("switch", "-qc", "side")
    made.commit({"notes.txt": "x"}, "bot")
    made.shell.git("switch", "-q", "main")
    return made


def merged(org: Signed, by: str, first: str, second: str, *words: str) -> str:
    org.shell.git("switch", "-q", first)
    return org.git(by, "merge", "-q", "--no-ff", "-m", "Merge", *words, second)


@pytest.mark.parametrize(("by", "rules"), [("bot", ["signer-not-allowed"]), ("bob", []), ("ada", [])])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_merge_undoes_what_another_decided(org: Signed, by: str, rules: list[str], *, swapped: bool) -> None:
    org.commit({BOT: TARGET}, "bob")
    if swapped:
        org.git("", "merge", "-q", "--no-ff", "--no-commit", "side")
        org.shell.git("checkout", "-q", "side", "--", "seats")
        org.git(by, "commit", "-qm", "Merge")
    else:
        merged(org, by, "side", "main", "-s", "ours")
    found = judged(org.shell)
    assert found.said == [(rule, BOT) for rule in rules]
    assert all("undo" in one.message for one in found.violations)


def test_a_merge_with_what_was_long_before(org: Signed) -> None:
    """No branch at all: the second parent is one that the first goes back to."""
    org.commit({BOT: TARGET}, "bob")
    raw = org.shell.git("write-tree").out.strip()
    old = org.shell.git("rev-parse", "HEAD~1").out.strip()
    org.git("bot", "commit", "-q", "--allow-empty", "-m", "Nothing")
    tree = org.shell.git("rev-parse", f"{old}^{{tree}}").out.strip()
    assert tree != raw
    id_ = org.shell.git("commit-tree", "-S", "-p", "HEAD", "-p", old, "-m", "Merge", tree).out.strip()
    assert judged(org.shell, id_).said == [("signer-not-allowed", BOT)]


def test_a_merge_with_a_history_of_its_own(org: Signed) -> None:
    """Whoever begins anew has no say over what stands."""
    files = {BOT: TARGET, "org.yaml": ORG + "  grace: 2h\n"}
    org.shell.git("switch", "-q", "--orphan", "other")
    org.commit(files)
    org.shell.git("switch", "-q", "main")
    org.git("", "merge", "-q", "--no-commit", "-s", "ours", "--allow-unrelated-histories", "other")
    org.shell.git("checkout", "-q", "other", "--", "seats")
    org.git("bot", "commit", "-qm", "Merge")
    assert judged(org.shell).said == [("signer-not-allowed", BOT)]


def test_a_seat_that_a_merge_leaves_out(org: Signed) -> None:
    org.commit({"seats/new.yaml": seat("new", "kind: agent\nowner: bob\nreports_to: bob\n")}, "bob")
    merged(org, "bot", "side", "main", "-s", "ours")
    assert judged(org.shell).said == [("signer-not-allowed", "seats/new.yaml")]


@pytest.mark.parametrize(("by", "rules"), [("bob", ["signer-not-allowed"]), ("ada", [])])
def test_an_approver_who_was_removed_stays_so(org: Signed, by: str, rules: list[str]) -> None:
    """By the policy that bob brings back he would be an approver; the newer one counts."""
    both, one = (f"{ORG}  retirement: {{approvers: [{names}]}}\n" for names in ("ada, bob", "ada"))
    org.commit({"org.yaml": both}, "ada")
    org.shell.git("switch", "-qc", "old")
    org.commit({"more.txt": "x"}, "bot")
    org.shell.git("switch", "-q", "main")
    org.commit({"org.yaml": one}, "ada")
    merged(org, by, "old", "main", "-s", "ours")
    assert judged(org.shell).said == [(rule, "org.yaml") for rule in rules]


@pytest.mark.parametrize("swapped", [False, True])
def test_an_ordinary_merge_undoes_nothing(org: Signed, *, swapped: bool) -> None:
    org.commit({BOT: TARGET, "org.yaml": ORG + "  grace: 2h\n"}, "ada")
    merged(org, "clerk", *(("side", "main") if swapped else ("main", "side")))
    assert judged(org.shell).violations == []


def test_a_merge_of_two_changes_of_different_files(org: Signed) -> None:
    org.commit({BOT: TARGET}, "bob")
    org.shell.git("switch", "-q", "side")
    org.commit({"seats/clerk.yaml": seat("clerk", "mission: M\n")}, "bob")
    merged(org, "clerk", "main", "side")
    assert judged(org.shell).violations == []


def test_a_merge_of_two_changes_of_one_file(org: Signed) -> None:
    """It is as in neither parent then, and whoever merges must be one who may change it."""
    org.commit({BOT: seat("bot", "mission: M\n").replace("role: R", "role: S")}, "bob")
    org.shell.git("switch", "-q", "side")
    org.commit({BOT: seat("bot") + "mission: M\n"}, "bob")
    merged(org, "bob", "main", "side")
    assert "role: S" in org.shell.read(BOT)
    assert judged(org.shell).violations == []


def test_what_was_taken_back_by_who_may_is_merged_by_anybody(org: Signed) -> None:
    before = org.shell.read(BOT)
    org.commit({BOT: TARGET}, "bob")
    org.shell.git("switch", "-q", "side")
    merged(org, "clerk", "side", "main")
    org.commit({BOT: before}, "bob")
    org.shell.git("switch", "-q", "main")
    org.commit({"more.txt": "x"}, "bot")
    merged(org, "clerk", "main", "side")
    assert judged(org.shell).violations == []
