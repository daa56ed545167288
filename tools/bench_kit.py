"""What the benchmarks share: commands that must succeed, times side by side, and lines of a markdown table."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.big_org import METRIC, SCOREKEEPER, SEAT

ORGTP = str(Path(sys.executable).parent / "orgtp")
SAMPLE = "sample"
ADD = ["score", "add", SEAT, METRIC, "80", "--by", SCOREKEEPER]


def run(*words: str, at: Path) -> None:
    """Run a command; what it says on standard error is told only where it fails."""
    done = subprocess.run(words, cwd=at, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr.decode()}")


def timed(work: Callable[[], object]) -> float:
    """How many milliseconds it took."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def head(*names: str) -> None:
    """The head of a table."""
    print(f"\n| {' | '.join(names)} |\n|{'---|' * len(names)}", flush=True)


def row(*cells: str) -> None:
    """A line of it."""
    print(f"| {' | '.join(cells)} |", flush=True)


def both(times: list[float], unit: str = "ms") -> str:
    """The least of the times, and the median."""
    return f"{min(times):.1f} {unit} ({statistics.median(times):.1f})"


def in_turns(ways: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """The times of each, run one after another, again and again."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, work in ways.items():
            times[name].append(timed(work))
    return times


def clones(base: Path, name: str) -> dict[str, Path]:
    """A clone of `name`.git with a work tree, and a bare one."""
    found = {"work tree": base / name, "bare": base / f"{name}-bare.git"}
    for kind, path in found.items():
        shutil.rmtree(path, ignore_errors=True)
        run("git", "clone", "-q", *(["--bare"] if kind == "bare" else []), f"{name}.git", path.name, at=base)
    return found


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Where a benchmark makes what it needs: a folder that is kept, or one that goes with it."""
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
