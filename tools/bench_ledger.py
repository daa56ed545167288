"""Measure what a value costs: with a big org behind it, among many writers, under the lock, and in a sync.

Run as `python -m tools.bench_ledger [PART …]`, with `--at DIR` to keep what is made. Everything is measured side by
side in one run, in turns, so that what else the machine does falls on both sides alike; ratios are of the least times.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orgtp
from tools.bench_crowd import crowd, sync
from tools.bench_kit import ADD, ORGTP, SAMPLE, both, clones, folder, head, in_turns, row, run, timed
from tools.big_org import METRIC, NOW, SCOREKEEPER, SEAT, Shape, make_big_org

BIG = "big"
RUNS, TURNS = 12, 20
OTHER = f"scores/{SCOREKEEPER}/bench.txt"
SMALL = Shape(60, 600)


# What is measured on.


def make_sample(base: Path) -> None:
    """The sample org as a bare repository, packed like the big one."""
    run(ORGTP, "init", "--sample", "made", at=base)
    run("git", "clone", "-q", "--bare", "made", f"{SAMPLE}.git", at=base)
    run("git", "gc", "-q", at=base / f"{SAMPLE}.git")


def make_big(base: Path, shape: Shape) -> None:
    """The big org; first a small one of the same shape, which must be valid."""
    make_big_org(base / "small.git", SMALL)
    run(ORGTP, "--org", "small.git", "validate", "--strict", at=base)
    took = timed(lambda: make_big_org(base / f"{BIG}.git", shape))
    print(f"The big org: {shape.seats} seats and {shape.commits} commits of values, made in {took / 1000:.0f} s.")


def prepare(base: Path, shape: Shape, *, big: bool) -> dict[str, dict[str, Path]]:
    """The clones of each org."""
    if not (base / f"{SAMPLE}.git").exists():
        make_sample(base)
    if big and not (base / f"{BIG}.git").exists():
        make_big(base, shape)
    return {name: clones(base, name) for name in ([SAMPLE, BIG] if big else [SAMPLE])}


# What a value costs.


def commands(org: Path) -> dict[str, Callable[[], object]]:
    """Ways to record a value in the org."""
    here = orgtp.open(org)

    def with_id() -> None:
        entry = here.ledger.new_score(SEAT, METRIC, "80", score_id=fresh())
        here.ledger.add_scores([entry], by=SCOREKEEPER)

    ways: dict[str, Callable[[], object]] = {
        "`orgtp score add`": lambda: run(ORGTP, "--org", str(org), *ADD, at=org),
        "`orgtp score add --id`": lambda: run(ORGTP, "--org", str(org), *ADD, "--id", fresh(), at=org),
        "`org.ledger.add_score`": lambda: here.ledger.add_score(SEAT, METRIC, "80", by=SCOREKEEPER),
        "`org.add_scores`, with an id": with_id,
    }
    if not here.ledger.writable_repo.bare:
        ways["`git add && git commit`, for comparison"] = lambda: bare_commit(org)
    return ways


def bare_commit(org: Path) -> None:
    """A line in a file among the scores, by git alone."""
    run("sh", "-c", f"echo x >> {OTHER} && git add {OTHER} && git commit -qm x", at=org)


def fresh() -> str:
    """An id that was not there before."""
    return f"bench.{time.time_ns()}"


def cost(orgs: dict[str, dict[str, Path]]) -> None:
    """A value in the big org beside one in the sample. The first of each warms up, and is told of ids."""
    firsts: list[str] = []
    head("a value", "in", "big: least (median)", "sample: least (median)", "ratio", "of medians")
    for where in ("work tree", "bare"):
        ways = {name: commands(orgs[name][where]) for name in (SAMPLE, BIG)}
        for what in ways[BIG]:
            pair = {name: ways[name][what] for name in ways}
            first = {name: timed(pair[name]) for name in pair}
            firsts += [f"{what} in the {where}: {first[BIG]:.0f} ms"] if what.endswith(("id", "--id`")) else []
            times = in_turns(pair, RUNS)
            ratio = min(times[BIG]) / min(times[SAMPLE])
            medians = statistics.median(times[BIG]) / statistics.median(times[SAMPLE])
            row(what, where, both(times[BIG]), both(times[SAMPLE]), f"{ratio:.2f}", f"{medians:.2f}")
    print(f"\nThe first with an id, in the big org: {'; '.join(firsts)}.")


# The lock.

# The command itself, with a note of each moment at which the ledger's lock is taken and let go.
HELD = """
import sys, time
from orgtp.git import lock as git_lock
moments, lock = [], git_lock.Lock
def noted(name):
    whole = getattr(lock, name)
    def wrapper(self):
        taken, done = self._taken, whole(self)
        if self._taken != taken: moments.append(time.perf_counter())
        return done
    setattr(lock, name, wrapper)
noted("attempt"), noted("release")
from orgtp.cli.main import main
try:
    sys.exit(main())
finally:
    sys.stderr.write("%f" % sum(b - a for a, b in zip(moments[::2], moments[1::2])))
"""


def held_share(org: Path) -> tuple[float, float]:
    """How long the lock was held by one command, and how long that ran, in milliseconds."""
    words = [sys.executable, "-c", HELD, "--org", str(org), *ADD]
    begin = time.perf_counter()
    done = subprocess.run(words, capture_output=True, check=True)
    took = (time.perf_counter() - begin) * 1000
    return float(done.stderr) * 1000, took


def lock(orgs: dict[str, dict[str, Path]]) -> None:
    """The share of a command's time for which the lock is held."""
    head("`orgtp score add` in", "lock held: least (median)", "command: least (median)", "share: least (median)")
    for name, places in orgs.items():
        for where, org in places.items():
            held_share(org)
            held, took = zip(*(held_share(org) for _ in range(TURNS)), strict=True)
            shares = [100 * a / b for a, b in zip(held, took, strict=True)]
            row(f"{name}, {where}", both(list(held)), both(list(took)), both(shares, "%"))


# All of it.

PARTS = ("cost", "crowd", "lock", "sync")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--at", type=Path, metavar="DIR", help="keep what is made there, and use what is there")
    parser.add_argument("--seats", type=int, default=Shape.seats)
    parser.add_argument("--commits", type=int, default=Shape.commits)
    parser.add_argument("--runs", type=int, default=3, help="how often many writers are let go")
    args = parser.parse_args()
    _surroundings()
    with folder(args.at) as base:
        measure(base, args.parts or PARTS, Shape(args.seats, args.commits), args.runs)


def measure(base: Path, parts: list[str] | tuple[str, ...], shape: Shape, runs: int) -> None:
    """Measure what is asked."""
    orgs = prepare(base, shape, big=bool({"cost", "lock"} & set(parts)))
    if "cost" in parts:
        cost(orgs)
    if "lock" in parts:
        lock(orgs)
    if "crowd" in parts:
        crowd(base, runs)
    if "sync" in parts:
        sync(base)


def _surroundings() -> None:
    """The same for all: no configuration of anybody's, one name, one moment, and all the time that it takes."""
    who = {"NAME": "Bench", "EMAIL": "bench@example.com"}
    os.environ |= {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "ORGTP_NOW": NOW, "ORGTP_WAIT": "120"}


if __name__ == "__main__":
    main()
