"""Many writers at once, and a sync of what was not sent, beside what bare git does. Run by tools/bench_ledger.py."""

from __future__ import annotations

import multiprocessing
import shutil
import statistics
import subprocess
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path

import orgtp
from tools.bench_kit import ORGTP, SAMPLE, both, clones, head, row, run, timed
from tools.big_org import METRIC, SCOREKEEPER, SEAT

PROCESSES, EACH, ALONE, UNSENT, SYNCS = 32, 20, 200, 100, 5
FILE = f"scores/{SEAT}/2026-11.jsonl"
# As long as a record, so that the file grows as much.
LINE = "x" * 140


# Many writers.


def writer(org: str, ready: Barrier, done: Barrier) -> None:
    """One of many processes: a value to warm up, then as many as there are, all at once with the others."""
    here = orgtp.open(org)
    here.ledger.add_score(SEAT, METRIC, "80", by=SCOREKEEPER)
    ready.wait()
    commits = [here.ledger.add_score(SEAT, METRIC, f"80.{turn}1", by=SCOREKEEPER).commit for turn in range(EACH)]
    done.wait()
    sys.exit(0 if all(commits) else "a value was kept for later")


def contention(org: Path) -> float:
    """Values a second by many processes on one clone; each is in the history at the end."""
    before = count(org)
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Barrier(PROCESSES + 1), spawn.Barrier(PROCESSES + 1)
    jobs = [spawn.Process(target=writer, args=(str(org), ready, done)) for _ in range(PROCESSES)]
    for job in jobs:
        job.start()
    ready.wait()
    took = timed(done.wait)
    for job in jobs:
        job.join()
    if count(org) - before != PROCESSES * (EACH + 1) or any(job.exitcode for job in jobs):
        raise SystemExit("a value is missing")
    return PROCESSES * EACH / took * 1000


def count(org: Path) -> int:
    """How many commits there are."""
    return int(subprocess.check_output(["git", "rev-list", "--count", "main"], cwd=org))


def bare_git(org: Path) -> float:
    """Commits a second with bare git, one after another and alone."""
    loop = f"for n in $(seq {ALONE}); do echo {LINE} >> {FILE} && git add {FILE} && git commit -qm x || exit 1; done"
    return ALONE / timed(lambda: run("sh", "-c", loop, at=org)) * 1000


def locked_git(org: Path) -> float:
    """Commits a second with `git commit --only` under a lock, by as many processes."""
    once = f"echo {LINE} >> {FILE} && git commit -qm x --only -- {FILE}"
    loop = f"for n in $(seq {EACH}); do flock .git/their-lock sh -c '{once}' || exit 1; done"
    all_of_them = f"for n in $(seq {PROCESSES}); do ({loop}) & done; wait"
    return PROCESSES * EACH / timed(lambda: run("sh", "-c", all_of_them, at=org)) * 1000


def crowd(base: Path, runs: int) -> None:
    """All three, in turns, each on a fresh clone."""
    ways = {"`org.add_score`": contention, "`git commit --only`": locked_git, "`git add && git commit`": bare_git}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, measure in ways.items():
            rates[name].append(measure(clones(base, SAMPLE)["work tree"]))
    head("who", "values a second: most (median)", "beside bare git")
    told = [f"{PROCESSES} processes x {EACH}", f"{PROCESSES} processes under `flock`", "one, alone"]
    for who, (name, found) in zip(told, rates.items(), strict=True):
        ratio = max(found) / max(rates["`git add && git commit`"])
        row(f"{name}, {who}", f"{max(found):.0f} ({statistics.median(found):.0f})", f"{ratio:.2f}")


# A sync.


def parted(base: Path) -> Path:
    """A clone with values that were not sent, and its remote, which has moved on."""
    folder = base / "parted"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    run("git", "clone", "-q", "--bare", f"../{SAMPLE}.git", "remote.git", at=folder)
    for name in ("mine", "other"):
        run("git", "clone", "-q", "../parted/remote.git", name, at=folder)
        run("git", "remote", "set-url", "origin", "../remote.git", at=folder / name)
    run(ORGTP, "--org", "other", "score", "add", "radar", "briefing-by-8", "07:52", "--by", SCOREKEEPER, at=folder)
    run("git", "push", "-q", at=folder / "other")
    mine = orgtp.open(folder / "mine")
    for turn in range(UNSENT):
        mine.ledger.add_score(SEAT, METRIC, f"80.{turn}1", by=SCOREKEEPER)
    return folder


def sync(base: Path) -> None:
    """A sync beside a rebase and a push of the same commits."""
    start, here = parted(base), base / "again"

    def work(*words: str) -> float:
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(start, here, symlinks=True)
        run("git", "update-index", "-q", "--refresh", at=here / "mine")
        return timed(lambda: run(*words, at=here / "mine"))

    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(SYNCS):
        ours.append(work(ORGTP, "sync"))
        theirs.append(work("sh", "-c", "git pull -q --rebase && git push -q"))
    head(f"{UNSENT} values onto a remote that has moved on", "least (median)", "ratio")
    row("`orgtp sync`", both(ours), f"{min(ours) / min(theirs):.2f}")
    row("`git pull --rebase && git push`", both(theirs), "1.00")
