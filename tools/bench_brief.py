"""Measure what a briefing costs in an org of 1,000 seats, beside the scorecard as JSON. Run by `make bench`.

Both run in turns, and a figure is the ratio of the least times. Each line has its goal.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tools.bench_kit import ORGTP, folder, head, in_turns, row
from tools.bench_validate import make_org

NOW = datetime(2026, 11, 20, 12, 45, tzinfo=UTC)
RUNS = 5
SEATS = 1_000
SCORECARD = "scorecard --json"
# The command, and the most times that it may take as long as the scorecard.
GOALS: tuple[tuple[str, float], ...] = (
    ("brief --json", 2.0),
    ("brief --for top", 2.0),
    ("brief --for person-00010", 2.0),
    ("brief --since last-review", 2.0),
)


def _command(org: Path, words: str) -> Callable[[], object]:
    env = {**os.environ, "ORGTP_NOW": NOW.isoformat()}
    return lambda: subprocess.run([ORGTP, *words.split()], cwd=org, env=env, capture_output=True, check=True)


def main() -> None:
    """Print the table."""
    with folder(Path(sys.argv[1]) if sys.argv[1:] else None) as base:
        org = base / "1000-seats"
        if not org.exists():
            make_org(org, SEATS, values=True)
        ways = {words: _command(org, words) for words in (SCORECARD, *(words for words, _ in GOALS))}
        least = {name: min(times) for name, times in in_turns(ways, RUNS).items()}
    head("command", "took", f"times `orgtp {SCORECARD}`", "goal")
    for words, goal in GOALS:
        row(f"`orgtp {words}`", f"{least[words]:.0f} ms", f"{least[words] / least[SCORECARD]:.2f}", f"{goal}")


if __name__ == "__main__":
    main()
