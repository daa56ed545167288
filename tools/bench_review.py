"""Measure the agenda of a weekly review with 200 rows, beside the scorecard of the same org. Run by `make bench`.

The goal is half a second on the machine of docs/performance.md. The ratio to the start of any command line, which does
not depend on the machine, is the figure to compare.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tools.bench_kit import ORGTP, both, folder, head, in_turns, row
from tools.bench_validate import make_org

# Nine agents of ten have two metrics, all of which miss their target.
SEATS, ROWS, RUNS, GOAL_MS = 112, 200, 9, 500
NOW = "2026-11-20T18:00:00-05:00"
ENV = {**os.environ, "ORGTP_NOW": NOW}
WORSE = {'target: ">= 95%"': 'target: ">= 999%"', 'target: "<= 100"': 'target: "<= 0"'}
WAYS = {
    "review agenda": ["review", "agenda"],
    "review agenda --json": ["review", "agenda", "--json"],
    "review agenda --format html": ["review", "agenda", "--format", "html"],
    "scorecard": ["scorecard"],
}


def make_bad_org(path: Path) -> None:
    """An org in which every agent misses both of its targets."""
    make_org(path, SEATS, values=True)
    for file in (path / "seats").iterdir():
        text = file.read_text(encoding="utf-8")
        for old, new in WORSE.items():
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")


def run_command(path: Path, words: list[str]) -> bytes:
    """The output of a command."""
    return subprocess.run([ORGTP, "--org", str(path), *words], check=True, capture_output=True, env=ENV).stdout


def main() -> None:
    """Print the table, and fail if the agenda has fewer rows than it is measured for."""
    with folder(None) as base:
        path = base / "bad"
        make_bad_org(path)
        rows = len(json.loads(run_command(path, ["review", "agenda", "--json"]))["agenda"]["rows"])
        if rows < ROWS:
            raise SystemExit(f"the agenda has {rows} rows, not {ROWS}")
        start = [sys.executable, "-c", "import typer"]
        ways = {name: lambda words=words: run_command(path, words) for name, words in WAYS.items()}
        times = in_turns({"start": lambda: subprocess.run(start, check=True), **ways}, RUNS)
    print(f"\nAn agenda of {rows} rows; the goal is {GOAL_MS} ms")
    head("command", "least (median)", "times `import typer`")
    for name in WAYS:
        row(f"`{name}`", both(times[name]), f"{min(times[name]) / min(times['start']):.1f}")


if __name__ == "__main__":
    main()
