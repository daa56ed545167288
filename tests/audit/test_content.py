"""`Orgtp-Content`: what a signed commit of ours wrote, by a strong hash, always of that very commit."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.content_hash import CONTENT_KEY, hash_changed_files, set_content_trailer
from orgtp.model.trailers import parse_claims
from tests.audit.keys import make_key, sign_with
from tests.conftest import Shell
from tests.sync.clones import Clones, copied, made


def test_the_listing_is_what_the_docs_say(acme: Shell) -> None:
    """Worked out once more with the tools of a shell."""
    files = {"seats/a.yaml": b"x\n", "seats/é.yaml": b"y\n", "seats/b.yaml": None}
    for path, raw in files.items():
        if raw is not None:
            acme.write(path, raw.decode())
    script = (
        "{ printf 'seats/a.yaml\\0'; sha256sum < seats/a.yaml | cut -c-64;"
        " printf 'seats/b.yaml\\0-\\n';"
        " printf 'seats/é.yaml\\0'; sha256sum < seats/é.yaml | cut -c-64; } | sha256sum | cut -c-64"
    )
    done = subprocess.run(["bash", "-c", script], cwd=acme.folder, env=acme.env(), check=True, capture_output=True)
    assert hash_changed_files(files) == f"sha256:{done.stdout.decode().strip()}"
    assert hash_changed_files({}) == f"sha256:{hashlib.sha256().hexdigest()}"


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: "\0" not in name), st.binary() | st.none()))
def test_two_listings_are_never_one(files: dict[str, bytes | None]) -> None:
    names = {path.encode("utf-8", "surrogatepass").decode("utf-8", "replace"): raw for path, raw in files.items()}
    assert hash_changed_files(names) == hash_changed_files(dict(reversed(names.items())))
    for path, raw in names.items():
        assert hash_changed_files({**names, path: (raw or b"") + b"x"}) != hash_changed_files(names)
        assert hash_changed_files({name: kept for name, kept in names.items() if name != path}) != hash_changed_files(
            names
        )


MESSAGES = {
    "Subject\n": "Subject\n\n{}\n",
    "Subject": "Subject\n\n{}\n",
    "Subject\n\nBody: of words.\nAnd more.\n": "Subject\n\nBody: of words.\nAnd more.\n\n{}\n",
    "Subject\n\nSigned-off-by: A <a@example.com>\n": "Subject\n\nSigned-off-by: A <a@example.com>\n{}\n",
    "Subject\n\nB\n\nOrgtp-By: a\nOrgtp-Content: sha256:0\n": "Subject\n\nB\n\nOrgtp-By: a\n{}\n",
    "Subject\n\nOrgtp-Content: sha256:0\nOrgtp-By: a\n": "Subject\n\nOrgtp-By: a\n{}\n",
    "Subject\n\nOrgtp-Content: sha256:0\n": "Subject\n\n{}\n",
    "\n": "\n",
}


@pytest.mark.parametrize("message", MESSAGES)
def test_the_rest_of_a_message_stays(message: str) -> None:
    value = hash_changed_files({})
    told = set_content_trailer(message, value)
    assert told == MESSAGES[message].format(f"{CONTENT_KEY}: {value}")
    assert set_content_trailer(told, value) == told
    if told.startswith("Subject"):
        assert parse_claims(told).content == value
    assert CONTENT_KEY not in set_content_trailer(told, "")


def test_a_message_that_has_none_is_left_alone() -> None:
    for message in ("", "a", "a\n\n\n b\n\n", "a\n\nb: c", "a\n\nOrgtp-Content: in prose\nand on\n"):
        assert set_content_trailer(message, "") == message


def what_it_wrote(shell: Shell, rev: str) -> str:
    """The value that the trailer of a commit should have, by git alone."""
    rows = shell.git("diff-tree", "--root", "-r", "-z", "--no-commit-id", "--name-status", rev).out.split("\0")
    files = {}
    for state, path in zip(rows[::2], rows[1::2], strict=False):
        words = ["git", "cat-file", "blob", f"{rev}:{path}"]
        gone = state == "D"
        files[path] = None if gone else subprocess.run(words, cwd=shell.folder, check=True, capture_output=True).stdout
    return hash_changed_files(files)


def is_told(shell: Shell, rev: str) -> bool:
    message = shell.git("log", "-1", "--format=%B", rev).out.rstrip("\n") + "\n"
    return parse_claims(message).content == what_it_wrote(shell, rev) and parse_claims(message).odd == ()


def test_every_signed_commit_of_ours_says_what_it_wrote(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "13")
    assert CONTENT_KEY not in acme.git("log", "-1", "--format=%B").out
    sign_with(acme, make_key(acme.home, "key"))
    acme("score", "add", "bot", "number", "14")
    acme("seat", "set", "bot", "mission=M")
    acme("seat", "add", "eve", "--role", "R", "--kind", "human", "--by", "ada")
    acme("retire", "bot", "--to", "eve", "--by", "ada", "--reason", "R", "--yes")
    acme("init", "../new")
    assert [is_told(acme, f"HEAD~{number}") for number in range(5)] == [True] * 4 + [False]
    assert is_told(acme.at(acme.folder.parent / "new"), "HEAD")


@pytest.fixture
def clones(tmp_path: Path, home: Path) -> Clones:
    (tmp_path / "first").mkdir()
    return copied(made(tmp_path / "first", home), tmp_path / "all", home)


def test_what_sync_makes_anew_says_what_is_written_anew(clones: Clones) -> None:
    """The same file grew on the remote meanwhile, so another content is written, and the trailer follows."""
    a, b = clones.a, clones.b
    b("score", "add", "bot", "number", "20", "--push")
    sign_with(a, make_key(a.home, "key"))
    a("score", "add", "bot", "number", "13")
    a.write("notes.txt", "x")
    a.git("add", "-A")
    a.git("commit", "-qm", "A person's own\n\nWords.")
    old = [a.git("log", "-1", "--format=%B", f"HEAD~{number}").out for number in range(2)]
    a("sync")
    assert [is_told(a, f"HEAD~{number}") for number in range(2)] == [True, True]
    new = [a.git("log", "-1", "--format=%B", f"HEAD~{number}").out for number in range(2)]
    assert old[1] != new[1]
    assert new[0].startswith("A person's own\n\nWords.\n\nOrgtp-Content: sha256:")
    assert new[1].rpartition(CONTENT_KEY)[0] == old[1].rpartition(CONTENT_KEY)[0]


def test_a_trailer_does_not_outlive_its_commit(clones: Clones) -> None:
    a, b = clones.a, clones.b
    sign_with(a, make_key(a.home, "key"))
    a("score", "add", "bot", "number", "13")
    assert is_told(a, "HEAD")
    sign_with(a, None)
    b("score", "add", "bot", "number", "20", "--push")
    a("sync")
    assert CONTENT_KEY not in a.git("log", "-1", "--format=%B").out
    assert "Orgtp-Seat: bot" in a.git("log", "-1", "--format=%B").out
