"""Measure what reading a long history costs, beside the `git log --raw` that it needs, in one run.

Run as `python -m tools.bench_history [--seats N] [--commits N]`, with `--at DIR` to keep what is made. Output goes
through a pipe, as it does to a pager. Each pair is run in turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import cast

from tools.bench_kit import ORGTP, both, head, row
from tools.big_org import NOW, SEAT, Shape, make_big_org

RUNS = 5
_ONCE = 65536
# Of few seats git tells a commit fastest, and what is ours weighs most.
SHAPE = Shape(200, 100_000)
OWN = (f"seats/{SEAT}.yaml", f"retirements/{SEAT}.yaml")


def read(words: list[str], at: Path) -> tuple[float, float]:
    """How many milliseconds it took until the first output was there, and until all of it was."""
    begin = time.perf_counter()
    with subprocess.Popen(words, cwd=at, env={**os.environ, "ORGTP_NOW": NOW}, stdout=subprocess.PIPE) as process:
        output = cast("io.BufferedReader", process.stdout)
        output.read1(_ONCE)
        first = time.perf_counter() - begin
        while output.read1(_ONCE):
            pass
    if process.returncode:
        raise SystemExit(f"{' '.join(words)}: exit code {process.returncode}")
    return first * 1000, (time.perf_counter() - begin) * 1000


def compare(org: Path, ours: list[str], theirs: list[str]) -> None:
    """One line of the table."""
    pairs = [(read([ORGTP, *ours], org), read(["git", "log", "--raw", *theirs], org)) for _ in range(RUNS)]
    firsts, whole, git = (
        [first for (first, _), _ in pairs],
        [all_ for (_, all_), _ in pairs],
        [all_ for _, (_, all_) in pairs],
    )
    beside = " ".join(["git log --raw", *theirs])
    ratio = f"{min(whole) / min(git):.2f}"
    row(f"`orgtp {' '.join(ours)}`", f"{min(firsts):.0f} ms", both(whole), f"`{beside}`", both(git), ratio)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seats", type=int, default=SHAPE.seats)
    asked.add_argument("--commits", type=int, default=SHAPE.commits)
    asked.add_argument("--at", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        org = (given.at or Path(name)) / f"history-{given.seats}-{given.commits}.git"
        if not org.exists():
            make_big_org(org, Shape(given.seats, given.commits))
        print(f"\nA history of {given.commits:,} commits, {given.seats:,} seats.")
        head("command", "first output", "whole: least (median)", "beside", "least (median)", "ratio")
        compare(org, ["log"], [])
        compare(org, ["log", "--json"], [])
        compare(org, ["log", SEAT], [])
        compare(org, ["log", "--action", "retire", "--since", "2026-W40"], [])
        compare(org, ["seat", "blame", SEAT], ["--", OWN[0]])
        compare(org, ["seat", "history", SEAT], ["--", *OWN])


if __name__ == "__main__":
    main()
