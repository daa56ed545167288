"""policy/allowed_signers: what we take, ssh-keygen takes in the same way; all else is told with its place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orgtp.files.load import load_org
from orgtp.files.signers import read_signers
from orgtp.files.tree import FolderTree
from orgtp.git.repo import find_repo
from orgtp.git.tree import GitTree
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH
from tests.audit.keys import make_key, public, signers
from tests.conftest import Shell

KINDS = {"ed25519": "ssh-ed25519", "rsa": "ssh-rsa", "ecdsa": "ecdsa-sha2-nistp256"}
NOON = 1_792_497_600


@pytest.mark.parametrize("kind", KINDS)
def test_ssh_keygen_finds_the_seat_that_we_find(tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path, "key", kind)
    line = f'dash namespaces="git",valid-after="20200101",valid-before="20990101" {public(key)} the "desk"\n'
    (found,), problems = read_signers(f"# Ours.\r\n\r\n{line}".encode())
    assert problems == ()
    assert (found.principal, found.type, found.namespaces) == ("dash", KINDS[kind], ("git",))
    assert (found.place.line, found.place.column) == (3, 1)
    shown = subprocess.run(["ssh-keygen", "-lf", str(key)], check=True, capture_output=True, text=True).stdout
    assert found.fingerprint in shown.split()
    (tmp_path / "signers").write_text(line, encoding="utf-8")
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(key)]
    made = subprocess.run(sign, input=b"words", check=True, capture_output=True).stdout
    (tmp_path / "sig").write_bytes(made)
    find = ["ssh-keygen", "-Y", "find-principals", "-s", str(tmp_path / "sig"), "-f", str(tmp_path / "signers")]
    assert subprocess.run(find, check=True, capture_output=True, text=True).stdout.strip() == "dash"


def test_dates_narrow_and_are_in_utc(tmp_path: Path) -> None:
    key = public(make_key(tmp_path, "key"))
    (found,), _ = read_signers(f'a valid-after="20261020",valid-before="20261020120000Z" {key}\n'.encode())
    assert [found.is_valid_at(at) for at in (NOON - 43_201, NOON - 43_200, NOON - 1, NOON)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_namespace_narrows(tmp_path: Path) -> None:
    key = public(make_key(tmp_path, "key"))
    keys, _ = read_signers(f'a namespaces="git" {key}\nb {key}\nc namespaces="file, mail" {key}\n'.encode())
    assert [found.is_for("git") for found in keys] == [True, True, False]


def test_one_bad_line_takes_nothing_from_the_others(tmp_path: Path) -> None:
    key = public(make_key(tmp_path, "key"))
    keys, problems = read_signers(f"* {key}\nada {key}\n".encode())
    assert [found.principal for found in keys] == ["ada"]
    assert [str(problem.place) for problem in problems] == [f"{ALLOWED_SIGNERS_PATH}:1:1"]


@pytest.mark.parametrize(
    "raw", [b"\xff", b"ada ssh-ed25519 \0", b'"', b"ada " + b"x" * 300_000, b"ada a=,b=", b'a """ "']
)
def test_whatever_is_in_the_file_is_told_and_admits_nobody(raw: bytes) -> None:
    keys, problems = read_signers(raw)
    assert keys == ()
    assert [problem.rule for problem in problems] == ["signer-malformed"]


def test_validate_tells_of_it_at_its_place(acme: Shell) -> None:
    ada, bot = (make_key(acme.home, name) for name in ("ada", "bot"))
    acme.write(ALLOWED_SIGNERS_PATH, signers(ada=ada, bot=bot))
    acme.git("add", ".")
    acme.git("commit", "-qm", "Keys")
    assert "policy" not in acme("validate").out
    acme.write(ALLOWED_SIGNERS_PATH, signers(ada=ada, bto=bot) + "bot ssh-ed25519 AAAA\n")
    said = acme("validate", code=1).out
    assert "policy/allowed_signers:2:1" in said
    assert 'Did you mean "bot"?' in said
    assert "policy/allowed_signers:3:17" in said


def test_a_tree_of_git_and_a_folder_read_the_same(acme: Shell) -> None:
    acme.write(ALLOWED_SIGNERS_PATH, signers(ada=make_key(acme.home, "ada")))
    acme.write("policy/notes.txt", "Ours.\n")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Keys")
    repo = find_repo(acme.folder)
    assert repo is not None
    for tree in (FolderTree(acme.folder), GitTree(repo, acme.head())):
        loaded = load_org(tree)
        assert [key.principal for key in loaded.org.signers] == ["ada"]
        assert loaded.problems == ()


def test_behind_a_link_there_is_no_policy(acme: Shell) -> None:
    """Git has the link, and nothing behind it; so have we."""
    acme.write("../elsewhere/allowed_signers", signers(ada=make_key(acme.home, "ada")))
    (acme.folder / "policy").symlink_to("../elsewhere")
    assert load_org(FolderTree(acme.folder)).org.signers == ()
