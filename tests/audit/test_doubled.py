"""A tree with two entries of one name: git tells one of them, and shows the other. Nobody may hide a value in it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.canary.birds import within
from tests.conftest import NOW, Shell

PATH = "scores/bot/2026-11.jsonl"
BOTH_WAYS = (("audit", "verify", "--json"), ("audit", "verify", "--full", "--json"))


@pytest.fixture
def acme(acme: Shell) -> Shell:
    """The small org, with what is done by hand of the day on which the clock of the tests stands."""
    dated = within(acme, {"GIT_AUTHOR_DATE": NOW, "GIT_COMMITTER_DATE": NOW})
    dated.git("commit", "-q", "--amend", "--no-edit", "--date", NOW)
    return dated


def _object(shell: Shell, kind: str, raw: bytes) -> str:
    """Write an object as it is, whatever git thinks of it; its id."""
    words = ["git", "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    return subprocess.check_output(words, cwd=shell.folder, input=raw, env=shell.env()).decode().strip()


def _entry(name: str, oid: str, mode: str) -> bytes:
    return f"{mode} {name}\0".encode() + bytes.fromhex(oid)


def _raw(shell: Shell, rev: str) -> bytes:
    return subprocess.check_output(["git", "cat-file", "tree", rev], cwd=shell.folder, env=shell.env())


def _commit(shell: Shell, folder: bytes) -> str:
    """A commit whose `scores/bot` is this tree."""
    inner = _object(shell, "tree", folder)
    scores = _object(shell, "tree", _entry("bot", inner, "40000"))
    old = shell.git("rev-parse", "HEAD:scores").out.strip()
    root = _object(shell, "tree", _raw(shell, "HEAD^{tree}").replace(bytes.fromhex(old), bytes.fromhex(scores)))
    made = shell.git("commit-tree", "-p", "HEAD", "-m", "Nothing much", root).out.strip()
    shell.git("update-ref", "refs/heads/main", made)
    return made


def _both(good: str, bad: str) -> bytes:
    return _entry("2026-11.jsonl", good, "100644") + _entry("2026-11.jsonl", bad, "100644")


def _swapped(good: str, bad: str) -> bytes:
    return _both(bad, good)


@pytest.mark.parametrize("order", [_both, _swapped])
@pytest.mark.parametrize("later", [False, True])
def test_two_files_of_one_name_are_seen(acme: Shell, order: Callable[[str, str], bytes], later: bool) -> None:
    """The second one has another value; also where a legal commit follows, and where the first was audited before."""
    acme("score", "add", "bot", "number", "13")
    acme("audit", "verify")
    good = acme.git("rev-parse", f"HEAD:{PATH}").out.strip()
    edited = acme.git("show", f"HEAD:{PATH}").out.replace('"13"', '"99"')
    made = _commit(acme, order(good, _object(acme, "blob", edited.encode())))
    if later:
        after = acme.git("commit-tree", "-p", "HEAD", "-m", "Later", "HEAD^{tree}").out.strip()
        acme.git("update-ref", "refs/heads/main", after)
    for words in BOTH_WAYS:
        found = acme(*words, code=1).json["violations"]
        assert "tree-malformed" in {one["rule"] for one in found}
        assert PATH in {one["path"] for one in found}
        assert later or made in {one["commit"] for one in found}


def test_a_deleted_seat_that_is_restored_is_told_once(acme: Shell) -> None:
    acme.git("rm", "-q", "seats/bot.yaml")
    acme.git("commit", "-qm", "Gone")
    assert [one["rule"] for one in acme("audit", "verify", "--json", code=1).json["violations"]] == ["seat-deleted"]
    acme.git("revert", "--no-edit", "HEAD")
    for words in BOTH_WAYS:
        ran = acme(*words, code=1).json
        assert [one["rule"] for one in ran["violations"]] == ["seat-deleted"]
        assert ran["guarantees"] == []
