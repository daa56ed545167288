"""A clone that two users of one machine share, each with a umask of 022: a person, and cron."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import SCRIPT, Ran, Shell, make_home
from tests.ledger.ledgers import FILE, VALUE, assert_whole, common_dir, ids, made, status
from tests.ledger.tight import is_root

pytestmark = pytest.mark.skipif(not is_root(), reason="only root can run commands as two users of one group")

PERSON, CRON, GROUP = 4242, 4243, 5000


@dataclass(frozen=True)
class User:
    """Runs orgtp and git as one user, who is in the shared group."""

    here: Shell
    uid: int

    def __call__(self, *words: str, code: int = 0, umask: int = 0o022) -> Ran:
        return self._run([str(SCRIPT), *words], code, umask)

    def git(self, *words: str, code: int = 0) -> Ran:
        """Run git."""
        return self._run(["git", *words], code, 0o022)

    def _run(self, words: list[str], code: int, umask: int) -> Ran:
        become = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", f"--groups={GROUP}", *words]
        done = subprocess.run(
            become, cwd=self.here.folder, env=self.here.env(), capture_output=True, text=True, check=False, umask=umask
        )
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in ran.err, ran.err
        assert ran.code == code, f"{words}\n{ran}"
        return ran


@dataclass(frozen=True)
class Users:
    """The two users of a clone, and the clone as root sees it."""

    here: Shell
    person: User
    cron: User


def _give(folder: Path, uid: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, GROUP, follow_symlinks=False)


@pytest.fixture
def unshared(tmp_path: Path) -> Users:
    """A clone that belongs to the person, with their group, that the group may only read."""
    here = made(tmp_path / "base")
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    homes = {uid: make_home(tmp_path / f"home-{uid}", "[safe]\n\tdirectory = *\n") for uid in (PERSON, CRON)}
    here.git("config", "--global", "safe.directory", "*")
    for uid, home in homes.items():
        _give(home, uid)
    _give(here.folder, PERSON)
    return Users(here, *(User(Shell(here.folder, home), uid) for uid, home in homes.items()))


@pytest.fixture
def shared(unshared: Users) -> Users:
    """The same, shared as docs/ledger.md says."""
    unshared.person.git("config", "core.sharedRepository", "group")
    for folder, _, _ in os.walk(unshared.here.folder):
        Path(folder).chmod(0o2775)
    for path in unshared.here.folder.rglob("*"):
        if path.is_file():
            path.chmod(path.stat().st_mode | 0o060)
    return unshared


def test_both_record_and_both_work_trees_are_one(shared: Users) -> None:
    for turn in range(2):
        shared.person(*VALUE, str(turn), "--id", f"person-{turn}")
        shared.cron(*VALUE, str(turn), "--id", f"cron-{turn}")
    shared.cron("score", "add", "cat", "number", "1", "--id", "cat-cron")
    shared.person("score", "add", "cat", "number", "2", "--id", "cat-person")
    shared.cron("seat", "set", "bot", "role=Cron")
    shared.person("seat", "set", "bot", "role=Person")
    assert ids(shared.here) == ["cat-cron", "cat-person", "cron-0", "cron-1", "person-0", "person-1"]
    assert "outdated" not in shared.person("sync", "--status").out
    assert shared.person.git("status", "--porcelain").out == ""
    shared.person.git("commit", "-q", "--allow-empty", "-m", "By hand")
    assert_whole(shared.here)


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_what_one_creates_the_other_can_write(shared: Users, umask: int) -> None:
    """In the git dir and in the work tree, as git does for its own files."""
    shared.cron("score", "add", "cat", "number", "1", "--id", "by-cron", umask=umask)
    ours = [common_dir(shared.here) / "orgtp", *(common_dir(shared.here) / "orgtp").rglob("*")]
    ours += [shared.here.folder / "scores/cat", shared.here.folder / "scores/cat/2026-11.jsonl"]
    for path in ours:
        found = path.stat()
        assert found.st_mode & stat.S_IWGRP, path
        assert found.st_gid == GROUP, path
        assert not path.is_dir() or found.st_mode & stat.S_ISGID, path


def test_a_value_that_one_queued_is_written_by_the_other(shared: Users) -> None:
    lock = shared.here.folder / ".git/index.lock"
    lock.touch()
    cron = User(_Impatient(shared.cron.here.folder, shared.cron.here.home), CRON)
    cron(*VALUE, "1", "--id", "queued", code=75)
    lock.unlink()
    shared.person(*VALUE, "2", "--id", "next")
    assert ids(shared.here) == ["next", "queued"]
    assert list((common_dir(shared.here) / "orgtp/outbox").glob("*.json")) == []


class _Impatient(Shell):
    """A shell whose commands do not wait."""

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**super().env(more), "ORGTP_WAIT": "0"}


def test_both_sync(shared: Users) -> None:
    shared.here.git("clone", "-q", "--bare", ".", "../remote.git")
    _give(shared.here.folder.parent / "remote.git", PERSON)
    shared.here.git("remote", "add", "origin", str(shared.here.folder.parent / "remote.git"))
    shared.here.at(shared.here.folder.parent / "remote.git").git("config", "core.sharedRepository", "group")
    remote = shared.here.folder.parent / "remote.git"
    subprocess.run(["chmod", "-R", "g+rwX", remote], check=True)
    # As `git init --shared` makes them: what one of them adds to a folder belongs to the group, too.
    subprocess.run(["find", remote, "-type", "d", "-exec", "chmod", "g+s", "{}", "+"], check=True)
    for turn in range(2):
        shared.person(*VALUE, str(turn), "--id", f"person-{turn}", "--push")
        shared.cron(*VALUE, str(turn), "--id", f"cron-{turn}", "--push")
    assert ids(shared.here) == ["cron-0", "cron-1", "person-0", "person-1"]
    assert "every commit was sent" in shared.person("sync", "--status").out


def test_a_work_tree_that_could_not_follow_is_told_with_its_reason_and_its_remedy(shared: Users) -> None:
    shared.person(*VALUE, "1", "--id", "first")
    folder = shared.here.folder / "scores/bot"
    folder.chmod(0o2755)
    ran = shared.cron(*VALUE, "2", "--id", "second")
    why = f"{FILE}: Permission denied; if the folder is shared, its owner can let your group write there: "
    assert f"committed, but the work tree could not be updated: {why}chmod g+rwx {folder}" in ran.err
    told = shared.cron("sync", "--status").out
    assert f"the work tree {shared.here.folder} is older than main: {why}" in told
    assert "interrupted" not in told
    (outdated,) = shared.cron("sync", "--status", "--json").json["outdated"]
    assert (outdated["path"], outdated["why"]) == (str(shared.here.folder), f"{why}chmod g+rwx {folder}")
    assert shared.cron("sync", "--status", "--json").json["unfinished"] is False
    # Every later command that cannot update it says so again.
    assert why in shared.cron("score", "add", "cat", "number", "1", "--id", "elsewhere").err
    remedy = outdated["why"].rpartition(": ")[2].split()
    subprocess.run(
        ["setpriv", f"--reuid={PERSON}", f"--regid={PERSON}", f"--groups={GROUP}", *remedy], check=True, cwd="/"
    )
    shared.cron("sync")
    assert status(shared.here) == []
    assert shared.cron("sync", "--status", "--json").json["outdated"] == []
    assert_whole(shared.here)


def test_the_owner_updates_what_the_other_could_not(shared: Users) -> None:
    shared.person(*VALUE, "1", "--id", "first")
    (shared.here.folder / "scores/bot").chmod(0o2755)
    (shared.here.folder / "seats").chmod(0o2755)
    shared.cron(*VALUE, "2", "--id", "second")
    shared.cron("seat", "set", "bot", "role=Changed")
    assert status(shared.here) == [f" M {FILE}", " M seats/bot.yaml"]
    # A command that only reads is enough.
    shared.person("sync", "--status")
    assert status(shared.here) == []
    assert "role: Changed" in shared.here.read("seats/bot.yaml")
    assert_whole(shared.here)


def test_what_could_not_be_written_is_not_taken_for_work_of_a_person(shared: Users) -> None:
    (shared.here.folder / "seats").chmod(0o2755)
    for role in ("First", "Second", "Third"):
        shared.cron("seat", "set", "bot", f"role={role}")
    shared.person("seat", "set", "cat", "role=Other")
    assert status(shared.here) == []
    assert "role: Third" in shared.here.read("seats/bot.yaml")


@pytest.mark.parametrize("staged", [True, False])
def test_what_a_person_does_while_the_work_tree_is_behind_stays(shared: Users, staged: bool) -> None:
    """Even if they stage an earlier version."""
    shared.person(*VALUE, "1", "--id", "first")
    shared.cron("seat", "set", "cat", "role=Other")
    (shared.here.folder / "scores/bot").chmod(0o2755)
    shared.cron(*VALUE, "2", "--id", "behind")
    assert status(shared.here) == [f" M {FILE}"]
    shared.person.git("checkout", "-q", "HEAD~2", "--", "seats/cat.yaml")
    if not staged:
        shared.person.git("reset", "-q", "--", "seats/cat.yaml")
    mine = shared.here.read("seats/cat.yaml")
    shared.person(*VALUE, "3", "--id", "next")
    assert shared.here.read("seats/cat.yaml") == mine
    assert "role: Other" not in mine
    assert status(shared.here) == ["M  seats/cat.yaml" if staged else " M seats/cat.yaml"]
    assert len(shared.here.read(FILE).splitlines()) == 3


def test_a_clone_that_is_not_shared_says_how_to_share_it(unshared: Users) -> None:
    unshared.person(*VALUE, "1", "--id", "first")
    ran = unshared.cron(*VALUE, "2", "--id", "second", code=2)
    git_dir = common_dir(unshared.here)
    assert "insufficient permission" in ran.err
    assert f"could not be queued either ({git_dir}/orgtp" in ran.err
    assert "nothing is recorded" in ran.err
    remedy = (
        f"git -C {git_dir} config core.sharedRepository group && chgrp -R {GROUP} {git_dir} && "
        f"chmod -R g+rwX {git_dir} && find {git_dir} -type d -exec chmod g+s {{}} +"
    )
    assert f"its owner runs once: {remedy}" in ran.err
    become = ["setpriv", f"--reuid={PERSON}", f"--regid={PERSON}", f"--groups={GROUP}"]
    subprocess.run([*become, "sh", "-c", remedy], check=True, cwd="/", env=unshared.person.here.env())
    ran = unshared.cron(*VALUE, "2", "--id", "second")
    assert "Permission denied" in ran.err
    assert ids(unshared.here) == ["first", "second"]


def test_a_work_tree_that_may_not_be_opened_is_waited_for(shared: Users) -> None:
    """Its index would stay behind the branch, and the next commit there would take the value back."""
    shared.person.git("checkout", "-q", "-b", "side")
    closed = shared.here.folder.parent / "closed"
    closed.mkdir()
    _give(closed, PERSON)
    shared.person.git("worktree", "add", "-q", str(closed / "tree"), "main")
    closed.chmod(0o700)
    ran = shared.cron(*VALUE, "2", "--id", "kept", code=75)
    assert f"the work tree {closed / 'tree'} has main checked out, and you may not open it" in ran.err
    shared.person(*VALUE, "3", "--id", "after")
    assert ids(shared.here) == ["after", "kept"]
    assert shared.here.at(closed / "tree").git("status", "--porcelain").out == ""
