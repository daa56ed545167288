"""SSH signatures: what git signs we check, what we sign ssh-keygen checks, and nothing that was touched is good."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from orgtp.git.repo import Repo, find_repo
from orgtp.git.ssh_signature import (
    BadSignature,
    CannotSign,
    NoSigningKey,
    NoSshKeygen,
    check_ssh_signature,
    parse_ssh_signature,
    sign_data,
)
from orgtp.git.ssh_signature import split_signed_commit as parts
from tests.audit.keys import make_key, public, sign_with
from tests.conftest import Shell


@pytest.fixture
def mine(acme: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell, with its home as this process's own."""
    for name, value in acme.env().items():
        monkeypatch.setenv(name, value)
    return acme


def repo_of(shell: Shell) -> Repo:
    found = find_repo(shell.folder)
    assert found is not None
    return found


def raw_of(shell: Shell, rev: str) -> tuple[str, bytes]:
    id_ = shell.git("rev-parse", rev).out.strip()
    words = ["git", "cat-file", "commit", id_]
    return id_, subprocess.run(words, cwd=shell.folder, check=True, capture_output=True).stdout


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_what_git_signs_is_good_and_what_was_touched_is_not(mine: Shell, kind: str) -> None:
    key = make_key(mine.home, "key", kind)
    sign_with(mine, key)
    mine.git("commit", "-qm", "Signed\n\ngpgsig of a person\n -----BEGIN SSH SIGNATURE-----\n", "--allow-empty")
    id_, raw = raw_of(mine, "HEAD")
    found = parts(raw, id_)
    assert found is not None
    signature = parse_ssh_signature(found[1])
    assert f"{signature.type} {signature.blob}" == public(key)
    assert check_ssh_signature(repo_of(mine), found[0], signature, "git") == ""
    for touched in (found[0] + b"\n", found[0].replace(b"Signed", b"signed"), found[0][:-1], b""):
        assert "ssh-keygen says" in check_ssh_signature(repo_of(mine), touched, signature, "git")
    assert "was made for" in check_ssh_signature(repo_of(mine), found[0], signature, "file")


def test_the_signature_of_a_merge_with_a_signed_tag(mine: Shell) -> None:
    """Its object holds a second signature, of the tag, in the header `mergetag`."""
    sign_with(mine, make_key(mine.home, "key"))
    mine.git("config", "--global", "gpg.ssh.allowedSignersFile", "/dev/null")
    mine.git("switch", "-qc", "side")
    mine.git("commit", "-qm", "Side", "--allow-empty")
    mine.git("tag", "-sm", "A tag", "v1")
    mine.git("switch", "-q", "main")
    mine.git("merge", "-q", "--no-ff", "-m", "Merge", "v1")
    id_, raw = raw_of(mine, "HEAD")
    assert raw.count(b"BEGIN SSH SIGNATURE") == 2
    found = parts(raw, id_)
    assert found is not None
    assert b"mergetag" in found[0]
    assert check_ssh_signature(repo_of(mine), found[0], parse_ssh_signature(found[1]), "git") == ""


def test_sha256(mine: Shell) -> None:
    sign_with(mine, make_key(mine.home, "key"))
    mine.git("init", "-q", "--object-format=sha256", "../longer")
    there = mine.at(mine.folder.parent / "longer")
    there.git("commit", "-qm", "Signed", "--allow-empty")
    id_, raw = raw_of(there, "HEAD")
    assert b"gpgsig-sha256 " in raw
    found = parts(raw, id_)
    assert found is not None
    assert check_ssh_signature(repo_of(there), found[0], parse_ssh_signature(found[1]), "git") == ""
    assert parts(raw, "0" * 40) is None, "a signature of the other hash is none of this repository"


def test_two_signatures_are_none(mine: Shell) -> None:
    sign_with(mine, make_key(mine.home, "key"))
    mine.git("commit", "-qm", "Signed", "--allow-empty")
    id_, raw = raw_of(mine, "HEAD")
    head, _, message = raw.partition(b"\n\n")
    found = parts(head + b"\n" + head[head.index(b"gpgsig ") :] + b"\n\n" + message, id_)
    assert found is not None
    with pytest.raises(BadSignature):
        parse_ssh_signature(found[1])


@pytest.mark.parametrize("text", ["", "x", "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"])
def test_what_is_no_signature(text: str) -> None:
    with pytest.raises(BadSignature):
        parse_ssh_signature(text)


def test_an_unsigned_commit_has_none(mine: Shell) -> None:
    mine.git("commit", "-qm", "gpgsig none\n\ngpgsig x", "--allow-empty")
    id_, raw = raw_of(mine, "HEAD")
    assert parts(raw, id_) is None


def test_we_sign_with_a_file_with_the_persons_key_and_with_the_agents(
    mine: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, data = make_key(mine.home, "key"), b"three\nlines\n"
    with pytest.raises(NoSigningKey):
        sign_data(repo_of(mine), data, "orgtp-test")
    with pytest.raises(CannotSign, match="the file does not exist"):
        sign_data(repo_of(mine), data, "orgtp-test", str(mine.home / "none"))
    made = sign_data(repo_of(mine), data, "orgtp-test", str(key))
    assert check_ssh_signature(repo_of(mine), data, parse_ssh_signature(made), "orgtp-test") == ""
    sign_with(mine, Path("~/key"))
    assert (
        parse_ssh_signature(sign_data(repo_of(mine), data, "orgtp-test")).fingerprint
        == parse_ssh_signature(made).fingerprint
    )
    agent = subprocess.run(["ssh-agent", "-s"], check=True, capture_output=True, text=True).stdout
    words = dict(part.split("=", 1) for part in agent.replace("\n", "").split(";") if "=" in part)
    monkeypatch.setenv("SSH_AUTH_SOCK", words["SSH_AUTH_SOCK"])
    try:
        subprocess.run(["ssh-add", "-q", str(key)], check=True, env=os.environ, capture_output=True)
        key.unlink()
        for literal in (public(key), f"key::{public(key)}"):
            mine.git("config", "--global", "user.signingkey", literal)
            assert (
                check_ssh_signature(repo_of(mine), data, parse_ssh_signature(sign_data(repo_of(mine), data, "n")), "n")
                == ""
            )
    finally:
        subprocess.run(["kill", words["SSH_AGENT_PID"]], check=True)


def test_the_program_is_the_persons(mine: Shell) -> None:
    """A repository's own configuration names none; the person's may name one that is not there."""
    key, data = make_key(mine.home, "key"), b"x"
    mine.git("config", "--local", "gpg.ssh.program", "/nonexistent/theirs")
    made = parse_ssh_signature(sign_data(repo_of(mine), data, "n", str(key)))
    mine.git("config", "--global", "gpg.ssh.program", "/nonexistent/own")
    with pytest.raises(NoSshKeygen, match="/nonexistent/own"):
        check_ssh_signature(repo_of(mine), data, made, "n")
