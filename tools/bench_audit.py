"""Measure `orgtp audit verify` beside the `git log --raw -m` that it needs: a whole history, and what is new in it.

Run as `python -m tools.bench_audit`, with `--at DIR` to keep what is made. The history is streamed through
`git fast-import`: 100,000 commits of values, in an org of 10,000 seats and in one of 200. In the wide one git compares
large trees for each commit, in the narrow one hardly anything: there, what we do ourselves weighs most.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import orgtp
from tools.bench_kit import ORGTP, both, folder, head, in_turns, row, run, timed
from tools.big_org import METRIC, NOW, SCOREKEEPER, SEAT, Shape, make_big_org

ORGS = {"big": 10_000, "narrow": 200}
_NEW = 100
_MEMORY = "orgtp/audit"


def whole(base: Path, runs: int) -> None:
    """Every commit, in turns with git's own walk."""
    head("a whole history", "`orgtp audit verify --full`: least (median)", "`git log --raw -m`", "ratio")
    for name, seats in ORGS.items():
        repo = base / f"{name}.git"
        times = in_turns({"verify": partial(verify, repo, "--full"), "log": partial(log, repo)}, runs)
        ratio = min(times["verify"]) / min(times["log"])
        row(f"{seats:,} seats, {_count(repo):,} commits", both(times["verify"]), both(times["log"]), f"{ratio:.2f}")


def verify(repo: Path, *words: str) -> None:
    """Verify; a history that is not intact ends the run."""
    run(ORGTP, "--org", str(repo), "audit", "verify", *words, at=repo)


def log(repo: Path, *words: str) -> None:
    """Git's own walk, to nowhere."""
    subprocess.run(
        ["git", "log", "--raw", "-m", *(words or ("main",))], cwd=repo, stdout=subprocess.DEVNULL, check=True
    )


def newest(base: Path, runs: int) -> None:
    """A hundred commits after what was verified before. What was remembered is put back before each run."""
    head(f"{_NEW} new commits", "`orgtp audit verify`: least (median)", "nothing new", "`git log --raw -m` of them")
    for name, seats in ORGS.items():
        repo = base / f"{name}-new.git"
        before = _with_new(base / f"{name}.git", repo)
        kept = base / f"{name}-memory"
        shutil.copytree(repo / _MEMORY, kept, dirs_exist_ok=True)
        times = [timed(_again(repo, kept)) for _ in range(runs)]
        nothing = [timed(partial(verify, repo)) for _ in range(runs)]
        range_ = [timed(partial(log, repo, f"{before}..main")) for _ in range(runs)]
        row(f"{seats:,} seats", both(times), both(nothing), both(range_))


def _with_new(made: Path, repo: Path) -> str:
    """A clone that was verified, and has new commits since; where it was verified."""
    if repo.exists():
        shutil.rmtree(repo)
    run("git", "clone", "-q", "--bare", str(made), str(repo), at=made.parent)
    verify(repo)
    before = subprocess.check_output(["git", "rev-parse", "main"], cwd=repo, text=True).strip()
    here = orgtp.open(repo)
    for number in range(_NEW):
        here.ledger.add_score(SEAT, METRIC, f"{80 + number % 20}", by=SCOREKEEPER)
    return before


def _again(repo: Path, kept: Path) -> Callable[[], None]:
    shutil.copytree(kept, repo / _MEMORY, dirs_exist_ok=True)
    return partial(verify, repo)


def _count(repo: Path) -> int:
    return int(subprocess.check_output(["git", "rev-list", "--count", "main"], cwd=repo))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", type=Path, metavar="DIR", help="keep what is made there, and use what is there")
    parser.add_argument("--commits", type=int, default=Shape.commits)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "ORGTP_NOW": NOW}
    os.environ |= {f"GIT_{role}_{key}": "Bench" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    with folder(args.at) as base:
        for name, seats in ORGS.items():
            if not (base / f"{name}.git").exists():
                make_big_org(base / f"{name}.git", Shape(seats, args.commits))
        whole(base, args.runs)
        newest(base, args.runs)


if __name__ == "__main__":
    main()
