"""Many writers on one clone, beside a person at work in it; and what bare git does in the same time."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.conftest import Shell
from tests.ledger.ledgers import FILE, assert_whole, python, records

# What git says where another one is at work; a person tries again then.
_BUSY = ("index.lock", "cannot lock ref", "HEAD.lock", "main.lock")
_TRIES = 2000
_THINKS = 0.1


@dataclass
class Person:
    """A stand-in for a person who edits, stages and commits files of their own until told to stop.

    First everything that is staged is committed; then, with one file staged and one dirty for good, single files.
    """

    here: Shell
    pause: float = _THINKS
    commits: int = 0
    refused: int = 0
    error: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            while self.commits < 3:
                self._commit("as it is staged", "commit", "-qm", f"Plan {self.commits}")
            self.here.write("notes/draft.txt", "staged for later\n")
            self._git("add", "notes/draft.txt")
            self.here.write("notes/kept.txt", "not even staged\n")
            while not self._stop.is_set() or self.commits < 6:
                self._commit("alone", "commit", "-qm", f"Plan {self.commits}", "--only", "--", "notes/plan.txt")
        except AssertionError as error:
            self.error = str(error)

    def _commit(self, what: str, *words: str) -> None:
        self.here.write("notes/plan.txt", f"{what}: {self.commits}\n")
        self._git("add", "notes/plan.txt")
        self._git(*words)
        self.commits += 1
        time.sleep(self.pause)

    def _git(self, *words: str) -> None:
        """Run git; where it finds another one at work, again."""
        for _ in range(_TRIES):
            ran = self.here.git(*words, code=None)
            if ran.code == 0:
                return
            assert any(word in ran.err for word in _BUSY), f"{words}: {ran.err}"
            self.refused += 1
            time.sleep(0.01)
        raise AssertionError(f"{words} was refused {_TRIES} times: {ran.err}")


def crowd(here: Shell, processes: int, each: int, *, compare: bool = False) -> str:
    """`processes` writers of `each` values, beside a person; to `compare`, then bare git twice, in copies."""
    with Person(here) as person:
        rate = processes * each / _written(here, processes, each)
    assert person.error == "", person.error
    wanted = sorted(f"{number}.{turn:03}1" for number in range(processes) for turn in range(each))
    assert sorted(record["value"] for record in records(here)) == wanted
    assert len({record["id"] for record in records(here)}) == len(wanted)
    _assert_apart(here, person, len(wanted))
    assert_whole(here, ["M  notes/draft.txt", " M notes/kept.txt"])
    told = (
        f"{len(wanted)} values by {processes} processes beside {person.commits} commits of a person "
        f"({person.refused} times refused): {len(wanted)} there, 0 twice, {rate:.0f} values a second"
    )
    if not compare:
        return told
    bare, locked = _bare(here, processes * each), _locked(here, processes, each)
    return f"{told}; bare git add && git commit {bare:.0f}, git commit --only under a lock {locked:.0f}"


def _written(here: Shell, processes: int, each: int) -> float:
    """Let the writers go at once; the seconds until the last is done. Every value is in a commit by then."""
    jobs = [
        python(here, "tests.ledger.writer", str(here.folder), str(number), str(each), ORGTP_WAIT="120")
        for number in range(processes)
    ]
    assert all(job.stdout and job.stdout.readline() == b"ready\n" for job in jobs)

    def go() -> None:
        for job in jobs:
            assert job.stdin
            job.stdin.write(b"go\n")
            job.stdin.flush()
        assert [int(job.stdout.readline() or -1) for job in jobs if job.stdout] == [each] * processes

    took = _timed(go)
    assert [job.communicate() and job.returncode for job in jobs] == [0] * processes
    return took


def _timed(work: Callable[[], object]) -> float:
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def _assert_apart(here: Shell, person: Person, values: int) -> None:
    """The person's commits hold their files alone, and ours hold none of them."""
    theirs = ours = 0
    for block in here.git("log", "--format=%x00%s", "--name-only", "main").out.split("\0")[1:]:
        subject, *paths = [line for line in block.splitlines() if line]
        if subject.startswith("Plan "):
            assert paths == ["notes/plan.txt"], block
            theirs += 1
        elif subject.startswith("score(bot): "):
            assert paths == [FILE], block
            ours += 1
    assert (theirs, ours) == (person.commits, values)
    assert here.git("diff", "--cached", "--name-only").out == "notes/draft.txt\n"
    assert here.read("notes/kept.txt") == "not even staged\n"


# Bare git, for comparison.


def _copy(here: Shell, name: str) -> Path:
    here.git("clone", "-q", ".", f"../{name}")
    return here.folder.parent / name


def _bare(here: Shell, values: int) -> float:
    """Values a second with `git add && git commit`, one after another and alone."""
    loop = "for n in $(seq $0); do echo $n >> F && git add F && git commit -qm $n || exit 1; done".replace("F", FILE)
    folder = _copy(here, "bare-git")

    def work() -> None:
        assert _sh(here.at(folder), loop, str(values)).wait() == 0

    return values / _timed(work)


def _locked(here: Shell, processes: int, each: int) -> float:
    """Values a second with `git commit --only` under flock, by as many processes as there are writers."""
    once = "echo $0-$n >> F && git commit -qm $0-$n --only -- F".replace("F", FILE)
    loop = f"export n; for n in $(seq $1); do flock .git/their-lock sh -c '{once}' $0 || exit 1; done"
    there = here.at(_copy(here, "locked-git"))

    def work() -> None:
        jobs = [_sh(there, loop, str(number), str(each)) for number in range(processes)]
        assert [job.wait() for job in jobs] == [0] * processes

    return processes * each / _timed(work)


def _sh(here: Shell, script: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sh", "-c", script, *words], cwd=here.folder, env=here.env())
