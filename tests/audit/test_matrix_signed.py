"""The tamper matrix, third part: who may write what, and a past that was kept outside of the history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit import ways_signed as ways
from tests.audit.keys import make_key, sign_with
from tests.audit.scene import BOT, Scene, line
from tests.audit.signing import Signed, make_signed, seat
from tests.audit.ways import meant, told
from tests.conftest import Shell

INTACT, VIOLATED = 0, 1
MATRIX: tuple[tuple[ways.Signing, int, str], ...] = (
    (ways.in_order, INTACT, ""),
    (ways.forged_author, VIOLATED, "signer-not-allowed"),
    (ways.self_admitted_key, VIOLATED, "signer-unknown"),
    (ways.key_admitted_by_one_who_may_not, VIOLATED, "signer-not-allowed"),
    (ways.values_of_another_seat, VIOLATED, "signer-not-allowed"),
    (ways.own_inputs_in_order, INTACT, ""),
    (ways.more_than_own_inputs, VIOLATED, "signer-not-allowed"),
    (ways.inputs_of_another_seat, VIOLATED, "signer-not-allowed"),
    (ways.value_withdrawn_in_order, INTACT, ""),
    (ways.value_withdrawn_by_the_seat_itself, VIOLATED, "record-forged signer-not-allowed"),
    (ways.key_returned, VIOLATED, "key-returned"),
    (ways.policy_rolled_back, VIOLATED, "policy-rolled-back"),
    (ways.signers_removed, VIOLATED, "signatures-dropped"),
    (ways.requirement_removed, VIOLATED, "signatures-dropped"),
    (ways.unsigned, VIOLATED, "signature-missing"),
    (ways.squashed_by_nobody, VIOLATED, "signature-missing"),
    (ways.message_changed, VIOLATED, "signature-bad"),
    (ways.author_changed, VIOLATED, "signature-bad"),
    (ways.tree_changed, VIOLATED, "signature-bad"),
    (ways.who_did_it_is_another, VIOLATED, "trailer-forged"),
    (ways.retired_signs, VIOLATED, "signer-not-allowed"),
    (ways.revoked_key_merges, VIOLATED, "signer-unknown"),
    (ways.revoked_key_merges_with_swapped_parents, VIOLATED, "signer-unknown"),
    (ways.revoked_key_on_an_old_branch, INTACT, ""),
    (ways.evil_merge_signed, VIOLATED, "signer-not-allowed"),
    (ways.names_in_order, INTACT, ""),
    (ways.value_by_another, VIOLATED, "record-forged"),
    (ways.value_by_another_in_other_words, VIOLATED, "record-forged"),
    (ways.value_by_another_in_a_merge, VIOLATED, "record-forged merge-added-lines"),
    (ways.blank_by_another, VIOLATED, "record-forged"),
    (ways.escalation_opened_by_another, VIOLATED, "record-forged"),
    (ways.escalation_resolved_by_another, VIOLATED, "record-forged"),
    (ways.silence_by_another, VIOLATED, "record-forged"),
    (ways.approved_by_another, VIOLATED, "trailer-forged"),
    (ways.approved_by_another_with_a_line_below, VIOLATED, "trailer-forged"),
    (ways.holidays_with_a_retirement, VIOLATED, "signer-not-allowed"),
)


@pytest.fixture
def org(shell: Shell) -> Signed:
    """An org with everyone in its policy, verified once."""
    made = make_signed(shell)
    made.commit({"seats/bot.yaml": seat("bot", ways.METRIC)})
    made.admit(*ways.EVERYONE)
    made.shell("audit", "verify")
    return made


@pytest.mark.parametrize(("way", "code", "rules"), MATRIX, ids=[row[0].__name__ for row in MATRIX])
def test_who_may(org: Signed, way: ways.Signing, code: int, rules: str) -> None:
    expected = way(org)
    for words in ((), ("--full",)):
        report = Scene(org.shell).verify(*words)
        assert told(report["violations"]) == meant(expected)
        assert (report["code"], report["gaps"]) == (code, [])
        assert {row["rule"] for row in report["violations"]} == set(rules.split())


def test_what_a_revoked_key_had_signed_is_noted_where_it_is_merged(org: Signed) -> None:
    ways.revoked_key_on_an_old_branch(org)
    notes = [
        row
        for row in Scene(org.shell).verify(code=0)["notes"]
        if "signed with a key that had been removed" in row["what"]
    ]
    assert [row["commit"] for row in notes] == [org.shell.head()]


# What was kept outside, or by this clone.


def checkpoint(scene: Scene) -> Path:
    """A checkpoint of the scene as it is now, kept elsewhere."""
    key = scene.shell.home / "checkpoint-key"
    if not key.exists():
        make_key(scene.shell.home, "checkpoint-key")
    path = scene.shell.home / "checkpoint.txt"
    path.write_text(scene.shell("audit", "checkpoint", "--key", str(key)).out, encoding="utf-8")
    return path


def amended(scene: Scene) -> None:
    """The last commit is made anew with other words."""
    scene.commit({}, "Other words\n", on=["main^"])


def squashed(scene: Scene) -> None:
    """All that was becomes one commit."""
    tree = scene.git("rev-parse", "main^{tree}")
    scene.move(scene.git("commit-tree", "-m", "Begin", tree))


def edited_long_ago(scene: Scene) -> None:
    """A value is another one from the beginning on: every commit since is made anew, each as good as before."""
    tip = scene.tip()
    scene.checkout()
    scene.git(
        "filter-branch",
        "-f",
        "--tree-filter",
        f"test ! -f {BOT} || sed -i s/12/99/ {BOT}",
        FILTER_BRANCH_SQUELCH_WARNING="1",
    )
    assert scene.tip() != tip
    assert '"99"' in scene.text(BOT)


def cut_off(scene: Scene) -> None:
    """The last two commits are dropped."""
    scene.move(scene.tip("main~2"))


def another_root(scene: Scene) -> None:
    """The history is the same, but for a first commit before the first."""
    scene.git(
        "replace", "--graft", scene.git("rev-list", "--max-parents=0", "main"), scene.commit({"a": "b"}, on=[], to="x")
    )
    scene.checkout()
    scene.git("filter-branch", "-f", "main", FILTER_BRANCH_SQUELCH_WARNING="1")
    for ref in scene.git("for-each-ref", "--format=%(refname)", "refs/replace/").split():
        scene.git("update-ref", "-d", ref)


REWRITTEN: tuple[Callable[[Scene], None], ...] = (amended, squashed, edited_long_ago, cut_off, another_root)


@pytest.mark.parametrize("rewrite", REWRITTEN, ids=[one.__name__ for one in REWRITTEN])
def test_a_checkpoint_that_the_history_does_not_contain(scene: Scene, rewrite: Callable[[Scene], None]) -> None:
    """A clone that was made afterwards has no witness; what was kept outside has."""
    path, head = checkpoint(scene), scene.tip()
    assert scene.verify("--checkpoint", str(path))["violations"] == []
    rewrite(scene)
    there = scene.at("clone")
    scene.git("clone", "-q", f"file://{scene.shell.folder}", str(there.shell.folder))
    report = there.verify("--checkpoint", str(path), code=1)
    kept = [row for row in report["violations"] if row["rule"] == "checkpoint-not-contained"]
    assert [(row["before"], row["after"]) for row in kept] == [(head, there.tip())]
    # Without it, a history that was rewritten whole is as good as any other.
    assert {row["rule"] for row in there.verify()["violations"]} <= {"date-back"}


@pytest.mark.parametrize("rewrite", REWRITTEN, ids=[one.__name__ for one in REWRITTEN])
def test_this_clone_saw_another_history(scene: Scene, rewrite: Callable[[Scene], None]) -> None:
    head = scene.tip()
    rewrite(scene)
    for words in ((), ("--full",), ()):
        report = scene.verify(*words, code=1)
        found = [row for row in report["violations"] if row["rule"] == "history-rewritten"]
        assert [(row["before"], row["after"]) for row in found] == [(head, scene.tip())]
        assert report["checked"] in {0, report["commits"]}


def test_a_checkpoint_of_a_history_that_went_on(scene: Scene) -> None:
    path = checkpoint(scene)
    scene.append(line("n1"))
    scene.bury(10)
    assert scene.verify("--checkpoint", str(path), code=0)["kept"]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_checkpoint_that_was_touched(scene: Scene, at: int) -> None:
    """Its count, its head, or its signature."""
    path = checkpoint(scene)
    rows = path.read_text(encoding="utf-8").splitlines()
    rows[at] = {1: "7", 2: scene.tip("main^"), 3: rows[3]}[at]
    if at == 3:
        rows[5] = rows[5][::-1]
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    report = scene.verify("--checkpoint", str(path), code=1)
    assert {row["rule"] for row in report["violations"]} == {"checkpoint-forged"}


def test_the_remote_was_amended_and_force_pushed(scene: Scene) -> None:
    there = scene.at("clone")
    scene.git("clone", "-q", f"file://{scene.shell.folder}", str(there.shell.folder))
    there.shell("sync")
    saw = scene.tip()
    amended(scene)
    there.git("fetch", "-q", "origin")
    report = there.verify(code=1)
    found = [(row["rule"], row["before"], row["after"]) for row in report["violations"]]
    assert found == [("remote-rewritten", saw, scene.tip())]


def test_content_under_a_hash_that_is_another(org: Signed) -> None:
    """A commit is made anew with other content, and signed by the same key; what it said of its content stays."""
    org.admit(*ways.EVERYONE, by="ada")
    sign_with(org.shell, org.keys["bot"])
    org.shell("score", "add", "bot", "m", "5", "--by", "bot", ORGTP_NOW="2026-11-20T13:00:00Z")
    assert "Orgtp-Content: sha256:" in org.shell.git("log", "-1", "--format=%B").out
    assert Scene(org.shell).verify(code=0)["violations"] == []
    path = ways.BOT
    org.shell.write(path, org.shell.read(path).replace('"5"', '"6"'))
    org.shell.git("add", "-A")
    sign_with(org.shell, org.keys["bot"])
    stamp = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-11-20T13:00:00Z")
    org.shell.git("commit", "-q", "--amend", "--no-edit", code=0, **stamp)
    rules = {row["rule"] for row in Scene(org.shell).verify()["violations"]}
    assert rules == {"content-mismatch", "history-rewritten"}
