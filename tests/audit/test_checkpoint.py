"""A checkpoint: made, kept outside, and held against the history later."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orgtp.audit.checkpoint import (
    Checkpoint,
    check_checkpoint,
    identify_checkpoint_signer,
    make_checkpoint,
    parse_checkpoint,
)
from orgtp.audit.model import Gap, Violation
from orgtp.git.repo import Repo, find_repo
from orgtp.model.errors import BadInput
from tests.audit.keys import make_key, public, sign_with, signers
from tests.conftest import Shell

ORIGIN = "acme/main"


@pytest.fixture
def mine(acme: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """An org with a key to sign with, and its home as this process's own."""
    for name, value in acme.env().items():
        monkeypatch.setenv(name, value)
    make_key(acme.home, "key")
    return acme


def repo_of(shell: Shell) -> Repo:
    found = find_repo(shell.folder)
    assert found is not None
    return found


def taken(shell: Shell) -> str:
    return shell("audit", "checkpoint", "--key", str(shell.home / "key")).out


def held(shell: Shell, text: str, outside: Path | None = None) -> tuple[list[Violation], list[Gap]]:
    repo = find_repo(shell.folder)
    assert repo is not None
    return check_checkpoint(repo, repo.require_commit("main"), parse_checkpoint(text.encode(), "x", ORIGIN), outside)


def test_three_lines_and_a_signature_that_ssh_keygen_takes(mine: Shell) -> None:
    text = taken(mine)
    lines = text.splitlines(keepends=True)
    assert lines[:3] == [f"{ORIGIN}\n", f"{mine.git('rev-list', '--count', 'main').out}", f"{mine.head()}\n"]
    mine.write("../sig", "".join(lines[3:]))
    mine.write("../signers", signers(ada=mine.home / "key"))
    words = ["ssh-keygen", "-Y", "verify", "-n", "orgtp-checkpoint", "-I", "ada", "-f", "../signers", "-s", "../sig"]
    done = subprocess.run(words, cwd=mine.folder, input="".join(lines[:3]).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_json_has_the_same(mine: Shell) -> None:
    sign_with(mine, mine.home / "key")
    found = mine("audit", "checkpoint", "--json").json
    assert (found["kind"], found["origin"], found["head"]) == ("audit-checkpoint", ORIGIN, mine.head())
    assert found["seat"] is None
    assert held(mine, found["checkpoint"]) == ([], [])


def test_whose_key_it_is(mine: Shell) -> None:
    mine.write("policy/allowed_signers", signers(ada=mine.home / "key"))
    mine.git("add", ".")
    mine.git("commit", "-qm", "Keys")
    ran = mine("audit", "checkpoint", "--key", str(mine.home / "key.pub"))
    assert "signed by ada (SHA256:" in ran.err
    assert f"policy/allowed_signers at {mine.head()[:10]}" in ran.err


def test_no_key(mine: Shell) -> None:
    assert "no signing key is set" in mine("audit", "checkpoint", code=2).err
    assert "cannot sign with none: the file does not exist" in mine("audit", "checkpoint", "--key", "none", code=2).err


def test_a_bare_repository(mine: Shell) -> None:
    mine.git("clone", "-q", "--bare", ".", "../bare.git")
    assert held(mine.at(mine.folder.parent / "bare.git"), taken(mine.at(mine.folder.parent / "bare.git"))) == ([], [])


def test_history_goes_on(mine: Shell) -> None:
    text = taken(mine)
    assert held(mine, text) == ([], [])
    mine("score", "add", "bot", "number", "13")
    assert held(mine, text) == ([], [])
    assert held(mine, text.replace("\n", "\r\n")) == ([], []), "a mail may have changed the ends of its lines"


def test_history_was_rewritten(mine: Shell) -> None:
    text = taken(mine)
    head = mine.head()
    mine.git("commit", "-q", "--amend", "-m", "Other words")
    (found,), gaps = held(mine, text)
    assert (found.rule, found.before, found.after, gaps) == ("checkpoint-not-contained", head, mine.head(), [])
    mine.git("reflog", "expire", "--expire=now", "--all")
    mine.git("gc", "-q", "--prune=now")
    (found,), gaps = held(mine, text)
    assert found.rule == "checkpoint-not-contained"


def test_a_graft_and_a_replace_ref_prove_nothing(mine: Shell) -> None:
    """What makes git tell the old history is not asked."""
    text, head = taken(mine), mine.head()
    mine.git("commit", "-q", "--amend", "-m", "Other words")
    mine.git("replace", mine.head(), head)
    (mine.folder / ".git/info").mkdir(exist_ok=True)
    mine.write(".git/info/grafts", f"{mine.git('rev-parse', 'HEAD').out.strip()} {head}\n")
    (found,), _ = held(mine, text)
    assert found.rule == "checkpoint-not-contained"


@pytest.mark.parametrize("line", [0, 1, 2])
def test_what_was_touched_is_forged(mine: Shell, line: int) -> None:
    lines = taken(mine).splitlines(keepends=True)
    first = mine.git("rev-list", "--max-parents=0", "HEAD").out
    lines[line] = {0: "acme/other\n", 1: "1\n", 2: first}[line]
    repo = find_repo(mine.folder)
    assert repo is not None
    touched = parse_checkpoint("".join(lines).encode(), "x", lines[0].strip())
    (found,), _ = check_checkpoint(repo, mine.head(), touched)
    assert found.rule == "checkpoint-forged"


def test_a_signature_of_something_else(mine: Shell) -> None:
    """One that git made for a commit is none of a checkpoint."""
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(mine.home / "key")]
    three = "".join(taken(mine).splitlines(keepends=True)[:3])
    made = subprocess.run(words, input=three.encode(), capture_output=True, check=True).stdout.decode()
    (found,), _ = held(mine, three + made)
    assert found.rule == "checkpoint-forged"


def test_a_count_that_the_signer_made_up(mine: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    real = make_checkpoint(repo_of(mine), ORIGIN, mine.head(), str(mine.home / "key"))
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", "orgtp-checkpoint", "-f", str(mine.home / "key")]
    three = real.signed_lines.replace(b"\n2\n", b"\n3\n")
    made = subprocess.run(words, input=three, capture_output=True, check=True).stdout.decode()
    (found,), _ = held(mine, three.decode() + made)
    assert (found.rule, found.before, found.after) == ("checkpoint-forged", "3", "2")


def test_signers_from_outside(mine: Shell) -> None:
    text, other = taken(mine), make_key(mine.home, "other")
    outside = mine.home / "signers"
    outside.write_text(signers(ada=mine.home / "key"), encoding="utf-8")
    assert held(mine, text, outside) == ([], [])
    repo = repo_of(mine)
    known = identify_checkpoint_signer(repo, mine.head(), parse_checkpoint(text.encode(), "x", ORIGIN), outside)
    assert (known.seat, known.by) == ("ada", str(outside))
    outside.write_text(f'ada namespaces="git" {public(mine.home / "key")}\n' + signers(bob=other), encoding="utf-8")
    (found,), _ = held(mine, text, outside)
    assert found.rule == "checkpoint-forged"
    with pytest.raises(BadInput, match="No such file"):
        held(mine, text, mine.home / "none")


def test_signers_without_a_checkpoint_would_prove_nothing(mine: Shell) -> None:
    run = mine("audit", "verify", "--allowed-signers", "kept", code=2)
    assert (run.code, run.out) == (2, "")
    assert "--allowed-signers needs a checkpoint: --checkpoint FILE" in run.err


def test_shallow_and_partial_clones_cannot_prove_it(mine: Shell) -> None:
    text = taken(mine)
    for number in range(3):
        mine("score", "add", "bot", "number", f"1{number}")
    url = mine.folder.as_uri()
    mine.git("clone", "-q", "--depth", "1", url, "../shallow")
    shallow = mine.at(mine.folder.parent / "shallow")
    violations, (gap,) = held(shallow, text)
    assert (violations, "git fetch --unshallow" in gap.remedy) == ([], True)
    assert "shallow" in shallow("audit", "checkpoint", "--key", str(mine.home / "key"), code=4).err
    shallow.git("fetch", "-q", "--unshallow")
    assert held(shallow, text) == ([], [])
    mine.git("clone", "-q", "--filter=blob:none", url, "../partial")
    assert held(mine.at(mine.folder.parent / "partial"), text) == ([], [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a checkpoint"),
        ("acme/main\n1\n", "not a checkpoint"),
        ("acme/main\n01\n{id}\n{sig}", "x:2:1"),
        ("acme/main\n1\nHEAD\n{sig}", "not a checkpoint"),
        ("other/main\n1\n{id}\n{sig}", "other/main, but this org is acme/main"),
    ],
)
def test_what_is_no_checkpoint_of_this_org(text: str, said: str) -> None:
    filled = text.format(id="a" * 40, sig="-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n")
    with pytest.raises(BadInput, match=said):
        parse_checkpoint(filled.encode(), "x", ORIGIN)


def test_the_text_is_what_is_parsed() -> None:
    made = Checkpoint(ORIGIN, 7, "a" * 64, "-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n")
    assert parse_checkpoint(made.text.encode(), "x", ORIGIN) == made
