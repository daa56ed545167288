"""Kills: at random moments of a command, and at the boundaries between the steps of the ledger, by injection."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.conftest import SCRIPT, Shell
from tests.ledger.ledgers import VALUE, assert_swept, assert_whole, ids, leftovers, lock_held, python, records, status

HOW = ("group", "alone")


# So many kills at random moments fall on both sides of the commit.
_MANY = 100
# After so many runs, each of which waits for a second, a git that was killed has ended, however slow the disk is.
_RUNS = 10


def kill_commands(here: Shell, times: int, seed: int) -> str:
    """Kill `score add` at random moments, the whole group and the parent alone in turn, and run it again each time."""
    chance, landed = random.Random(seed), 0  # noqa: S311  (chance that can be had again)
    here(*VALUE, "1", "--id", "first")
    begin = time.monotonic()
    # In a process like those that are killed; a fork would be ten times faster.
    here.process(*VALUE, "1", "--id", "second")
    took = time.monotonic() - begin
    for number in range(times):
        words = (*VALUE, str(number), "--id", f"kill-{number}")
        _kill(here, words, chance.uniform(0.4, 1.1) * took, HOW[number % 2])
        before = here.git("rev-parse", "main").out
        here(*words)
        landed += before == here.git("rev-parse", "main").out
        assert leftovers(here) == [], f"seed {seed}, kill {number}"
    assert ids(here) == sorted(["first", "second", *(f"kill-{number}" for number in range(times))])
    assert_swept(here)
    assert_whole(here)
    assert times < _MANY or 0 < landed < times, "the moments must be spread around the commit"
    return f"{times} kills at random moments (seed {seed}), {landed} after the commit: 0 missing, 0 twice, 0 repairs"


def _kill(here: Shell, words: tuple[str, ...], after: float, how: str) -> None:
    null = subprocess.DEVNULL
    job = subprocess.Popen(
        [str(SCRIPT), *words], cwd=here.folder, env=here.env(), stdout=null, stderr=null, start_new_session=True
    )
    time.sleep(after)
    if how == "group":
        os.killpg(job.pid, signal.SIGKILL)
    else:
        job.kill()
    job.wait()


@dataclass
class Cutter:
    """The program `tests.ledger.cut` at work on one org. `given` is every id that it was told to record."""

    here: Shell
    job: subprocess.Popen[bytes]
    given: list[str] = field(default_factory=list)

    def __call__(self, name: str, at: int | str | None = None, how: str = "group", **env: str) -> dict[str, Any]:
        """Record a value under the id `name`, killed `at` a line or a function."""
        assert self.job.stdin
        assert self.job.stdout
        self.given += [name] if name not in self.given else []
        # The same id is the same value again.
        order = {"id": name, "value": str(self.given.index(name)), "at": at, "how": how, "env": env}
        self.job.stdin.write(f"{json.dumps(order)}\n".encode())
        self.job.stdin.flush()
        answer = json.loads(self.job.stdout.readline())
        assert "error" not in answer, (order, answer)
        return dict(answer)

    def record_again(self, name: str) -> dict[str, Any]:
        """Run again after a kill, as cron does: the value waits while a git that was killed, too, has not ended yet."""
        for _ in range(_RUNS):
            answer = self(name)
            if not answer.get("kept"):
                break
        return answer

    def keep(self, name: str) -> None:
        """Have a value in the outbox."""
        with lock_held(self.here):
            assert self(name, ORGTP_WAIT="0")["kept"]


@contextmanager
def cutter(here: Shell) -> Iterator[Cutter]:
    """The program while it runs; at the end all that it was told is there once, and all is whole."""
    job = python(here, "tests.ledger.cut", str(here.folder))
    try:
        assert job.stdout
        assert job.stdout.readline() == b"ready\n"
        found = Cutter(here, job)
        found("first")
        yield found
        assert ids(here) == sorted(found.given)
        assert_swept(here)
        assert_whole(here)
    finally:
        job.communicate()


# What stands when the one who is cut begins. Each takes a name, and may record or lose values of its own.


def _plain(cut: Cutter, name: str) -> None:
    """Nothing but the branch."""


def _waiting(cut: Cutter, name: str) -> None:
    """Another value waits in the outbox."""
    cut.keep(f"{name}-other")


def _unmoved(cut: Cutter, name: str) -> None:
    """A crash: the index was swapped, and the branch did not move."""
    assert cut(name, "RefTransaction.commit", "alone")["signal"]


def _moved(cut: Cutter, name: str) -> None:
    """A crash: the branch moved, and the work tree did not follow."""
    assert cut(name, "RefTransaction.close", "alone")["signal"]


def _behind(cut: Cutter, name: str) -> None:
    """The work tree was on another branch while a value was recorded, and has the index and files from before."""
    cut.here.git("symbolic-ref", "HEAD", "refs/heads/side")
    cut(f"{name}-away")
    cut.here.git("symbolic-ref", "HEAD", "refs/heads/main")


def _kept(cut: Cutter, name: str) -> None:
    """Somebody else holds the lock (see `_cut`)."""


BEFORE = {
    "plain": _plain,
    "waiting": _waiting,
    "unmoved": _unmoved,
    "moved": _moved,
    "behind": _behind,
    "kept": _kept,
}


def cut_at(here: Shell, before: str, how: str, points: int, seed: int) -> str:
    """Kill between the steps at so many points (0: at every line), each time where things stand as `before`."""
    place = "bare" if here.folder.suffix == ".git" else "clone"
    chance = random.Random(seed)  # noqa: S311
    with cutter(here) as cut:
        lines = _cut(cut, before, None, how)["lines"]
        done = 0
        for at in sorted(chance.sample(range(1, lines), points)) if points else count(1):
            if not _cut(cut, before, at, how).get("signal"):
                break
            done += 1
    return f"{done} of {lines} boundaries cut ({before}, {how}, {place}): 0 missing, 0 twice, 0 repairs"


def _cut(cut: Cutter, before: str, at: int | None, how: str) -> dict[str, Any]:
    """Kill at one point, and run again: each value there once, and nothing left over."""
    name = f"{before}-{how}-{at or 'uncut'}"
    BEFORE[before](cut, name)
    with lock_held(cut.here) if before == "kept" else nullcontext():
        answer = cut(name, at, how, **({"ORGTP_WAIT": "0"} if before == "kept" else {}))
    last = cut.record_again(name)
    there = [record["id"] for record in records(cut.here)]
    assert sorted(there) == sorted(cut.given), f"{before}, {how}, line {at}: {last}"
    assert (leftovers(cut.here), status(cut.here)) == ([], []), f"{before}, {how}, line {at}"
    return answer
