"""Trees with entries that git never writes: the audit reports them, and nothing is read from them anywhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import orgtp
from orgtp.git.tree_check import MalformedTree, find_tree_faults
from tests.audit.raw_trees import (
    FOLDER,
    Entry,
    blob,
    commit_tree,
    edit_folder,
    file,
    insert_sorted,
    read_tree,
    write_tree,
)
from tests.audit.scene import BOT, Scene, line
from tests.conftest import Shell

EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def _falsified(scene: Scene) -> str:
    return blob(scene, scene.text(BOT).replace('"12"', '"99"'))


def _folder(scene: Scene) -> str:
    return write_tree(scene, [file("2026-11.jsonl", _falsified(scene))])


def _unsorted(entries: list[Entry]) -> list[Entry]:
    return [*entries[1:], entries[0]]


# What is wrong, in which folder, how it is done, and the path that the audit names.
KINDS: dict[str, tuple[str, Callable[[Scene], Callable[[list[Entry]], list[Entry]]], str]] = {
    "slash at the top": ("", lambda s: insert_sorted(file(BOT, _falsified(s))), BOT),
    "slash in a folder": ("scores", lambda s: insert_sorted(file("bot/2026-11.jsonl", _falsified(s))), BOT),
    "slash at the end": ("", lambda s: insert_sorted(file("scores/", _falsified(s))), "scores/"),
    "slash of a new file": (
        "",
        lambda s: insert_sorted(file("scores/bot/2026-12.jsonl", _falsified(s))),
        "scores/bot/2026-12.jsonl",
    ),
    "empty name": ("scores/bot", lambda s: insert_sorted(file("", _falsified(s))), "scores/bot"),
    "this folder": ("scores", lambda s: insert_sorted((FOLDER, b".", _folder(s))), "scores/."),
    "the folder above": ("scores", lambda s: insert_sorted((FOLDER, b"..", _folder(s))), "scores/.."),
    "git dir": ("", lambda s: insert_sorted((FOLDER, b".git", _folder(s))), ".git"),
    "git dir in capitals": ("seats", lambda s: insert_sorted((FOLDER, b".GIT", _folder(s))), "seats/.GIT"),
    "git dir on windows": ("seats", lambda s: insert_sorted((FOLDER, b"git~1", _folder(s))), "seats/git~1"),
    "git dir on a mac": (
        "seats",
        lambda s: insert_sorted((FOLDER, ".g\u200cit".encode(), _folder(s))),
        "seats/.g\u200cit",
    ),
    "two files": ("scores/bot", lambda s: insert_sorted(file("2026-11.jsonl", _falsified(s))), BOT),
    "two folders": ("scores", lambda s: insert_sorted((FOLDER, b"bot", _folder(s))), "scores/bot"),
    "file and folder": ("scores/bot", lambda s: insert_sorted((FOLDER, b"2026-11.jsonl", _folder(s))), BOT),
    "file and empty folder": ("", lambda s: insert_sorted((FOLDER, b"org.yaml", EMPTY)), "org.yaml"),
    "folder and file": ("", lambda s: insert_sorted(file("scores", _falsified(s))), "scores"),
    "unsorted": ("seats", lambda s: _unsorted, "seats/ada.yaml"),
    "unsorted at the top": ("", lambda s: _unsorted, ".gitattributes"),
    "twins in case, a seat": ("seats", lambda s: insert_sorted(file("BOT.yaml", blob(s, "x"))), "seats/BOT.yaml"),
    "twins in case, a folder": ("", lambda s: insert_sorted((FOLDER, b"Scores", _folder(s))), "Scores"),
    "twins in case, the org": ("", lambda s: insert_sorted(file("ORG.yaml", blob(s, "x"))), "ORG.yaml"),
    "twins in case, a month": (
        "scores/bot",
        lambda s: insert_sorted(file("2026-11.JSONL", blob(s, "x"))),
        "scores/bot/2026-11.JSONL",
    ),
    "twins in case, a mailmap": (
        "",
        lambda s: insert_sorted(file(".MAILMAP", blob(s, "x")), file(".mailmap", blob(s, "x"))),
        ".MAILMAP",
    ),
    "twins in case, many": (
        "seats",
        lambda s: insert_sorted(
            file("Z.txt", blob(s, "x")), file("BOT.yaml", blob(s, "x")), file("a.txt", blob(s, "x"))
        ),
        "seats/BOT.yaml",
    ),
    "twins on windows": ("scores", lambda s: insert_sorted((FOLDER, b"bot.", _folder(s))), "scores/bot."),
}
TWINS = {name for name in KINDS if name.startswith("twins")}


def _spoil(scene: Scene, kind: str) -> str:
    folder, edit, _ = KINDS[kind]
    return commit_tree(scene, edit_folder(scene, folder, edit(scene)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_audit_finds_entries_that_git_never_writes(scene: Scene, kind: str) -> None:
    """In what is new and in the whole, and also where a plain commit follows."""
    commit, path = _spoil(scene, kind), KINDS[kind][2]
    for words in ((), ("--full",)):
        found = scene.verify(*words, code=1)
        assert (commit, path) in {
            (v["commit"], v["path"]) for v in found["violations"] if v["rule"] == "tree-malformed"
        }
        later = scene.git("commit-tree", "main^{tree}", "-p", "main", stdin="Later\n")
        scene.move(later)


def test_the_audit_finds_it_where_a_merge_brings_it(scene: Scene) -> None:
    scene.move(scene.append(line("n1")), "side")
    scene.append(line("n2"), path="scores/cat/2026-11.jsonl", on=["main~1"], to="other")
    tree = edit_folder(scene, "", insert_sorted(file(BOT, _falsified(scene))), "other")
    commit = commit_tree(scene, tree, "side", "other")
    found = scene.verify(code=1)["violations"]
    assert {(one["commit"], one["path"]) for one in found if one["rule"] == "tree-malformed"} == {(commit, BOT)}


def test_the_audit_finds_it_in_the_first_commit(scene: Scene) -> None:
    tree = edit_folder(scene, "scores", insert_sorted((FOLDER, b"..", _folder(scene))))
    commit = scene.move(scene.git("commit-tree", tree, stdin="All of it\n"))
    found = scene.verify("--full", code=1)["violations"]
    assert (commit, "scores/..") in {(one["commit"], one["path"]) for one in found}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "empty name"])
def test_the_repair_of_a_tree_is_no_violation(scene: Scene, kind: str) -> None:
    """Whatever was recorded meanwhile stays, and is compared to what was there before the false entry."""
    good = scene.git("rev-parse", "main^{tree}")
    bad = _spoil(scene, kind)
    scene.move(scene.git("commit-tree", "main^{tree}", "-p", "main", stdin="Nothing new\n"))
    repair = commit_tree(scene, good)
    scene.append(line("n1"))
    for words in ((), ("--full",)):
        found = scene.verify(*words, code=1)["violations"]
        assert {one["commit"] for one in found if one["rule"] == "tree-malformed"} == {bad}
        assert repair not in {one["commit"] for one in found}


def test_a_repair_that_keeps_the_false_entry_is_a_violation(scene: Scene) -> None:
    """Of two entries of one name, the repair keeps the one with another value."""
    _spoil(scene, "two files")
    false = _falsified(scene)
    tree = edit_folder(
        scene, "scores/bot", lambda rows: [row for row in rows if row[1] != b"2026-11.jsonl" or row[2] == false]
    )
    repair = commit_tree(scene, tree)
    found = scene.verify("--full", code=1)["violations"]
    assert ("score-rewritten", repair, BOT) in {(one["rule"], one["commit"], one["path"]) for one in found}


def test_folders_that_orgtp_does_not_read_may_have_twins(scene: Scene) -> None:
    scene.commit(
        {"notes/Plan.txt": "x\n", "Notes.txt": "x\n", "notes.txt": "y\n", "policy/Team": "", "policy/team": ""}
    )
    assert scene.verify("--full", code=0)["verdict"] == "intact"


def test_a_tree_that_cannot_be_parsed_proves_nothing(scene: Scene) -> None:
    tree = scene.object("tree", b"100644 org.yaml\0short")
    scene.move(
        scene.object(
            "commit",
            scene.raw("cat-file", "commit", "main").replace(
                scene.git("rev-parse", "main^{tree}").encode(), tree.encode()
            ),
        )
    )
    assert scene.verify()["code"] == 4


def test_the_quick_check_and_the_thorough_one_agree() -> None:
    """A tree with a fault in any place is found, whatever its neighbours are."""
    oid = b"\x01" * 20
    plain = [b"100644 a\0", b"40000 b\0", b"100755 c.txt\0", b"120000 d\0", b"160000 e\0"]
    assert list(find_tree_faults(b"".join(row + oid for row in plain), "", 20)) == []
    for at in range(len(plain) + 1):
        for odd in (
            b"100644 \0",
            b"100644 x/y\0",
            b"40000 .\0",
            b"40000 ..\0",
            b"40000 .git\0",
            b"100644 .Git \0",
            b"1 z\0",
        ):
            rows = [*plain[:at], odd, *plain[at:]]
            assert list(find_tree_faults(b"".join(row + oid for row in rows), "", 20)), (at, odd)
    # Git sorts a folder as if its name ended with a slash.
    for order, ok in ((("100644 a.b", "40000 a"), True), (("40000 a", "100644 a.b"), False)):
        raw = b"".join(row.encode() + b"\0" + oid for row in order)
        assert (list(find_tree_faults(raw, "", 20)) == []) is ok


# Every entry point that reads a tree.

READS = {
    "chart --at": ("chart", "--at", "main"),
    "scorecard --at": ("scorecard", "--at", "main"),
    "score list, one seat, --at": ("score", "list", "bot", "--at", "main"),
    "seat show --at": ("seat", "show", "bot", "--at", "main"),
    "context --at": ("context", "bot", "--at", "main"),
    "stale --at": ("stale", "--at", "main"),
    "log --at": ("log", "--at", "main"),
    "diff from it": ("diff", "main"),
    "diff to it": ("diff", "main~1", "main"),
    "validate --at": ("validate", "--at", "main"),
    "validate --base": ("validate", "--base", "main~1"),
    "validate": ("validate",),
    "checkpoint": ("audit", "checkpoint", "--key", "key"),
    "export": ("audit", "export", "x.zip", "--unsigned"),
    "score add": ("score", "add", "bot", "number", "5", "--by", "ada"),
    "seat set": ("seat", "set", "bot", "mission=x", "--by", "ada"),
    "retire": ("retire", "bot", "--to", "cat", "--reason", "x", "--decided-by", "ada", "--by", "ada", "--yes"),
    "escalate open": ("escalate", "open", "bot", "x", "--by", "ada"),
}


@pytest.mark.parametrize("name", READS)
def test_no_command_reads_a_tree_that_git_never_writes(scene: Scene, name: str) -> None:
    _spoil(scene, "slash at the top")
    scene.git("checkout", "-q", "-f", "--detach", "main~1")
    if name == "validate":
        scene.git("symbolic-ref", "HEAD", "refs/heads/main")
    if name == "validate --base":
        commit_tree(scene, scene.git("rev-parse", "main~1^{tree}"))
        scene.git("checkout", "-q", "-f", "--detach", "main")
    head, before = scene.tip(), sorted(path.name for path in scene.shell.folder.iterdir())
    ran = scene.shell(*READS[name], code=1)
    assert "scores/bot/2026-11.jsonl" in ran.out + ran.err
    assert "git never writes" in ran.out + ran.err
    assert (scene.tip(), sorted(path.name for path in scene.shell.folder.iterdir())) == (head, before)


TWIN_READS = {
    **{name: words for name, words in READS.items() if name not in {"checkpoint", "export"}},
    "score list of a seat --at": ("score", "list", "bot", "--at", "main"),
    "seat list --at": ("seat", "list", "--at", "main"),
}


@pytest.mark.parametrize(
    "kind", ["twins in case, a seat", "twins in case, a month", "twins in case, a mailmap", "twins in case, the org"]
)
@pytest.mark.parametrize("name", ["chart --at", "score list of a seat --at", "diff to it", "score add", "seat set"])
def test_no_command_reads_names_that_differ_only_by_case(scene: Scene, kind: str, name: str) -> None:
    """Each command that reads such a folder refuses it. A folder that it does not read may have any names."""
    _spoil(scene, kind)
    scene.git("checkout", "-q", "-f", "--detach", "main~1")
    head = scene.tip()
    touches = not (name in {"chart --at", "seat set"} and kind == "twins in case, a month")
    if touches and not (name == "score list of a seat --at" and kind == "twins in case, a seat"):
        ran = scene.shell(*TWIN_READS[name], code=1)
        assert "which differ only by case" in ran.out + ran.err
        assert scene.tip() == head


@pytest.mark.parametrize("kind", ["twins in case, a seat", "twins in case, a month"])
def test_a_bare_clone_with_names_that_differ_only_by_case_is_not_read(scene: Scene, kind: str, tmp_path: Path) -> None:
    _spoil(scene, kind)
    there = _as_bare(scene, tmp_path)
    for words in (("score", "list"), ("score", "add", "bot", "number", "5", "--by", "ada")):
        assert "which differ only by case" in there(*words, code=1).err
    assert there("audit", "verify", "--json", code=1).json["violations"]


def test_readme_and_other_files_of_the_user_may_have_twins(scene: Scene) -> None:
    scene.commit({"README.md": "x\n", "readme.md": "y\n", "Makefile": "", "makefile": "", "docs/A": "", "docs/a": ""})
    scene.shell("chart", "--at", "main")
    scene.shell("score", "add", "bot", "number", "5", "--by", "ada")
    scene.shell("validate")


@pytest.mark.parametrize("mode", ["100664", "0100644", "00100664", "100600"])
def test_a_file_with_a_mode_that_early_programs_wrote_is_a_file_everywhere(
    scene: Scene, mode: str, tmp_path: Path
) -> None:
    """Git reads each of these as a regular file, so a value there counts and another can be added."""
    good = scene.git("rev-parse", "main^{tree}")
    for folder, name in (("scores/bot", b"2026-11.jsonl"), ("seats", b"bot.yaml"), ("", b"org.yaml")):
        edit = lambda rows, name=name: [(mode if n == name else m, n, o) for m, n, o in rows]  # noqa: E731
        commit_tree(scene, edit_folder(scene, folder, edit))
    assert scene.git("rev-parse", "main^{tree}") != good
    scene.git("reset", "-q", "--hard")
    before = scene.shell("score", "list", "bot").out
    there = _as_bare(scene, tmp_path)
    for shell, words in ((scene.shell, ("--at", "main")), (there, ())):
        assert shell("score", "list", "bot", *words).out == before
        assert "bot" in shell("seat", "list", *words).out
    for shell in (scene.shell, there):
        shell("score", "add", "bot", "number", "5", "--by", "ada", "--id", "later")
        assert '"later"' in shell.git("show", f"main:{BOT}").out
        shell("seat", "set", "bot", "mission=x", "--by", "ada")
        assert shell("audit", "verify", "--json").json["verdict"] == "intact"
    assert scene.git("status", "--short") == ""


def test_a_commit_whose_top_folder_has_an_empty_name_is_malformed_and_not_from_before_the_org(scene: Scene) -> None:
    commit = commit_tree(scene, edit_folder(scene, "", insert_sorted(file("", blob(scene, "x")))))
    scene.git("checkout", "-q", "-f", "--detach", "main~1")
    for words in (
        ("chart", "--at", commit),
        ("diff", commit),
        ("diff", "main~1", commit),
        ("score", "list", "--at", "main"),
    ):
        assert "git never writes" in scene.shell(*words, code=1).err


def _as_bare(scene: Scene, tmp_path: Path) -> Shell:
    bare = tmp_path / "bare.git"
    shutil.copytree(scene.shell.folder / ".git", bare)
    there = Shell(bare, scene.shell.home)
    there.git("config", "core.bare", "true")
    return there


def test_a_bare_clone_is_not_read_and_its_audit_says_why(scene: Scene, tmp_path: Path) -> None:
    commit = _spoil(scene, "slash at the top")
    bare = tmp_path / "bare.git"
    shutil.copytree(scene.shell.folder / ".git", bare)
    there = Shell(bare, scene.shell.home)
    there.git("config", "core.bare", "true")
    for words in (("chart",), ("score", "list"), ("score", "add", "bot", "number", "5", "--by", "ada")):
        assert "git never writes" in there(*words, code=1).err
    found = there("audit", "verify", "--json", code=1).json
    assert (commit, BOT) in {(one["commit"], one["path"]) for one in found["violations"]}


def test_the_python_api_names_the_entry(scene: Scene) -> None:
    _spoil(scene, "two files")
    with pytest.raises(MalformedTree, match=r"it has scores/bot/2026-11\.jsonl twice"):
        _ = orgtp.open(scene.shell.folder, at="main").org.score_records("bot", "number")


@pytest.mark.parametrize("kind", ["slash at the top", "slash of a new file", "two files", "twins in case, a seat"])
def test_sync_neither_receives_nor_sends_such_a_tree(scene: Scene, kind: str, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    scene.git("clone", "-q", "--bare", ".", str(remote))
    scene.git("remote", "add", "origin", str(remote))
    other = scene.at("other")
    scene.git("clone", "-q", str(remote), str(other.shell.folder))
    scene.shell("sync")
    commit = _spoil(scene, kind)
    scene.git("reset", "-q", "--hard")
    sent = scene.shell("sync", code=1)
    assert "git never writes" in sent.err
    assert commit[:10] in sent.err
    assert scene.git("--git-dir", str(remote), "rev-parse", "main") != commit
    # Somebody pushes it with git.
    scene.git("push", "-q", str(remote), "main")
    before = other.tip()
    received = other.shell("sync", code=1)
    assert "git never writes" in received.err or "sends objects that git reports as broken" in received.err
    assert other.tip() == before
    # A new clone has it already, and does not trust it either.
    fresh = scene.at("fresh")
    scene.git("clone", "-q", "--bare", str(remote), str(fresh.shell.folder))
    assert "git never writes" in fresh.shell("sync", code=1).err
    assert fresh.git("for-each-ref", "refs/orgtp/seen") == ""


def test_a_replayed_commit_with_such_a_tree_is_refused(scene: Scene, tmp_path: Path) -> None:
    """An honest commit lies on top of it, and the remote has moved."""
    remote = tmp_path / "remote.git"
    scene.git("clone", "-q", "--bare", ".", str(remote))
    scene.git("remote", "add", "origin", str(remote))
    scene.shell("sync")
    good = scene.git("rev-parse", "main^{tree}")
    _spoil(scene, "slash at the top")
    commit_tree(scene, good)
    other = scene.at("other")
    scene.git("clone", "-q", str(remote), str(other.shell.folder))
    other.shell("score", "add", "cat", "number", "5", "--by", "ada", "--push")
    assert "git never writes" in scene.shell("sync", code=1).err


def test_entries_of_a_tree_are_read_as_they_are(scene: Scene) -> None:
    """The helper writes what git itself writes, if nothing is edited."""
    tree = edit_folder(scene, "scores/bot", lambda entries: entries)
    assert tree == scene.git("rev-parse", "main^{tree}")
    assert read_tree(scene, tree) == read_tree(scene, "main")
