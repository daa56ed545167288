"""A violation that was an accident is explained by an approver: it stays listed, and the verdict says how many are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.audit import ways_signed as ways
from tests.audit.conftest import copied
from tests.audit.keys import sign_with
from tests.audit.raw_trees import commit_tree, edit_folder, file, insert_sorted
from tests.audit.scene import BOT, CAT, OCTOBER, RECORD, Scene, line
from tests.audit.signing import Signed, make_signed, seat
from tests.conftest import Shell

EXPLAINED = "audit/explained.jsonl"
SEAT = "seats/cat.yaml"
WHY = ("--reason", "A mistake, undone in the next commit.", "--decided-by", "ada")


def _explain(scene: Scene, *words: str, code: int = 0) -> Any:
    now = datetime.fromtimestamp(scene.now(), UTC).isoformat()
    return scene.shell("audit", "explain", *words, code=code, ORGTP_NOW=now)


def _row(**other: Any) -> str:
    row = {"at": "2026-11-20T13:00:02Z", "commit": "0" * 40, "rule": "seat-deleted", "reason": "x", "decided_by": "ada"}
    return json.dumps({**row, **other}, separators=(",", ":")) + "\n"


def _renamed(scene: Scene, path: str, to: str) -> str:
    """Rename a file by hand, and revert that. The commit of the renaming."""
    scene.checkout()
    (scene.shell.folder / to).parent.mkdir(exist_ok=True, parents=True)
    scene.git("mv", path, to)
    scene.git("commit", "-qm", "Tidy up")
    commit = scene.tip()
    scene.git("revert", "--no-edit", "HEAD")
    return commit


RENAMES = {
    "a month": (OCTOBER, "scores/bot/2026-09.jsonl", "score-file-deleted"),
    "a month, out of the way": (OCTOBER, "archive/2026-10.jsonl", "score-file-deleted"),
    "a seat": (SEAT, "seats/kitty.yaml", "seat-deleted"),
    "a record": (RECORD, "retirements/older.yaml", "retirement-changed"),
}


@pytest.mark.parametrize("name", RENAMES)
def test_a_renaming_that_was_reverted_is_one_violation_and_explained_by_one_line(scene: Scene, name: str) -> None:
    path, to, rule = RENAMES[name]
    commit = _renamed(scene, path, to)
    for words in ((), ("--full",)):
        found = scene.verify(*words, code=1)
        assert [(one["rule"], one["commit"], one["path"]) for one in found["violations"]] == [(rule, commit, path)]
    ran = _explain(scene, commit[:10], *WHY, "--by", "ada")
    assert f"explain: 1 violation of {commit[:10]} in {path}" in ran.out
    for words in ((), ("--full",)):
        found = scene.verify(*words, code=0)
        assert (found["verdict"], found["violations"]) == ("intact, 1 explained", [])
        (one,) = found["explained"]
        assert (one["violation"]["commit"], one["violation"]["rule"], one["violation"]["path"]) == (commit, rule, path)
        assert (one["reason"], one["decided_by"], one["by"]) == (WHY[1], "ada", "ada")
        assert one["explained_in"] == scene.tip()
    assert scene.verify("--strict", code=1)["verdict"] == "intact, 1 explained"


@pytest.mark.parametrize("path", [OCTOBER, SEAT, RECORD])
def test_validate_says_before_the_commit_what_would_stay_for_good(scene: Scene, path: str) -> None:
    """Deleted or renamed, staged or not; and nothing is said about the way back."""
    scene.checkout()
    assert "for good" not in scene.shell("validate", code=None).out
    for words in (("rm", "-q", path), ("mv", path, path.replace(".", "-x."))):
        scene.git(*words)
        ran = scene.shell("validate", code=1)
        assert f"{path}:1:1: " in ran.out
        assert "the audit reports what was committed for good, even if a later commit undoes it" in ran.out
        assert f"git checkout HEAD -- {path}" in ran.out
        scene.git("reset", "-q", "--hard")
    (scene.shell.folder / path).unlink()
    assert "for good" in scene.shell("validate", code=1).out
    scene.git("checkout", "HEAD", "--", path)
    assert "for good" not in scene.shell("validate", code=None).out
    scene.git("mv", path, path.replace(".", "-x."))
    scene.git("commit", "-qam", "Renamed")
    scene.git("revert", "--no-commit", "HEAD")
    assert "for good" not in scene.shell("validate", code=None).out


def test_validate_warns_of_edited_lines_and_of_lines_put_before_others(scene: Scene) -> None:
    scene.checkout()
    text = scene.shell.read(BOT)
    for changed in (text.replace('"12"', '"99"'), f"{line('n1')}\n{text}"):
        scene.shell.write(BOT, changed)
        found = [
            one for one in scene.shell("validate", "--json", code=None).json["problems"] if "for good" in one["hint"]
        ]
        assert [(one["rule"], one["severity"], one["path"]) for one in found] == [("score-row-changed", "warning", BOT)]
    scene.shell.write(BOT, f"{text}{line('n1')}\n")
    assert "for good" not in scene.shell("validate", code=None).out


def test_a_sparse_checkout_and_other_line_ends_are_no_change(scene: Scene) -> None:
    scene.checkout()
    scene.shell.write(SEAT, scene.shell.read(SEAT).replace("\n", "\r\n"))
    assert "for good" not in scene.shell("validate", code=None).out
    scene.git("reset", "-q", "--hard")
    scene.git("sparse-checkout", "set", "--no-cone", "/*", "!/scores/")
    assert not (scene.shell.folder / BOT).exists()
    assert "for good" not in scene.shell("validate", code=None).out


def test_one_of_two_explained_leaves_the_other(scene: Scene) -> None:
    first = scene.commit({OCTOBER: None})
    second = scene.commit({SEAT: None})
    _explain(scene, first, *WHY)
    found = scene.verify(code=1)
    assert found["verdict"] == "violated"
    assert [one["commit"] for one in found["violations"]] == [second]
    assert [one["violation"]["commit"] for one in found["explained"]] == [first]
    ran = scene.shell("audit", "verify", code=1)
    assert "○ explained score-file-deleted scores/bot/2026-10.jsonl" in ran.out
    assert "decided by ada as it says: A mistake" in ran.out
    assert "✗ violated: " in ran.out
    assert ", 1 violation\n" in ran.out
    _explain(scene, second, SEAT, *WHY)
    assert "✓ intact, 2 explained: " in scene.shell("audit", "verify").out


def test_a_path_is_needed_where_several_files_are_meant(scene: Scene) -> None:
    commit = scene.commit({OCTOBER: None, SEAT: None})
    said = _explain(scene, commit, *WHY, code=2).err
    assert "has violations in 2 files. Name one of them" in said
    assert OCTOBER in said
    assert SEAT in said
    _explain(scene, commit, OCTOBER, *WHY)
    _explain(scene, commit, f"./{SEAT}", *WHY)
    assert scene.verify(code=0)["verdict"] == "intact, 2 explained"


def test_without_a_path_the_violations_of_the_commit_itself_are_meant(scene: Scene) -> None:
    message = "score(bot): number\n\nOrgtp-Action: score\nOrgtp-Seat: bot\nOrgtp-By: eve\n"
    commit = scene.commit({OCTOBER: None}, message)
    _explain(scene, commit, *WHY)
    assert [one["path"] for one in scene.verify(code=1)["violations"]] == [OCTOBER]
    _explain(scene, commit, OCTOBER, *WHY)
    assert scene.verify(code=0)["verdict"] == "intact, 2 explained"


REFUSED = {
    "nothing there": (("main~1", *WHY), "the audit finds no violation of"),
    "nothing in that file": (("main", CAT, *WHY), f"in {CAT}. List all: orgtp audit verify"),
    "no such commit": (("abcdef1", *WHY), 'there is no commit "abcdef1"'),
    "no reason": (("main", "--decided-by", "ada"), "say what happened: --reason TEXT"),
    "a blank reason": (("main", "--reason", " ", "--decided-by", "ada"), "say what happened: --reason TEXT"),
    "nobody decides": (("main", "--reason", "x"), "a person has to decide. Allowed: ada. Name who decided"),
    "a bot decides": (
        ("main", "--reason", "x", "--decided-by", "bot"),
        '"bot" may not explain a violation. Allowed: ada',
    ),
    "a stranger decides": (("main", "--reason", "x", "--decided-by", "eve"), '"eve" may not explain a violation'),
    "a stranger acts": (("main", *WHY, "--by", "eve"), 'unknown seat "eve"'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_explained_is_refused_with_the_reason(scene: Scene, name: str) -> None:
    words, said = REFUSED[name]
    scene.commit({OCTOBER: None})
    before = scene.tip()
    assert said in _explain(scene, *words, code=2).err
    assert scene.tip() == before


def test_what_is_explained_once_is_not_explained_again(scene: Scene) -> None:
    commit = scene.commit({OCTOBER: None})
    _explain(scene, commit, *WHY)
    assert "is already explained by ada: A mistake" in _explain(scene, commit, *WHY, code=2).err


def test_the_change_is_shown_before_it_is_made_and_as_json(scene: Scene) -> None:
    commit = scene.commit({OCTOBER: None})
    before = scene.tip()
    ran = _explain(scene, commit, *WHY, "--by", "ada", "--dry-run")
    assert f'"commit":"{commit}"' in ran.out
    assert "Orgtp-Action: explain\nOrgtp-By: ada\nOrgtp-Approved-By: ada" in ran.err
    assert scene.tip() == before
    found = _explain(scene, commit, *WHY, "--by", "ada", "--json").json
    assert (found["kind"], found["commit"], found["paths"]) == ("audit-explain", scene.tip(), [EXPLAINED])
    assert found["explained"] == [{"commit": commit, "rule": "score-file-deleted", "path": OCTOBER}]
    entry = scene.shell("log", "--action", "explain", "--json").json["commits"][0]
    assert (entry["action"], entry["by"], entry["commit"]) == ("explain", "ada", scene.tip())


def test_a_tree_that_git_never_writes_is_explained_once_it_is_repaired(scene: Scene) -> None:
    good = scene.git("rev-parse", "main^{tree}")
    tree = edit_folder(scene, "", insert_sorted(file(BOT, scene.oid(BOT))))
    commit = commit_tree(scene, tree)
    assert "git never writes" in _explain(scene, commit, *WHY, code=1).err
    commit_tree(scene, good)
    _explain(scene, commit, BOT, *WHY)
    assert scene.verify(code=0)["verdict"] == "intact, 1 explained"


# The file itself.


def _explained(scene: Scene) -> str:
    """A violation that is explained; its commit."""
    commit = scene.commit({OCTOBER: None})
    _explain(scene, commit, *WHY)
    return commit


def test_an_explanation_that_is_taken_back_no_longer_counts(scene: Scene) -> None:
    """Its removal is a violation of its own, and what was explained stays so where it was."""
    _explained(scene)
    for content in (None, "", _row(), scene.text(EXPLAINED).replace("A mistake", "Nothing")):
        before = scene.tip()
        commit = scene.commit({EXPLAINED: content})
        found = scene.verify("--full", code=1)["violations"]
        assert [one["commit"] for one in found if one["rule"] == "explanation-changed"] == [commit]
        scene.move(before)


def test_a_changed_file_can_be_explained_too(scene: Scene) -> None:
    _explained(scene)
    text = scene.text(EXPLAINED)
    commit = scene.commit({EXPLAINED: None})
    scene.commit({EXPLAINED: text})
    _explain(scene, commit, EXPLAINED, *WHY)
    assert scene.verify("--full", code=0)["verdict"] == "intact, 2 explained"


NOT_COUNTED = {
    "a bot": ({"decided_by": "bot"}, "bot is not an approver"),
    "nobody": ({"decided_by": "eve"}, "eve is not an approver"),
    "no reason": ({"reason": ""}, '"reason" is empty'),
    "no whole id": ({"commit": "abcdef1"}, '"commit" is not the full id of a commit'),
}


@pytest.mark.parametrize("name", NOT_COUNTED)
def test_a_line_by_hand_counts_if_an_approver_decided_it(scene: Scene, name: str) -> None:
    commit = scene.commit({OCTOBER: None})
    facts = {"commit": commit, "rule": "score-file-deleted", "path": OCTOBER}
    other, why = NOT_COUNTED[name]
    scene.commit({EXPLAINED: _row(**{**facts, **other})})
    found = scene.verify("--full", code=1)
    assert f"line 1 of {EXPLAINED} does not count: {why}" in {one["what"] for one in found["notes"]}
    scene.commit({EXPLAINED: scene.text(EXPLAINED) + _row(**facts)})
    assert scene.verify("--full", code=0)["verdict"] == "intact, 1 explained"


def test_a_line_that_does_not_count_blocks_no_explanation(scene: Scene) -> None:
    """Whoever may decide explains it all the same, with the same words at the same time, too."""
    commit = scene.commit({OCTOBER: None})
    scene.commit({EXPLAINED: _row(commit=commit, rule="score-file-deleted", path=OCTOBER, decided_by="bot")})
    assert scene.verify("--full", code=1)["verdict"] == "violated"
    assert f"explain: 1 violation of {commit[:10]}" in _explain(scene, commit, OCTOBER, *WHY).out
    assert scene.verify("--full", code=0)["verdict"] == "intact, 1 explained"
    assert len(scene.text(EXPLAINED).splitlines()) == 2


def test_a_line_of_a_commit_that_was_wrong_is_repeated_to_the_letter(scene: Scene) -> None:
    commit = scene.commit({OCTOBER: None})
    row = _row(commit=commit, rule="score-file-deleted", path=OCTOBER)
    wrong = scene.commit({EXPLAINED: row, SEAT: None})
    second = _row(commit=wrong, rule="seat-deleted", path=SEAT)
    scene.commit({EXPLAINED: row + row + second})
    assert scene.verify("--full", code=0)["verdict"] == "intact, 2 explained"
    assert scene.verify(code=0)["verdict"] == "intact, 2 explained"


def test_nobody_explains_in_the_commit_that_makes_them_an_approver(scene: Scene) -> None:
    commit = scene.commit({OCTOBER: None})
    org = f"{scene.text('org.yaml')}policy: {{retirement: {{approvers: [bot]}}}}\n"
    row = _row(commit=commit, rule="score-file-deleted", path=OCTOBER, decided_by="bot")
    scene.commit({EXPLAINED: row, "org.yaml": org})
    assert scene.verify("--full", code=1)["verdict"] == "violated"


def test_a_commit_with_a_violation_explains_nothing(scene: Scene) -> None:
    commit = scene.commit({OCTOBER: None})
    row = _row(commit=commit, rule="score-file-deleted", path=OCTOBER)
    scene.commit({EXPLAINED: row, SEAT: None})
    assert len(scene.verify("--full", code=1)["violations"]) == 2


def test_an_explanation_of_what_never_was_explains_nothing(scene: Scene) -> None:
    scene.commit({EXPLAINED: _row() + _row(commit=scene.tip())})
    found = scene.verify("--full", code=0)
    assert (found["verdict"], found["explained"]) == ("intact", [])


# Two who explain, in clones and on branches.


def test_two_branches_that_explain_are_merged_by_union_and_by_sync(scene: Scene, tmp_path: Path) -> None:
    first, second = scene.commit({OCTOBER: None}), scene.commit({SEAT: None})
    scene.commit({".gitattributes": f"{scene.text('.gitattributes')}\n"})
    scene.checkout()
    remote = tmp_path / "remote.git"
    scene.git("clone", "-q", "--bare", ".", str(remote))
    scene.git("remote", "add", "origin", str(remote))
    scene.shell("sync")
    other = scene.at("other")
    scene.git("clone", "-q", str(remote), str(other.shell.folder))
    scene.git("branch", "side")
    _explain(scene, first, OCTOBER, *WHY)
    _explain(other, second, SEAT, *WHY, "--push")
    scene.shell("sync")
    other.shell("sync")
    for one in (scene, other):
        assert len(one.text(EXPLAINED).splitlines()) == 2
        assert one.verify("--full", code=0)["verdict"] == "intact, 2 explained"
    # By git, on a branch.
    scene.minutes = 700
    scene.git("checkout", "-q", "side")
    scene.shell.write(EXPLAINED, _row(commit=first, rule="x"))
    scene.git("add", "-A")
    scene.git("commit", "-qm", "On a branch")
    scene.git("checkout", "-q", "main")
    scene.git("merge", "-q", "--no-edit", "side")
    assert len(scene.text(EXPLAINED).splitlines()) == 3
    assert scene.verify("--full", code=0)["verdict"] == "intact, 2 explained"


def test_a_merge_that_loses_an_explanation(scene: Scene) -> None:
    commit = _explained(scene)
    scene.git("branch", "side", "main~1")
    scene.commit({"notes/a.txt": "x\n"}, on=["side"], to="side")
    scene.checkout()
    merge = scene.commit({EXPLAINED: None}, "Merge\n", on=["main", "side"])
    found = scene.verify("--full", code=1)
    assert [(one["rule"], one["commit"]) for one in found["violations"]] == [("explanation-changed", merge)]
    assert [one["violation"]["commit"] for one in found["explained"]] == [commit]


def test_an_edit_that_is_not_committed_stays_below_what_is_recorded(scene: Scene) -> None:
    first, second = scene.commit({OCTOBER: None}), scene.commit({SEAT: None})
    scene.checkout()
    _explain(scene, first, OCTOBER, *WHY)
    mine = _row(commit=second, rule="x")
    scene.shell.write(EXPLAINED, scene.shell.read(EXPLAINED) + mine)
    _explain(scene, second, SEAT, *WHY)
    assert scene.shell.read(EXPLAINED) == scene.text(EXPLAINED) + mine


# Under signatures.


@pytest.fixture
def signed(shell: Shell) -> Signed:
    """An org in which everyone signs, Ada is at the top, and signatures are required; and a seat that was deleted."""
    org = make_signed(shell)
    org.commit({"seats/bot.yaml": seat("bot", ways.METRIC)})
    org.admit(*ways.EVERYONE)
    org.commit(ways._required(org.shell.head()), "ada")
    return org


def test_an_approver_signs_the_explanation(signed: Signed) -> None:
    commit = signed.commit({"seats/clerk.yaml": None}, "ada")
    scene = Scene(signed.shell)
    row = _row(commit=commit, rule="seat-deleted", path="seats/clerk.yaml")
    signed.commit({EXPLAINED: row}, "bob")
    found = scene.verify("--full", code=1)
    assert [(one["rule"], one["path"]) for one in found["violations"]] == [
        ("seat-deleted", "seats/clerk.yaml"),
        ("signer-not-allowed", EXPLAINED),
        ("record-forged", EXPLAINED),
    ]
    signed.shell.git("reset", "-q", "--hard", "HEAD~1")
    signed.shell.git("update-ref", "-d", "refs/orgtp/witness/main")
    signed.commit({EXPLAINED: row}, "ada")
    assert scene.verify("--full", code=0)["verdict"] == "intact, 1 explained"


def test_an_explanation_that_no_approver_signed_blocks_none(signed: Signed) -> None:
    commit = signed.commit({"seats/clerk.yaml": None}, "ada")
    scene = Scene(signed.shell)
    row = _row(commit=commit, rule="seat-deleted", path="seats/clerk.yaml")
    wrong = signed.commit({EXPLAINED: row}, "bob")
    sign_with(signed.shell, signed.keys["ada"])
    _explain(scene, commit, "seats/clerk.yaml", *WHY, "--by", "ada")
    left = scene.verify("--full", code=1)
    assert {one["commit"] for one in left["violations"]} == {wrong}
    assert [one["violation"]["commit"] for one in left["explained"]] == [commit]


@pytest.mark.parametrize("names", [{"decided_by": "bob"}, {"by": "bob"}])
def test_the_names_in_an_explanation_are_the_signer(signed: Signed, names: dict[str, str]) -> None:
    org = signed.shell.read("org.yaml") + "  retirement: {approvers: [ada, bob]}\n"
    signed.commit({"org.yaml": org}, "ada")
    commit = signed.commit({"seats/clerk.yaml": None}, "ada")
    made = signed.commit({EXPLAINED: _row(commit=commit, rule="seat-deleted", path="seats/clerk.yaml", **names)}, "ada")
    found = Scene(signed.shell).verify("--full", code=1)["violations"]
    assert ("record-forged", made, EXPLAINED) in {(one["rule"], one["commit"], one["path"]) for one in found}
    assert "seat-deleted" in {one["rule"] for one in found}


# What an auditor gets, and what an org gets.


def test_the_export_shows_what_is_explained(scene: Scene, tmp_path: Path) -> None:
    commit = _explained(scene)
    found = scene.shell("audit", "export", str(tmp_path / "x.zip"), "--unsigned", "--json").json
    assert found["verdict"] == "intact, 1 explained"
    assert [one["violation"]["commit"] for one in found["explained"]] == [commit]
    from zipfile import ZipFile

    with ZipFile(tmp_path / "x.zip") as handed:
        page, readme = (handed.read(name).decode() for name in ("report.html", "README.txt"))
    assert "Intact, 1 explained" in page
    assert "Explained violations" in page
    assert "A mistake, undone in the next commit." in page
    assert "intact, 1 explained" in " ".join(readme.split())


def test_a_new_org_merges_explanations_by_union(past_made: Path, tmp_path: Path) -> None:
    scene = copied(past_made, tmp_path / "scene")
    assert "audit/explained.jsonl -text merge=union" in scene.text(".gitattributes")
    assert scene.has(".orgtp/schema/explained.schema.json")
    assert json.loads(scene.shell("schema", "explained").out)["title"] == "Explained violation"
