"""What the tests of the ledger share: a small org in any folder, its records, and whether all about it is whole."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import NOW, ROOT, Shell, make_home

FILE = "scores/bot/2026-11.jsonl"
VALUE = ("score", "add", "bot", "number")
_ADA = "seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nsince: 2026-01-05\n"
_BOT = """\
seat: {0}
name: {0}
role: Desk
kind: agent
status: active
owner: ada
reports_to: ada
since: 2026-10-05
metrics:
  number: {{name: number, outcome: Something, cadence: weekly, target: '>= 12'}}
  {0}-done: {{name: done, outcome: Something, cadence: weekly, target: 'yes'}}
"""


def made(base: Path) -> Shell:
    """A shell in a new org in the folder `base`: Ada, and two bots with a metric `number` each."""
    base.mkdir(parents=True, exist_ok=True)
    home = make_home(base / "home")
    Shell(base, home)("init", "acme", "--name", "Acme", "--timezone", "America/New_York")
    here = Shell(base / "acme", home)
    here.write("seats/ada.yaml", _ADA)
    for bot in ("bot", "cat"):
        here.write(f"seats/{bot}.yaml", _BOT.format(bot))
    for name in ("plan", "draft", "kept"):
        here.write(f"notes/{name}.txt", f"{name}\n")
    here.git("add", ".")
    here.git("commit", "-qm", "Three seats", GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW)
    return here


def copied(made_once: Path, base: Path) -> Shell:
    """A shell in a copy of an org that `made` made."""
    shutil.copytree(made_once, base, symlinks=True)
    return Shell(base / "acme", base / "home")


def bare(here: Shell) -> Shell:
    """A shell in a bare clone of an org, beside it."""
    here.git("clone", "-q", "--bare", ".", "../acme.git")
    return here.at(here.folder.parent / "acme.git")


def records(here: Shell, branch: str = "main") -> list[dict[str, Any]]:
    """Every record of the ledger branch."""
    found = []
    for path in here.git("ls-tree", "-r", "--name-only", branch, "scores/").out.splitlines():
        found += [json.loads(line) for line in here.git("show", f"{branch}:{path}").out.splitlines()]
    return found


def ids(here: Shell) -> list[str]:
    """The ids of all records, sorted; one that is there twice is here twice."""
    return sorted(record["id"] for record in records(here))


def common_dir(here: Shell) -> Path:
    """The git dir that all work trees share."""
    return Path(here.git("rev-parse", "--path-format=absolute", "--git-common-dir").out.strip())


def status(here: Shell) -> list[str]:
    """What git has to say of the work tree; nothing where there is none."""
    if here.git("rev-parse", "--is-bare-repository").out.strip() == "true":
        return []
    return here.git("status", "--porcelain", "-uall").out.splitlines()


def leftovers(here: Shell) -> list[str]:
    """What a run that was cut short left in the git dir; receipts and halves of lots are orgtp's to sweep."""
    top = common_dir(here)
    found = [*top.rglob("*.lock"), *top.rglob("orgtp-index.*"), *(top / "orgtp/outbox").glob("*.json")]
    journal = top / "orgtp/journal"
    found += [journal] if journal.exists() and journal.read_bytes() else []
    return sorted(str(path.relative_to(top)) for path in found)


def assert_swept(here: Shell) -> None:
    """An hour later, the next command leaves nothing in the outbox at all."""
    folder = common_dir(here) / "orgtp/outbox"
    for left in folder.glob("*"):
        os.utime(left, (0, 0))
    here(*VALUE, "12", "--id", "an-hour-later")
    assert list(folder.glob("*")) == []


def assert_whole(here: Shell, dirty: Sequence[str] = ()) -> None:
    """Nothing is left over, the history is one line, score files only grew, and git and orgtp find no fault.

    `dirty` is what a person has in the work tree.
    """
    assert leftovers(here) == []
    assert status(here) == list(dirty)
    fsck = here.git("fsck", "--full", "--strict")
    assert "error" not in fsck.err + fsck.out, fsck
    assert here.git("rev-list", "--merges", "main").out == ""
    taken = [
        row
        for row in here.git("log", "--format=", "--numstat", "main", "--", "scores/").out.splitlines()
        if row.strip()
    ]
    assert [row for row in taken if row.split("\t")[1] != "0"] == []
    assert here("validate", "--json").json["summary"]["errors"] == 0


@contextmanager
def lock_held(here: Shell) -> Iterator[None]:
    """Hold the ledger's lock in this process, as another orgtp would."""
    path = common_dir(here) / "orgtp/lock"
    path.parent.mkdir(exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.ftruncate(handle, 0)
        os.pwrite(handle, b"process 4711 (a slow one) since 09:00:00\n", 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def python(here: Shell, module: str, *words: str, **env: str) -> subprocess.Popen[bytes]:
    """A Python program of these tests that runs beside us, with pipes for its input and output."""
    pipe = subprocess.PIPE
    words = (sys.executable, "-m", module, *words)
    return subprocess.Popen(words, cwd=ROOT, env=here.env(env), stdin=pipe, stdout=pipe)
