"""Wherever the ledger branch is, and whatever is checked out beside it, a value lands on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Shell
from tests.ledger.ledgers import FILE, VALUE, assert_whole, ids, records, status

OTHER = ("score", "add", "cat", "number")


@pytest.mark.parametrize("away", [("checkout", "-qb", "work"), ("checkout", "-q", "--detach")])
def test_another_branch_or_none_is_checked_out(here: Shell, away: tuple[str, ...]) -> None:
    here.git(*away)
    here.write("notes/plan.txt", "staged\n")
    here.git("add", "notes/plan.txt")
    here.write("notes/kept.txt", "dirty\n")
    before = here.head()
    ran = here(*VALUE, "12", "--id", "away")
    assert "recorded on the branch main" in ran.err
    assert (here.head(), ids(here)) == (before, ["away"])
    assert not (here.folder / FILE).exists()
    assert_whole(here, [" M notes/kept.txt", "M  notes/plan.txt"])


@pytest.fixture
def linked(here: Shell) -> Shell:
    """A linked work tree on a branch of its own."""
    here.git("worktree", "add", "-q", "-b", "work", "../linked")
    return here.at(here.folder.parent / "linked")


def test_a_value_from_a_linked_work_tree_shows_where_the_ledger_is_checked_out(here: Shell, linked: Shell) -> None:
    linked(*VALUE, "12", "--id", "linked")
    here(*VALUE, "13", "--id", "main")
    assert ids(here) == ["linked", "main"]
    assert not (linked.folder / FILE).exists()
    assert len(here.read(FILE).splitlines()) == 2
    assert_whole(linked)
    assert_whole(here)


def test_the_ledger_is_checked_out_in_a_linked_work_tree(here: Shell, linked: Shell) -> None:
    here.git("checkout", "-q", "--detach")
    linked.git("checkout", "-q", "main")
    linked.write("notes/plan.txt", "staged\n")
    linked.git("add", "notes/plan.txt")
    here(*VALUE, "12", "--id", "first")
    linked(*VALUE, "13", "--id", "second")
    assert len(linked.read(FILE).splitlines()) == 2
    assert (status(here), status(linked)) == ([], ["M  notes/plan.txt"])
    assert_whole(here)


def test_two_work_trees_have_the_ledger(here: Shell) -> None:
    here.git("worktree", "add", "-qf", "../twin", "main")
    twin = here.at(here.folder.parent / "twin")
    twin.write("notes/kept.txt", "dirty\n")
    here(*VALUE, "12", "--id", "first")
    twin(*VALUE, "13", "--id", "second")
    assert here.read(FILE) == twin.read(FILE)
    assert status(twin) == [" M notes/kept.txt"]
    assert_whole(here)


def test_a_work_tree_whose_folder_is_gone_is_in_nobodys_way(here: Shell, linked: Shell) -> None:
    here.git("checkout", "-q", "--detach")
    linked.git("checkout", "-q", "main")
    linked.folder.rename(linked.folder.with_name("away"))
    here(*VALUE, "12", "--id", "first")
    assert ids(here) == ["first"]


def test_a_bare_repository(bare: Shell) -> None:
    bare(*VALUE, "12", "--id", "first")
    bare.at(bare.folder.parent)("--org", "acme.git", *VALUE, "13", "--id", "second")
    assert ids(bare) == ["first", "second"]
    assert_whole(bare)


def test_a_bare_repository_with_the_ledger_in_a_linked_work_tree(bare: Shell) -> None:
    bare.git("worktree", "add", "-q", "../tree", "main")
    tree = bare.at(bare.folder.parent / "tree")
    tree.write("notes/kept.txt", "dirty\n")
    bare(*VALUE, "12", "--id", "first")
    tree(*VALUE, "13", "--id", "second")
    assert len(tree.read(FILE).splitlines()) == 2
    assert_whole(tree, [" M notes/kept.txt"])
    assert_whole(bare)


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_a_sparse_checkout_without_scores(here: Shell, cone: str) -> None:
    """Neither a file that grows nor one that is new comes back into it."""
    here(*VALUE, "12", "--id", "first")
    assert status(here) == []
    here.git("sparse-checkout", "set", cone, *(["seats", "notes"] if cone == "--cone" else ["/*", "!/scores/"]))
    assert not (here.folder / "scores").exists()
    here(*VALUE, "13", "--id", "second")
    here(*OTHER, "14", "--id", "third")
    assert ids(here) == ["first", "second", "third"]
    assert not (here.folder / "scores").exists()
    assert status(here) == []
    here.git("sparse-checkout", "disable")
    assert len(here.read(FILE).splitlines()) == 2
    assert_whole(here)


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_what_a_sparse_checkout_leaves_out_is_not_missing(here: Shell, cone: str) -> None:
    """Every view shows it, from git. The work tree is not `dirty` because of it, and validate reads it as well."""
    here(*VALUE, "12", "--id", "first")
    here("seat", "set", "cat", "role=Other")
    views = [("chart",), ("scorecard",), ("score", "list"), ("seat", "show", "bot"), ("stale",), ("seat", "list")]
    views += [("context", "bot"), ("validate",), ("escalate", "list")]
    before = [_shown(here, *view) for view in views]
    assert '"12"' in before[2]
    assert status(here) == []
    here.git("sparse-checkout", "set", cone, *(["notes"] if cone == "--cone" else ["/*", "!/scores/", "!/seats/"]))
    assert not (here.folder / "scores").exists()
    assert not (here.folder / "seats").exists()
    assert [_shown(here, *view) for view in views] == before
    assert here("chart", "--json").json["dirty"] is False
    here.git("worktree", "add", "-q", "--detach", "../linked")
    linked = here.at(here.folder.parent / "linked")
    assert [_shown(linked, *view) for view in views] == before
    here.git("sparse-checkout", "disable")
    (here.folder / FILE).unlink()
    assert '"12"' not in _shown(here, "score", "list")


def _shown(here: Shell, *words: str) -> str:
    return here(*words, "--json", code=None).out


def test_what_a_sparse_and_partial_clone_lacks_is_said_to_be_unread(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    here.git("config", "uploadpack.allowFilter", "true")
    here.git("clone", "-q", "--filter=blob:none", "--sparse", f"file://{here.folder}", "../part")
    part = here.at(here.folder.parent / "part")
    part.git("sparse-checkout", "set", "seats")
    assert not (part.folder / "scores").exists()
    ran = part("score", "list", code=None)
    assert "the output is incomplete" in ran.err
    problems = part("validate", "--json", code=1).json["problems"]
    assert (FILE, "cannot be read") in {(problem["path"], problem["message"]) for problem in problems}


def test_an_id_of_a_caller_that_stands_in_another_seats_file(here: Shell) -> None:
    here(*VALUE, "12", "--id", "run-1")
    for spoil in (None, b"no database", b""):
        if spoil is not None:
            _cache(here).write_bytes(spoil)
        ran = here(*OTHER, "13", "--id", "run-1", code=2)
        assert "the id run-1 belongs to another value: bot number 2026-W47 = 12" in ran.err
        assert "already recorded: bot number 2026-W47 = 12" in here(*VALUE, "12", "--id", "run-1").err
    assert [record["id"] for record in records(here)] == ["run-1"]
    assert_whole(here)


def test_an_id_that_came_by_hand_and_one_that_was_taken_back(here: Shell) -> None:
    here(*VALUE, "12", "--id", "run-1")
    line = here.read(FILE).replace("run-1", "hand-1")
    here.write("scores/cat/2026-11.jsonl", line)
    here.git("add", ".")
    here.git("commit", "-qm", "By hand")
    said = here(*VALUE, "14", "--id", "hand-1", code=2).err
    assert "the id hand-1 belongs to another value: cat number 2026-W47 = 12" in said
    here.git("reset", "-q", "--hard", "HEAD~1")
    here(*VALUE, "14", "--id", "hand-1")
    assert ids(here) == ["hand-1", "run-1"]
    assert_whole(here)


def _cache(here: Shell) -> Path:
    return here.folder / ".git/orgtp/ids.sqlite"
