"""Commits are signed where git is told to sign: with the person's key, by the program that the person named."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canary.birds import within
from tests.conftest import Shell

_VALUE = ("score", "add", "bot", "number", "13")


@pytest.fixture
def key(home: Path) -> Path:
    """A fresh SSH key, and the file of signers that git verifies it by."""
    path = home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    public = path.with_suffix(".pub").read_text(encoding="utf-8")
    (home / "signers").write_text(f"tester@example.com {public}", encoding="utf-8")
    return path


def _ssh(shell: Shell, key: Path, *where: str) -> None:
    """Sign with `key`, in the configuration `where`."""
    rows = {"commit.gpgsign": "true", "gpg.format": "ssh", "user.signingkey": str(key)}
    for name, value in rows.items():
        shell.git("config", *where, name, value)
    shell.git("config", "--global", "gpg.ssh.allowedSignersFile", str(key.with_name("signers")))


def _verified(shell: Shell, number: int) -> None:
    """The newest commits are signed, and well."""
    for commit in shell.git("rev-list", f"-{number}", "main").out.split():
        said = shell.git("verify-commit", "-v", commit)
        assert "Good" in said.err, said.err
        assert "gpgsig" in shell.git("cat-file", "commit", commit).out


@pytest.mark.parametrize("where", ["--global", "--local"])
def test_every_commit_is_signed(acme: Shell, key: Path, where: str) -> None:
    before = int(acme.git("rev-list", "--count", "main").out)
    _ssh(acme, key, where)
    acme(*_VALUE)
    acme("seat", "set", "bot", "mission=M")
    acme("seat", "add", "eve", "--role", "R", "--kind", "human", "--by", "ada")
    acme("retire", "bot", "--to", "eve", "--by", "ada", "--reason", "R", "--yes")
    assert int(acme.git("rev-list", "--count", "main").out) == before + 4
    _verified(acme, 4)
    assert acme.git("status", "--porcelain").out == ""
    acme.git("fsck", "--strict")


def test_the_word_true_in_all_its_forms(acme: Shell, key: Path) -> None:
    """Git takes a number and a name without a value for true, too."""
    _ssh(acme, key, "--global")
    for number, form in enumerate(("gpgsign", "gpgSign = YES", "gpgsign = 2")):
        acme.git("config", "--global", "--unset-all", "commit.gpgsign", code=None)
        with (acme.home / ".gitconfig").open("a", encoding="utf-8") as out:
            out.write(f"[commit]\n\t{form}\n")
        acme("seat", "set", "bot", f"mission={number}")
        _verified(acme, 1)
    acme.git("config", "--local", "commit.gpgsign", "off")
    acme("seat", "set", "bot", "mission=last")
    assert "gpgsig" not in acme.git("cat-file", "commit", "main").out


def test_a_batch_out_of_the_outbox_is_signed(acme: Shell, key: Path) -> None:
    """Values that waited, one of them by someone else, each in a commit of its own, signed by who writes them."""
    _ssh(acme, key, "--global")
    lock = acme.folder / ".git/index.lock"
    lock.touch()
    for number in range(3):
        who = within(acme, {"ORGTP_WAIT": "0", **({"GIT_AUTHOR_NAME": "Zoë <.>"} if number else {})})
        assert "queued" in who("score", "add", "bot", "number", f"2{number}", code=75).err
    lock.unlink()
    acme(*_VALUE)
    _verified(acme, 4)
    assert sorted(acme.git("log", "-4", "--format=%an").out.split("\n")) == ["", "A Tester", "A Tester", "Zoë", "Zoë"]
    assert len(acme("score", "list", "bot", "number", "--json").json["scores"]) == 4
    acme.git("fsck", "--strict")


def test_a_key_that_is_missing(acme: Shell, key: Path) -> None:
    """A value is kept until the key is there; anything else is refused, with what git says."""
    _ssh(acme, key, "--global")
    hidden = key.rename(key.with_name("hidden"))
    before = acme.head()
    assert "git could not write" in acme(*_VALUE, code=75).err
    refused = acme("seat", "set", "bot", "mission=M", code=2).err
    assert "Nothing was written" in refused
    assert str(key) in refused
    assert (acme.head(), acme.git("status", "--porcelain").out) == (before, "")
    hidden.rename(key)
    acme("score", "add", "bot", "number", "14")
    assert [row["value"] for row in acme("score", "list", "bot", "number", "--json").json["scores"]] == ["13", "14"]
    _verified(acme, 2)


def test_the_program_is_the_persons(acme: Shell, key: Path) -> None:
    """The one in the person's own configuration signs; one that the repository names does not."""
    _ssh(acme, key, "--global")
    for scope, name in (("--global", "own"), ("--local", "theirs")):
        program = acme.home / name
        program.write_text(f'#!/bin/sh\n: > "{program}.ran"\nexec ssh-keygen "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        acme.git("config", scope, "gpg.ssh.program", str(program))
    acme(*_VALUE)
    assert [path.name for path in acme.home.glob("*.ran")] == ["own.ran"]
    acme.git("config", "--local", "--unset", "gpg.ssh.program")
    _verified(acme, 1)


@pytest.fixture
def gnupg(acme: Shell) -> Iterator[dict[str, str]]:
    """A home of GnuPG's own with a fresh key in it, and its agent ended afterwards."""
    folder = acme.folder.parents[1] / "g"
    folder.mkdir(mode=0o700)
    env = {"GNUPGHOME": str(folder)}
    words = (
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-gen-key",
        "A Tester <tester@example.com>",
        "ed25519",
        "sign",
    )
    subprocess.run(["gpg", *words], env=acme.env(env), check=True, capture_output=True)
    yield env
    subprocess.run(["gpgconf", "--kill", "all"], env=acme.env(env), check=True)


def test_openpgp(acme: Shell, gnupg: dict[str, str]) -> None:
    here = within(acme, gnupg)
    here.git("config", "--global", "commit.gpgsign", "true")
    here(*_VALUE)
    here("seat", "set", "bot", "mission=M")
    for commit in ("main", "main~1"):
        assert "Good signature" in here.git("verify-commit", "-v", commit).err
    here.git("config", "--local", "user.signingkey", "nobody@example.com")
    assert "gpg failed to sign" in here("seat", "set", "bot", "mission=N", code=2).err
    assert "gpg failed to sign" in here("score", "add", "bot", "number", "14", code=75).err
    here.git("config", "--local", "--unset", "user.signingkey")
    here("score", "add", "bot", "number", "15")
    assert len(here("score", "list", "bot", "number", "--json").json["scores"]) == 3
