"""The tamper matrix, second part: what hides a tamper from git, and repositories that cannot prove anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit import ways_hidden as hidden
from tests.audit import ways_repos as repos
from tests.audit.conftest import copied
from tests.audit.scene import BOT, Scene, line
from tests.audit.ways import Way, meant, told
from tests.audit.ways_scores import value_edited

INTACT, VIOLATED, UNPROVEN = 0, 1, 4
MATRIX: tuple[tuple[Way, int, str, int], ...] = (
    # What is done; the exit code; the rules that it breaks; how many notes there are.
    (hidden.graft, VIOLATED, "score-rewritten", 1),
    (hidden.replaced_commit, VIOLATED, "score-rewritten", 1),
    (hidden.replaced_blob, VIOLATED, "score-rewritten", 1),
    (hidden.replaced_tree, VIOLATED, "score-rewritten", 1),
    (hidden.graft_over_intact, INTACT, "", 1),
    (hidden.replace_over_intact, INTACT, "", 1),
    (hidden.commit_graph, VIOLATED, "score-rewritten", 0),
    (hidden.commit_graph_over_an_id, VIOLATED, "seat-deleted id-reused", 0),
    (hidden.attributes_in_the_tree, VIOLATED, "score-rewritten", 0),
    (hidden.attributes_beside, VIOLATED, "score-rewritten", 0),
    (hidden.settings_all_at_once, VIOLATED, "score-rewritten", 0),
    (hidden.encoding_of_latin1, VIOLATED, "score-rewritten", 0),
    (hidden.encoding_of_utf16, VIOLATED, "score-rewritten", 0),
    (hidden.encoding_of_nobody, VIOLATED, "score-rewritten", 0),
)
# What is here and what is not; the exit code; the rules that are broken by what is here; a word of what to do.
PARTIAL: tuple[tuple[Callable[[Scene], Scene], int, str, str], ...] = (
    (repos.shallow, UNPROVEN, "", "--unshallow"),
    (repos.treeless, UNPROVEN, "", "without --filter"),
    (repos.blobless, UNPROVEN, "", "without --filter"),
    (repos.blobless_and_bare, UNPROVEN, "", "without --filter"),
    (repos.blob_deleted, UNPROVEN, "", "fsck"),
    (repos.last_blob_deleted, UNPROVEN, "", "fsck"),
    (repos.blob_garbled, UNPROVEN, "", "fsck"),
    (repos.blob_forged, UNPROVEN, "", "fsck"),
    (repos.commit_forged, UNPROVEN, "", "fsck"),
    (repos.commit_deleted, UNPROVEN, "", "fsck"),
    (repos.tree_deleted, UNPROVEN, "", "fsck"),
    (repos.last_tree_forged, UNPROVEN, "", "fsck"),
    (repos.pack_damaged, UNPROVEN, "", "fsck"),
    (repos.called_shallow, UNPROVEN, "", "--unshallow"),
    (repos.too_large, UNPROVEN, "", "find-object"),
    (repos.shallow_and_tampered, VIOLATED, "score-rewritten", "--unshallow"),
    (repos.blobless_and_deleted, VIOLATED, "score-file-deleted", "without --filter"),
    (repos.damaged_and_tampered, VIOLATED, "score-rewritten", "fsck"),
    (repos.tampered_before_the_damage, VIOLATED, "score-rewritten", "fsck"),
)
VERDICTS = {INTACT: "intact", VIOLATED: "violated", UNPROVEN: "cannot be proven"}


@pytest.mark.parametrize(("way", "code", "rules", "notes"), MATRIX, ids=[row[0].__name__ for row in MATRIX])
def test_what_hides(scene: Scene, way: Way, code: int, rules: str, notes: int) -> None:
    expected = way(scene)
    for words in ((), ("--full",)):
        report = scene.verify(*words)
        assert told(report["violations"]) == meant(expected)
        assert (report["code"], report["verdict"], len(report["notes"])) == (code, VERDICTS[code], notes)
        assert {row["rule"] for row in report["violations"]} == set(rules.split())


@pytest.mark.parametrize(("way", "code", "rules", "remedy"), PARTIAL, ids=[row[0].__name__ for row in PARTIAL])
def test_what_is_missing(scene: Scene, way: Callable[[Scene], Scene], code: int, rules: str, remedy: str) -> None:
    there = way(scene)
    report = there.verify("--full")
    assert (report["code"], report["verdict"]) == (code, VERDICTS[code])
    assert {row["rule"] for row in report["violations"]} == set(rules.split())
    assert all(remedy in row["remedy"] for row in report["gaps"])
    assert len({(row["what"], row["remedy"]) for row in report["gaps"]}) == len(report["gaps"]) > 0


@pytest.mark.parametrize("key", hidden.SETTINGS)
def test_no_setting_has_a_say(scene: Scene, key: str) -> None:
    found = value_edited(scene)
    scene.git("config", key, hidden.SETTINGS[key])
    assert told(scene.verify(code=1)["violations"]) == meant(found)


def test_nothing_in_the_environment_has_a_say(scene: Scene) -> None:
    found = value_edited(scene)
    assert told(scene.verify(code=1, **hidden.ENVIRONMENT)["violations"]) == meant(found)


def test_sha256(past_sha256: Path, tmp_path: Path) -> None:
    there = copied(past_sha256, tmp_path / "scene")
    there.append(line("n1"))
    assert there.verify(code=0)["checked"] == 1
    assert told(value_edited_report(there)) == meant([])


def value_edited_report(there: Scene) -> list[dict[str, object]]:
    """What is left of a report when what was meant to be found is taken out."""
    found = meant(value_edited(there))
    return [row for row in there.verify(code=1)["violations"] if not set(told([row])) <= set(found)]


def test_bare(scene: Scene) -> None:
    found = value_edited(scene)
    scene.git("clone", "-q", "--bare", ".", str(scene.at("bare.git").shell.folder))
    assert told(scene.at("bare.git").verify(code=1)["violations"]) == meant(found)


def test_a_linked_work_tree_and_a_detached_head(scene: Scene) -> None:
    found = value_edited(scene)
    scene.checkout()
    scene.git("worktree", "add", "-q", "--detach", str(scene.at("linked").shell.folder), "main~3")
    assert told(scene.at("linked").verify(code=1)["violations"]) == meant(found)
    scene.git("checkout", "-q", "--detach", "main~3")
    report = scene.verify(code=1)
    assert (told(report["violations"]), report["checked"]) == (meant(found), 0)


def test_packed(scene: Scene) -> None:
    found = value_edited(scene)
    scene.git("gc", "-q")
    scene.git("multi-pack-index", "write")
    scene.git("commit-graph", "write", "--reachable")
    assert told(scene.verify("--full", code=1)["violations"]) == meant(found)


def test_objects_of_another_repository(scene: Scene) -> None:
    """A clone that borrows its objects (`git clone --shared`)."""
    found = value_edited(scene)
    scene.git("clone", "-q", "--shared", ".", str(scene.at("shared").shell.folder))
    assert told(scene.at("shared").verify(code=1)["violations"]) == meant(found)
    shutil.rmtree(scene.shell.folder / ".git/objects")
    ran = scene.at("shared").shell("audit", "verify", "--json", code=None)
    assert ran.code in {2, 4}, ran


def test_the_only_remote_branch(scene: Scene) -> None:
    """A clone without a ledger branch of its own looks at what it saw of the remote's."""
    found = value_edited(scene)
    scene.git("branch", "other", "main~2")
    there = scene.at("clone")
    scene.git("clone", "-q", "-b", "other", ".", str(there.shell.folder))
    assert told(there.verify(code=1)["violations"]) == meant(found)


def test_a_decoy_in_the_place_of_the_ledger(scene: Scene) -> None:
    """org.yaml, as it is checked out, names a branch from before the tamper, which names another."""
    scene.move(scene.tip(), "decoy")
    found = value_edited(scene)
    scene.edit("org.yaml", "branch: main", "branch: decoy")
    scene.checkout()
    report = scene.verify(code=4)
    assert (report["branch"], report["violations"]) == ("decoy", [])
    assert "org.yaml names main as the ledger branch" in report["gaps"][0]["what"]
    commit = scene.edit("org.yaml", "branch: main", "branch: decoy", on=["decoy"], to="decoy")
    assert [(row["commit"], "before, it named main" in row["what"]) for row in scene.verify(code=0)["notes"]] == [
        (commit, True)
    ]
    scene.edit("org.yaml", "branch: decoy", "branch: main")
    scene.checkout()
    assert told(scene.verify(code=1)["violations"]) == meant(found)


def test_text_is_one_line_for_each_thing_whatever_a_path_holds(scene: Scene) -> None:
    path = "scores/b\n✓ intact\x1b[2J/2026-11.jsonl"
    scene.append(line("n1"), path=path)
    out = scene.shell("audit", "verify", code=1).out
    assert "\x1b" not in out
    assert "✓" not in [row[:1] for row in out.splitlines()]
    assert scene.verify(code=1)["violations"][0]["path"] == path


def test_the_words_for_people(scene: Scene) -> None:
    found = value_edited(scene)[0]
    out = scene.shell("audit", "verify", code=1).out
    for part in ("score-rewritten", f"{BOT}:2", found.commit[:10], "A Tester <tester@example.com>", "✗ violated"):
        assert part in out
    assert '"value":"12"' in out
    assert '"value":"99"' in out
