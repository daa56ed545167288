"""What the tests of sync share: one bare remote, its clones, and what must be true of all of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import NOW, Shell

FILE = "scores/bot/2026-11.jsonl"
LATER = "2026-11-20T19:00:00-05:00"
_ADA = "seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nsince: 2026-01-05\n"
_SEAT = """\
# The seat of {0}.
seat: {0}
name: {0}
role: Desk
kind: agent
status: active
owner: ada
reports_to: ada

# What it is there for.
mission: Does it
since: 2026-10-05

capabilities:
  {0}-things: Does things.  # all of them
metrics:
  number:
    name: number
    outcome: Something
    target: ">= 12"  # a dozen
    cadence: weekly
"""


@dataclass(frozen=True)
class Clones:
    """A bare remote and two clones of it, in one folder."""

    folder: Path
    home: Path

    @property
    def remote(self) -> Shell:
        """The remote."""
        return Shell(self.folder / "remote.git", self.home)

    @property
    def a(self) -> Shell:
        """The one clone."""
        return Shell(self.folder / "a", self.home)

    @property
    def b(self) -> Shell:
        """The other clone."""
        return Shell(self.folder / "b", self.home)

    def clone(self, name: str, *words: str) -> Shell:
        """One more clone."""
        url = self.remote.folder.as_uri() if "--depth" in words else str(self.remote.folder)
        Shell(self.folder, self.home).git("clone", "-q", *words, url, name)
        return Shell(self.folder / name, self.home)

    def by_hand(self, here: Shell, path: str, text: str, *, push: bool = True) -> None:
        """Write a file in a clone and commit it as a person does; and push it."""
        here.write(path, text)
        here.git("add", "--", path)
        here.git("commit", "-qm", f"Edit {path}")
        if push:
            here.git("push", "-q", "origin", "HEAD:main")


def made(folder: Path, home: Path, *, sha256: bool = False) -> Clones:
    """A small org of Ada and two bots on a new remote, and two clones of it, `a` and `b`."""
    words = ["--object-format=sha256"] if sha256 else []
    here = Shell(folder, home)
    here.git("init", "-q", "--bare", "-b", "main", *words, "remote.git")
    here.git("init", "-q", "-b", "main", *words, "a")
    here("init", "a", "--name", "Acme", "--timezone", "America/New_York")
    first = here.at(folder / "a")
    for seat, text in {"ada": _ADA, "bot": _SEAT.format("bot"), "cat": _SEAT.format("cat")}.items():
        first.write(f"seats/{seat}.yaml", text)
    first.write("notes/plan.txt", "a plan\n")
    first.git("add", ".")
    first.git("commit", "-qm", "Three seats", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    first.git("remote", "add", "origin", str(folder / "remote.git"))
    first.git("push", "-qu", "origin", "main")
    here.git("clone", "-q", str(folder / "remote.git"), "b")
    return Clones(folder, home)


def copied(clones: Clones, folder: Path, home: Path) -> Clones:
    """A copy of a remote and its clones, which knows nothing of where it came from."""
    shutil.copytree(clones.folder, folder, symlinks=True)
    copy = Clones(folder, home)
    for here in (copy.a, copy.b):
        here.git("remote", "set-url", "origin", str(copy.remote.folder))
    return copy


def add(here: Shell, value: str, *words: str, code: int | None = 0, env: Mapping[str, str] | None = None) -> None:
    """Record a value of the bot's."""
    here("score", "add", "bot", "number", value, "--by", "ada", *words, code=code, **(env or {}))


def values(here: Shell, rev: str = "main", path: str = FILE) -> list[str]:
    """The values in a score file of a commit, in its order."""
    return [record["value"] for record in records(here, rev, path)]


def records(here: Shell, rev: str = "main", path: str = FILE) -> list[dict[str, Any]]:
    """The records in a score file of a commit; none where there is no such file."""
    ran = here.git("cat-file", "blob", f"{rev}:{path}", code=None)
    return [json.loads(line) for line in ran.out.splitlines()] if ran.code == 0 else []


def state(here: Shell) -> tuple[str, str, dict[str, bytes]]:
    """All that must be as before where nothing is touched: every branch, git's status, every file."""
    refs = here.git("for-each-ref", "refs/heads", "refs/tags")
    bare = (here.folder / "HEAD").exists()
    paths = () if bare else here.folder.rglob("*")
    files = {str(path.relative_to(here.folder)): path.read_bytes() for path in paths if _is_own(path)}
    return refs.out + here.head(), here.git("status", "--porcelain", code=None).out, files


def _is_own(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and ".git" not in path.parts


def assert_one_line(here: Shell, rev: str = "main") -> None:
    """The history has no merge, every score file only grew, byte for byte, and git finds no fault."""
    assert here.git("rev-list", "--merges", rev).out == ""
    paths = set(here.git("log", "--format=", "--name-only", rev, "--", "scores/").out.split())
    for path in paths:
        before = ""
        for commit in here.git("rev-list", "--reverse", rev, "--", path).out.split():
            after = here.git("cat-file", "blob", f"{commit}:{path}").out
            assert after.startswith(before), f"{path} did not only grow in {commit}"
            before = after
    fsck = here.git("fsck", "--full", "--strict", "--no-dangling")
    assert (fsck.out, fsck.err.replace("Checking object directories", "")) == ("", ""), fsck


def assert_same(clones: Clones, *shells: Shell) -> None:
    """These clones have what the remote has, nothing is left to commit, and the org validates."""
    tip = clones.remote.git("rev-parse", "main").out
    for here in shells:
        assert here.git("rev-parse", "main").out == tip, here.folder
        assert here.git("status", "--porcelain").out == "", here.folder
    problems = shells[0]("validate", "--json", code=None).json["problems"]
    # A seat that was added has nothing that it is measured on.
    assert {row["rule"] for row in problems if row["severity"] == "error"} <= {"no-metric"}


def witness(here: Shell) -> list[str]:
    """What was last seen of the remotes."""
    return here.git("for-each-ref", "--format=%(objectname)", "refs/orgtp/seen").out.split()
