"""Measure `orgtp import` of a file of people beside reading it with `csv` and committing the same files with git.

Run by `make bench`. `python -m tools.bench_import FILE` measures a file of your own instead of the invented ones.

Both are timed in one run and in turns: `orgtp import` as a process, its start-up included, into an org without seats;
and in this process, `csv.DictReader` over the whole file, then `git add` and `git commit` of the seats that the import
wrote, into an empty repository. The goal is less than ten times as long.
"""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tools.bench_kit import ORGTP, both, folder, head, in_turns, row, run
from tools.people_file import write_people_file

SIZES = (1_000, 5_000)
RUNS = 5
GOAL = 10
_COMMIT = ("git", "-c", "user.name=Bench", "-c", "user.email=bench@example.com", "commit", "-qm", "People")


def main(words: list[str]) -> None:
    """Measure the file that is named, or else the invented ones."""
    with folder(None) as base:
        files = [Path(word).absolute() for word in words] or [_write_file(base, size) for size in SIZES]
        head("people", "`orgtp import`", "`csv`, `git add`, `git commit`", "ratio", f"under {GOAL}")
        for file in files:
            _measure_import(base, file)
        head("then", "of the largest file")
        commands = {"orgtp import FILE, again": ["import", str(files[-1])]}
        commands |= {f"orgtp {name}": name.split() for name in ("validate", "chart", "seat list")}
        ways: dict[str, Callable[[], object]] = {
            name: partial(_run_orgtp, base, words) for name, words in commands.items()
        }
        for name, times in in_turns(ways, RUNS).items():
            row(f"`{name}`", both(times))


def _write_file(base: Path, size: int) -> Path:
    path = base / f"people-{size}.csv"
    write_people_file(path, size)
    return path


def _run_orgtp(base: Path, words: list[str]) -> None:
    run(ORGTP, *words, at=base / "org")


def _measure_import(base: Path, file: Path) -> None:
    run(ORGTP, "init", "empty", "--name", "Big", at=base)
    run("git", "init", "-q", "plain", at=base)
    _make_fresh(base, "empty", "org")
    _run_orgtp(base, ["import", str(file)])
    shutil.copytree(base / "org" / "seats", base / "plain" / "seats")
    people = sum(1 for _ in (base / "plain" / "seats").iterdir())
    ways: dict[str, Callable[[], object]] = {
        "prepare": lambda: _make_both(base),
        "import": lambda: _run_orgtp(base, ["import", str(file)]),
        "bare": lambda: _commit_bare(base, file),
    }
    times = in_turns(ways, RUNS)
    ratio = min(times["import"]) / min(times["bare"])
    row(f"{people:,}", both(times["import"]), both(times["bare"]), f"{ratio:.2f}", "yes" if ratio < GOAL else "no")
    for name in ("empty", "plain"):
        shutil.rmtree(base / name)


def _make_both(base: Path) -> None:
    _make_fresh(base, "empty", "org")
    _make_fresh(base, "plain", "bare")


def _make_fresh(base: Path, name: str, copy: str) -> None:
    shutil.rmtree(base / copy, ignore_errors=True)
    shutil.copytree(base / name, base / copy, symlinks=True)


def _commit_bare(base: Path, file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as opened:
        for _ in csv.DictReader(opened):
            pass
    run("git", "add", "seats", at=base / "bare")
    run(*_COMMIT, at=base / "bare")


if __name__ == "__main__":
    main(sys.argv[1:])
