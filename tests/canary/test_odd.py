"""Odd people, odd files and odd places, none of them hostile."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.canary.birds import within
from tests.conftest import Shell

_VALUE = ("score", "add", "bot", "number", "13")


def _author(shell: Shell) -> str:
    return shell.git("log", "-1", "--format=%an <%ae>").out.strip()


@pytest.mark.parametrize(
    ("name", "email", "author"),
    [
        ("Name.", "n@example.com", "Name <n@example.com>"),
        (" . J. R. <x> , ", "n@example.com.", "J. R. x <n@example.com>"),
        ('"Quoted"', "<n@example.com>", "Quoted <n@example.com>"),
        ("Zoë Ångström 王", "zoë@example.com", "Zoë Ångström 王 <zoë@example.com>"),
        ("O'Brien; rm -rf", "-x@example.com", "O'Brien; rm -rf <-x@example.com>"),
        ("A\nOrgtp-By: ada", "n@example.com", "AOrgtp-By: ada <n@example.com>"),
    ],
)
def test_odd_names(acme: Shell, name: str, email: str, author: str) -> None:
    """The author is as git itself would have it."""
    named = within(acme, {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email})
    named(*_VALUE)
    assert _author(acme) == author
    named.git("commit", "-q", "--allow-empty", "-m", "x")
    assert _author(acme) == author
    acme.git("fsck", "--strict")


@pytest.mark.parametrize("name", ["<.>", "  "])
def test_a_name_that_git_refuses(acme: Shell, name: str) -> None:
    """Nobody, then: the acting seat stands in, or it is refused at once. It is not kept for ever."""
    assert "git does not know who you are" in acme(*_VALUE, code=2, GIT_AUTHOR_NAME=name).err
    acme(*_VALUE, "--by", "bot", GIT_AUTHOR_NAME=name)
    assert _author(acme) == "Bot <bot@acme.invalid>"
    acme("score", "add", "bot", "number", "14")
    assert len(acme("score", "list", "bot", "number", "--json").json["scores"]) == 2


def test_a_seat_whose_name_git_refuses(acme: Shell) -> None:
    acme("seat", "set", "bot", "name=.")
    (acme.home / ".gitconfig").unlink()
    acme(*_VALUE, "--by", "bot")
    assert _author(acme) == "bot <bot@acme.invalid>"


def test_init_by_someone_whose_name_git_refuses(shell: Shell) -> None:
    (shell.home / ".gitconfig").write_text("[user]\n\tname = <>\n\temail = n@example.com\n", encoding="utf-8")
    shell("init", "new")
    assert _author(shell.at(shell.folder / "new")) == "orgtp <orgtp@init.invalid>"


def test_a_name_that_is_no_utf8(acme: Shell) -> None:
    acme(*_VALUE, GIT_AUTHOR_NAME=os.fsdecode(b"Zo\xeb"))
    assert _author(acme) == "Zo\ufffd <tester@example.com>"
    acme.git("fsck", "--strict")
    with (acme.home / ".gitconfig").open("ab") as out:
        out.write(b"[user]\n\tname = Zo\xeb\n")
    acme("seat", "set", "bot", "mission=M")
    assert _author(acme) == "Zo\ufffd <tester@example.com>"


_FILES = (
    b"-x",
    b"--help",
    b"new\nline",
    b"no-utf8-\xff",
    b"a\ttab",
    b'"quoted"',
    b":(glob)*",
    b"\xc3\xa9",
    b" ",
    b"\\",
)


def test_odd_files_elsewhere(acme: Shell) -> None:
    """Files that orgtp does not know are left alone, tracked, changed, or not."""
    for folder in (b"", b"odd/", b"seats/", b"scores/bot/", b"odd\nfolder/"):
        for name in _FILES:
            path = os.path.join(os.fsencode(acme.folder), folder, name)  # noqa: PTH118  (bytes)
            Path(os.fsdecode(path)).parent.mkdir(parents=True, exist_ok=True)
            Path(os.fsdecode(path)).write_bytes(name)
    acme.git("add", "odd", "odd\nfolder", "--", *[os.fsdecode(name) for name in _FILES if not name.startswith(b":")])
    acme.git("add", "seats", "scores")
    acme.git("commit", "-qm", "Odd")
    # One of the files that cannot be read may have the address of whoever acts.
    acme(*_VALUE, "--by", "ada")
    acme("seat", "set", "bot", "mission=M")
    acme("retire", "bot", "--to", "ada", "--by", "ada", "--reason", "R", "--yes", code=1)
    words = ["git", "-c", "core.quotePath=true", "diff", "--name-only", "HEAD~3", "HEAD"]
    done = subprocess.run(words, cwd=acme.folder, env=acme.env(), capture_output=True, check=True, text=True)
    names = {"retirements/bot.yaml", "scores/bot/2026-11.jsonl", "seats/bot.yaml", "seats/ada.yaml"}
    assert set(done.stdout.split("\n")) - {""} <= names
    for words_ in (("log",), ("log", "bot", "--json"), ("chart", "--at", "HEAD"), ("chart", "--json")):
        acme(*words_, code=1)
    odd = {row["rule"] for row in acme("validate", "--json", code=1).json["problems"] if row["severity"] == "error"}
    assert odd == {"seat-file-name"}
    acme.git("fsck", "--strict")


_PLACES = ("with space Zoë 王".encode(), b"-x", b"a:b", b"$HOME;x", b"new\nline", b"ends\n", b"no-utf8-\xff")


@pytest.mark.parametrize("name", _PLACES, ids=str)
def test_odd_places(acme: Shell, name: bytes) -> None:
    place = acme.folder.parent / os.fsdecode(name) / "org"
    place.parent.mkdir()
    acme.folder.rename(place)
    there = acme.at(place)
    there.git("worktree", "add", "-q", "--detach", "../linked")
    there("seat", "set", "bot", "mission=M")
    acme.at(place.parent / "linked")(*_VALUE)
    there("score", "add", "bot", "number", "15", ORGTP_ORG=str(place))
    assert there.git("status", "--porcelain").out == ""
    assert len(there("score", "list", "bot", "number", "--json", "--at", "HEAD").json["scores"]) == 2


def test_a_repository_that_is_broken_is_not_the_one_around_it(acme: Shell) -> None:
    """Git looks further up where a `.git` is none; orgtp records in the folder that was named, or nowhere."""
    inner = acme.at(acme.folder / "inner")
    shutil.copytree(acme.folder / "seats", inner.folder / "seats")
    shutil.copy(acme.folder / "org.yaml", inner.folder / "org.yaml")
    inner.write(".git/HEAD", "ref: refs/heads/main\n")
    before = acme.head()
    for words in (_VALUE, ("seat", "set", "bot", "mission=M"), ("chart", "--at", "HEAD"), ("log",)):
        assert "not a git repository" in inner(*words, code=2).err, words
    assert acme.head() == before
    assert acme.git("status", "--porcelain").out == "?? inner/\n"


@pytest.fixture
def strangers(acme: Shell) -> dict[str, str]:
    """Acme belongs to someone else; where we may not give it away, git is told to take it so."""
    if os.geteuid():
        return {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    for path in (acme.folder, *acme.folder.rglob("*")):
        os.chown(path, 65534, 65534)
    return {}


@pytest.mark.parametrize("bare", [False, True])
def test_a_repository_of_someone_else(acme: Shell, strangers: dict[str, str], bare: bool) -> None:
    """Git refuses it; its words are shown, with what it wants to be told. Once told, all works."""
    there = acme
    if bare:
        there = acme.at(acme.folder.parent / "org.git")
        shutil.copytree(acme.folder / ".git", there.folder)
        (there.folder / "config").write_text("[core]\n\tbare = true\n", encoding="utf-8")
        if not strangers:
            os.chown(there.folder, 65534, 65534)
    for words in (_VALUE, ("seat", "set", "bot", "mission=M"), ("log",), ("chart", "--at", "HEAD")):
        refused = within(there, strangers)(*words, code=2).err
        assert "dubious ownership" in refused, words
        assert f"safe.directory {there.folder}" in refused, words
    there.git("config", "--global", "safe.directory", str(there.folder))
    within(there, strangers)(*_VALUE)


def test_colours_everywhere(acme: Shell) -> None:
    """Who insists on colours is found by e-mail all the same, and the log is read."""
    acme("seat", "set", "ada", "email=tester@example.com")
    for name in ("color.ui", "color.grep", "color.diff"):
        acme.git("config", "--global", name, "always")
    acme(*_VALUE)
    assert acme("log", "--json").json["commits"][0]["by"] == "ada"


def test_a_bare_repository_where_git_wants_it_named(acme: Shell) -> None:
    """`safe.bareRepository=explicit` is met: the repository was named."""
    acme.git("clone", "-q", "--bare", ".", "../org.git")
    acme.git("config", "--global", "safe.bareRepository", "explicit")
    acme.at(acme.folder.parent)(*_VALUE, "--org", "org.git")
