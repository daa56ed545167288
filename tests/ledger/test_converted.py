"""Whether a file holds uncommitted work is decided as git decides it: it converts line ends, encodings and `$Id$`.

No filter program runs: the repository chooses which one, and it could have planted it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import NOW, Shell
from tests.ledger.ledgers import FILE, VALUE, assert_whole, ids, status

SEAT = "seats/bot.yaml"
SET = ("seat", "set", "bot", "role=Changed")


def _to_crlf(here: Shell, path: str) -> None:
    target = here.folder / path
    target.write_bytes(target.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def _commit_attributes(here: Shell, line: str) -> None:
    here.write(".gitattributes", here.read(".gitattributes") + line + "\n")
    here.git("add", ".gitattributes")
    here.git("commit", "-qm", "Attributes", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)


def _refresh(here: Shell) -> None:
    """What every `git status` does."""
    here.git("update-index", "-q", "--refresh", code=None)


@pytest.mark.parametrize("known_to_git", [True, False])
@pytest.mark.parametrize("how", ["eol", "autocrlf", "autocrlf-input", "eol-crlf"])
def test_line_ends_that_git_converts_are_no_work(here: Shell, how: str, known_to_git: bool) -> None:
    """Whether git has looked at the file since, so that its index knows it, or not."""
    if how == "eol-crlf":
        _commit_attributes(here, "*.yaml text eol=crlf")
    elif how != "eol":
        _commit_attributes(here, "*.yaml !text !eol")
        here.git("config", "core.autocrlf", "input" if how == "autocrlf-input" else "true")
    _to_crlf(here, SEAT)
    if known_to_git:
        here.git("add", SEAT)
    assert here.git("diff", "HEAD").out == ""
    assert here("chart", "--json").json["dirty"] is False
    here(*SET)
    assert "role: Changed" in here.read(SEAT)
    assert (here("chart", "--json").json["dirty"], here.git("diff", "HEAD").out) == (False, "")
    _refresh(here)
    assert_whole(here)


@pytest.mark.parametrize("action", ["retire", "value"])
def test_the_same_for_other_changes(here: Shell, action: str) -> None:
    here(*VALUE, "12", "--id", "first")
    here.write(".gitattributes", "* text=auto eol=lf\n")
    for path in ("seats/cat.yaml", "seats/bot.yaml", FILE):
        _to_crlf(here, path)
    here.git("add", "-A")
    here.git("commit", "-qm", "Attributes", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    assert status(here) == []
    if action == "retire":
        here("retire", "cat", "--to", "bot", "--by", "ada", "--reason", "Done", "--decided-by", "ada", "--yes")
        assert "status: retired" in here.read("seats/cat.yaml")
    else:
        here(*VALUE, "13", "--id", "second")
        assert here.read(FILE) == here.git("show", f"main:{FILE}").out
    _refresh(here)
    assert_whole(here)


def test_what_a_sync_receives(here: Shell) -> None:
    here.git("clone", "-q", "--bare", ".", "../remote.git")
    here.git("remote", "add", "origin", "../remote.git")
    here.git("clone", "-q", "../remote.git", "../other")
    here.at(here.folder.parent / "other")(*SET, "--push")
    _to_crlf(here, SEAT)
    here("sync")
    assert "role: Changed" in here.read(SEAT)
    _refresh(here)
    assert_whole(here)


def test_an_identifier_that_git_expands(here: Shell) -> None:
    here.write(SEAT, here.read(SEAT) + "# $Id$\n")
    _commit_attributes(here, "*.yaml ident")
    here.git("commit", "-qam", "A line", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    (here.folder / SEAT).unlink()
    here.git("checkout", "-q", "--", SEAT)
    assert "$Id: " in here.read(SEAT)
    here(*SET)
    assert "role: Changed" in here.read(SEAT)


def test_an_encoding_that_git_converts(here: Shell) -> None:
    _commit_attributes(here, "seats/cat.yaml working-tree-encoding=UTF-16LE")
    (here.folder / "seats/cat.yaml").unlink()
    here.git("checkout", "-q", "--", "seats/cat.yaml")
    here("seat", "set", "cat", "role=Changed")
    assert "role: Changed" in here.git("show", "main:seats/cat.yaml").out


# What a person changed stays, however it is converted.


@pytest.mark.parametrize("staged", [False, True])
def test_an_edit_with_other_line_ends_is_work(here: Shell, staged: bool) -> None:
    here.write(SEAT, here.read(SEAT) + "x-mine: 1\n")
    _to_crlf(here, SEAT)
    if staged:
        here.git("add", SEAT)
    before = (here.folder / SEAT).read_bytes()
    assert here("chart", "--json").json["dirty"] is True
    assert f"{SEAT} has uncommitted changes" in here(*SET, code=2).err
    assert (here.folder / SEAT).read_bytes() == before


def test_line_ends_that_git_does_not_convert_are_work(here: Shell) -> None:
    _commit_attributes(here, "*.yaml -text")
    _to_crlf(here, SEAT)
    before = (here.folder / SEAT).read_bytes()
    assert status(here) == [f" M {SEAT}"]
    assert f"{SEAT} has uncommitted changes" in here(*SET, code=2).err
    assert (here.folder / SEAT).read_bytes() == before


def test_a_record_of_a_person_in_a_score_file_with_other_line_ends_stays(here: Shell) -> None:
    here(*VALUE, "12", "--id", "first")
    _commit_attributes(here, "*.jsonl text eol=lf")
    mine = here.read(FILE).replace("first", "mine")
    here.write(FILE, here.read(FILE) + mine)
    _to_crlf(here, FILE)
    here(*VALUE, "13", "--id", "second")
    assert ids(here) == ["first", "second"]
    for name in ("first", "mine", "second"):
        assert here.read(FILE).count(f'"{name}"') == 1


@pytest.mark.parametrize("bit", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_not_to_see_stays(here: Shell, bit: str) -> None:
    here.git("update-index", bit, SEAT)
    here.write(SEAT, here.read(SEAT) + "x-mine: 1\n")
    before = here.read(SEAT)
    ran = here(*SET, code=None)
    assert here.read(SEAT) == before
    assert ran.code == 0 if bit == "--skip-worktree" else "uncommitted changes" in ran.err


# Filters.


def _let_git_look(here: Shell) -> None:
    """Let git compare the file, as it does at each `git status`, when the file is older than the index."""
    os.utime(here.folder / SEAT, (1_700_000_000, 1_700_000_000))
    assert status(here) == []


@pytest.fixture
def filtered(here: Shell) -> tuple[Shell, Path]:
    """Seat files that a filter of the repository's own configuration converts; it notes that it ran."""
    ran = here.home / "filter-ran"
    for name, change in (("clean", "s/DESK/Desk/"), ("smudge", "s/Desk/DESK/")):
        here.git("config", f"filter.planted.{name}", f"touch '{ran}'; sed {change}")
    here.git("config", "filter.planted.required", "true")
    here.git("config", "filter.plan ted.x.process", f"touch '{ran}'")
    _commit_attributes(here, "seats/*.yaml filter=planted")
    (here.folder / SEAT).unlink()
    here.git("checkout", "-q", "--", SEAT)
    assert "DESK" in here.read(SEAT)
    _let_git_look(here)
    ran.unlink()
    return here, ran


def test_a_file_that_a_filter_converted_is_no_work_and_no_filter_runs(filtered: tuple[Shell, Path]) -> None:
    here, ran = filtered
    here("seat", "set", "bot", "mission=New")
    assert "mission: New" in here.read(SEAT)
    assert here.git("show", f"main:{SEAT}").out == here.read(SEAT)
    assert not ran.exists()
    _let_git_look(here)
    ran.unlink()
    here("seat", "set", "bot", "mission=Newer")
    here("chart", "--json")
    here("validate")
    assert not ran.exists()
    assert status(here) == []


@pytest.mark.parametrize("touched_only", [True, False])
def test_where_only_the_filter_could_tell_nothing_is_overwritten(
    filtered: tuple[Shell, Path], touched_only: bool
) -> None:
    here, ran = filtered
    here.write(SEAT, here.read(SEAT) + ("" if touched_only else "x-mine: 1\n"))
    os.utime(here.folder / SEAT, (1_800_000, 1_800_000))
    before = here.read(SEAT)
    told = here("seat", "set", "bot", "mission=New", code=2)
    assert (here.read(SEAT), ran.exists()) == (before, False)
    # The remedy makes git look again, which settles it where nothing was changed.
    assert f"See: git diff HEAD -- {SEAT}" in told.err
    here.git("diff", "HEAD", "--", SEAT)
    here("seat", "set", "bot", "mission=New", code=0 if touched_only else 2)
