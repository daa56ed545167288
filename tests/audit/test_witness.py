"""The witness of a clone's own branch: sync and the audit notice that it was rewritten, and never cry wolf."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from orgtp.audit.evidence import find_rewrites
from orgtp.git.repo import Repo, find_repo
from orgtp.ledger.witness import read_witness, save_witness
from tests.conftest import SCRIPT, Shell
from tests.sync.clones import Clones, add, copied, made

REF = "refs/orgtp/witness/main"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    base = tmp_path_factory.mktemp("first")
    (base / "home").mkdir()
    text = "[user]\n\tname = A Tester\n\temail = tester@example.com\n"
    (base / "home/.gitconfig").write_text(text, encoding="utf-8")
    (base / "all").mkdir()
    return made(base / "all", base / "home")


@pytest.fixture
def clones(first: Clones, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Clones:
    found = copied(first, tmp_path / "all", home)
    for name, value in found.a.env().items():
        monkeypatch.setenv(name, value)
    return found


def repo_of(shell: Shell) -> Repo:
    found = find_repo(shell.folder)
    assert found is not None
    return found


def told(shell: Shell) -> list[str]:
    return [found.rule for found in find_rewrites(repo_of(shell), "main")]


def kept(shell: Shell) -> str:
    return shell.git("rev-parse", "-q", "--verify", REF, code=None).out.strip()


def looked_at(shell: Shell) -> None:
    """What an audit does when it is done."""
    save_witness(repo_of(shell), "main", shell.git("rev-parse", "main").out.strip())


def cured(shell: Shell, text: str) -> None:
    """Run the commands that an alarm prints."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("  git ")]
    assert lines
    for line in lines:
        subprocess.run(["sh", "-ec", line], cwd=shell.folder, env=shell.env(), check=True)


def test_sync_keeps_what_both_sides_have(clones: Clones) -> None:
    a = clones.a
    assert kept(a) == ""
    add(a, "12")
    a("sync")
    assert kept(a) == a.head()
    add(clones.b, "13", "--push")
    a("sync")
    assert kept(a) == a.head() == clones.remote.git("rev-parse", "main").out.strip()


def test_an_amended_commit_is_an_alarm_and_the_cure_cures(clones: Clones) -> None:
    a = clones.a
    add(a, "12", "--push")
    saw = a.head()
    a.git("commit", "-q", "--amend", "-m", "Other words")
    before = a.head(), clones.remote.git("rev-parse", "main").out
    for words in (("sync",), ("sync", "--dry-run"), ("score", "add", "bot", "number", "13", "--by", "ada", "--push")):
        ran = a(*words, code=1)
        assert "ALARM" in ran.err, words
        assert saw[:10] in ran.err
    assert clones.remote.git("rev-parse", "main").out == before[1]
    assert told(a) == ["history-rewritten"]
    (found,) = find_rewrites(repo_of(a), "main")
    assert (found.before, found.after) == (saw, a.head())
    cured(a, found.hint)
    assert told(a) == []
    a("sync")


def test_an_audit_keeps_what_it_looked_at_and_an_alarm_stays(clones: Clones) -> None:
    a = clones.a
    add(a, "12")
    looked_at(a)
    saw = a.head()
    assert kept(a) == saw
    a.git("reset", "-q", "--hard", "HEAD~1")
    assert told(a) == ["history-rewritten"]
    add(a, "14")
    looked_at(a)
    assert (kept(a), told(a)) == (saw, ["history-rewritten"]), "looking once more settles nothing"
    assert "ALARM" in a("sync", code=1).err
    a.git("reset", "-q", "--hard", saw)
    assert told(a) == []


def test_what_was_never_sent_may_be_taken_back(clones: Clones) -> None:
    """As docs/ci.md says it: `git reset --keep origin/main`."""
    a = clones.a
    a("sync")
    add(a, "12")
    looked_at(a)
    a.git("status")
    a.git("reset", "-q", "--keep", "origin/main")
    a("sync")
    assert told(a) == ["history-rewritten"], "an audit says so all the same: a commit that it knew is gone"


def test_sync_makes_commits_anew_and_the_witness_goes_along(clones: Clones) -> None:
    a = clones.a
    add(a, "12")
    looked_at(a)
    add(clones.b, "13", "--push")
    a("sync")
    assert kept(a) == a.head()
    assert told(a) == []


def test_a_refused_push_leaves_the_witness_with_what_was_made_anew(clones: Clones) -> None:
    a = clones.a
    add(a, "12")
    looked_at(a)
    add(clones.b, "13", "--push")
    hook = clones.remote.folder / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    a("sync", code=75)
    assert kept(a) == a.head()
    assert told(a) == []


def test_a_lock_that_a_killed_git_left_is_in_nobodys_way(clones: Clones) -> None:
    a = clones.a
    add(a, "12")
    looked_at(a)
    (a.folder / f".git/{REF}.lock").touch()
    add(clones.b, "13", "--push")
    a("sync")
    assert kept(a) == a.head()
    (a.folder / f".git/{REF}.lock").touch()
    add(a, "14")
    looked_at(a)
    assert kept(a) == a.head()


@pytest.mark.parametrize("which", ["branch", "witness"])
def test_a_kill_between_the_two_refs(clones: Clones, which: str) -> None:
    """Git moves one ref after the other; whoever comes next settles it."""
    a = clones.a
    add(a, "12")
    looked_at(a)
    old = a.head()
    add(clones.b, "13", "--push")
    a("sync")
    new = a.head()
    a.git("reset", "-q", "--hard", old if which == "witness" else new)
    a.git("update-ref", REF, new if which == "witness" else old)
    journal = f'{{"ref": "refs/heads/main", "old": "{old}", "new": "{new}", "since": "{old}", "at": 1.0}}\n'
    (a.folder / ".git/orgtp/journal").write_text(journal, encoding="utf-8")
    add(a, "14")
    assert kept(a) == (old if which == "witness" else new)
    assert told(a) == []


def test_a_kill_of_something_else_hides_no_alarm(clones: Clones) -> None:
    a = clones.a
    add(a, "12", "--push")
    saw = a.head()
    a.git("commit", "-q", "--amend", "-m", "Other words")
    old = a.head()
    add(a, "14")
    journal = f'{{"ref": "refs/heads/main", "old": "{old}", "new": "{a.head()}", "since": "{old}", "at": 1.0}}\n'
    (a.folder / ".git/orgtp/journal").write_text(journal, encoding="utf-8")
    add(a, "15")
    assert (kept(a), told(a)) == (saw, ["history-rewritten"])


def test_the_remote_was_rewritten_and_git_fetched_that(clones: Clones) -> None:
    a, b = clones.a, clones.b
    add(a, "12", "--push")
    b.git("pull", "-q")
    b.git("commit", "-q", "--amend", "-m", "Other words")
    b.git("push", "-q", "--force", "origin", "main")
    assert told(a) == []
    a.git("fetch", "-q")
    (found,) = find_rewrites(repo_of(a), "main")
    assert (found.rule, found.before, found.after) == ("remote-rewritten", a.head(), b.head())
    assert "ALARM" in a("sync", code=1).err
    cured(a, found.hint)
    assert told(a) == []


def test_the_remote_was_cut_short(clones: Clones) -> None:
    a, b = clones.a, clones.b
    add(a, "12", "--push")
    b.git("push", "-q", "--force", "origin", "main")
    a.git("fetch", "-q")
    assert told(a) == ["remote-rewritten"]


def test_a_linked_work_tree_and_a_bare_clone(clones: Clones) -> None:
    a = clones.a
    add(a, "12", "--push")
    a.git("worktree", "add", "-q", "--detach", "../linked")
    linked = a.at(a.folder.parent / "linked")
    assert read_witness(repo_of(linked), "main") == a.head()
    bare = clones.clone("bare.git", "--bare")
    add(bare, "13", "--push")
    assert read_witness(repo_of(bare), "main") == bare.git("rev-parse", "main").out.strip()
    bare.git("update-ref", "refs/heads/main", "main~1")
    assert told(bare) == ["history-rewritten"]


def test_a_shallow_clone_tells_as_far_as_it_goes(clones: Clones) -> None:
    shallow = clones.clone("shallow", "--depth", "1")
    add(shallow, "12", "--push")
    shallow.git("commit", "-q", "--amend", "-m", "Other words")
    assert told(shallow) == ["history-rewritten"]


def test_a_shallow_clone_cannot_tell(clones: Clones) -> None:
    shallow = clones.clone("shallow", "--depth", "1")
    add(shallow, "12", "--push")
    for number in range(3):
        add(clones.b, f"2{number}", "--push")
    shallow.git("fetch", "-q", "--depth", "1")
    shallow.git("reset", "-q", "--hard", "origin/main")
    assert told(shallow) == []
    shallow("sync")


def test_a_repository_that_nobody_may_write(clones: Clones) -> None:
    a = clones.a
    refs = a.folder / ".git/refs"
    (refs / "orgtp").write_text("in the way", encoding="utf-8")
    looked_at(a)
    assert kept(a) == ""


def test_a_branch_below_the_name_of_an_earlier_one(clones: Clones) -> None:
    """A witness that cannot be made, because one of another branch is in the way, is left out."""
    a = clones.a
    a.git("update-ref", "refs/orgtp/witness", "HEAD", code=None)
    add(a, "12")
    a("sync")
    assert told(a) == []


def test_a_sync_that_is_killed_cries_no_wolf(clones: Clones) -> None:
    """Killed at many moments, with an audit's witness that has to go along."""
    a = clones.a
    for number in range(6):
        add(a, f"1{number}")
        looked_at(a)
        add(clones.b, f"2{number}", "--push")
        process = subprocess.Popen(
            [str(SCRIPT), "sync"],
            cwd=a.folder,
            env=a.env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(0.25 + number * 0.06)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            # The remote is on this machine, so its end was killed, too, and nobody there takes its locks away.
            for lock in clones.remote.folder.rglob("refs/**/*.lock"):
                lock.unlink()
        a("sync", ORGTP_WAIT="30")
        assert told(a) == []
        assert kept(a) == a.head()
        clones.b("sync")
