"""Measure what a view costs in small, wide and old orgs, beside the start of any command line. Run by `make bench`.

Everything runs in turns, and a figure is the ratio of the least times. Each line has its goal.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orgtp.model.score import Score, make_ulid
from tools.bench_kit import ORGTP, folder, head, in_turns, row
from tools.bench_validate import make_org

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
RUNS = 7
SEATS, TEN_YEARS, A_QUARTER = 50, 3650, 92
# Org, command, and the most times that it may take as long as `python -c "import typer"`.
GOALS: tuple[tuple[str, str, float], ...] = (
    ("sample", "chart", 2.0),
    ("sample", "scorecard", 2.2),
    ("1,000 seats", "chart", 8),
    ("1,000 seats", "scorecard", 12),
    ("1,000 seats", "stale", 6),
)
ONE_SEAT = ("seat show agent-00001", "scorecard --seat agent-00001", "context agent-00001")
ONE_SEAT_MOST, OLD_MOST = 1000, 1.15


def make_old_org(path: Path, days: int) -> None:
    """Fifty seats with a value for each of the last `days` days."""
    for name, text in _files(days):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _files(days: int) -> Iterator[tuple[str, str]]:
    yield "org.yaml", "org: old\nname: Old\ntimezone: America/New_York\nbranch: main\n"
    yield "seats/top.yaml", "seat: top\nname: Top\nrole: Founder\nkind: human\nstatus: active\nsince: 2016-01-04\n"
    for number in range(SEATS):
        seat = f"agent-{number:02}"
        yield f"seats/{seat}.yaml", _AGENT.format(seat=seat)
        months: dict[str, str] = {}
        for day in range(days):
            at = NOW - timedelta(days=days - day, hours=6, seconds=number)
            period = f"{at - timedelta(days=1):%Y-%m-%d}"
            value = f"{5 + (day * 7 + number) % 10}"
            score = Score(make_ulid(at, number * TEN_YEARS + day), at, seat, "calls", period, value, "top")
            months[score.path] = f"{months.get(score.path, '')}{score.line}\n"
        yield from months.items()


_AGENT = """\
seat: {seat}
name: {seat}
role: Sales
kind: agent
status: active
owner: top
reports_to: top
mission: Books calls.
since: 2016-01-04
retire_when: The metric is off target eight weeks in a row.
capabilities:
  work-of-{seat}: Books calls with clients of its own.
metrics:
  calls:
    name: Calls booked with new clients
    outcome: New clients sign
    target: ">= 10"
    cadence: daily
    rollup: mean
"""


def _command(org: Path, words: str) -> Callable[[], object]:
    env = {**os.environ, "ORGTP_NOW": NOW.isoformat()}
    line = [ORGTP, *words.split()]
    # `stale` ends with 1 where there is something.
    return lambda: subprocess.run(line, cwd=org, env=env, capture_output=True, check=False)


def main() -> None:
    """Print the tables."""
    with folder(Path(sys.argv[1]) if sys.argv[1:] else None) as base:
        orgs = {name: base / name.replace(",", "").replace(" ", "-") for name in _MAKERS}
        for name, make in _MAKERS.items():
            if not orgs[name].exists():
                make(orgs[name])
        ways: dict[str, Callable[[], object]] = {"typer": lambda: subprocess.run(_TYPER, check=True)}
        ways |= {f"{org} {words}": _command(orgs[org], words) for org, words, _ in GOALS}
        ways |= {words: _command(orgs["10,000 seats"], words) for words in ONE_SEAT}
        ways |= {f"{org} {words}": _command(orgs[org], words) for org in _OLD for words in ("chart", "scorecard")}
        least = {name: min(times) for name, times in in_turns(ways, RUNS).items()}
    _print(least)


def _print(least: dict[str, float]) -> None:
    head("org", "command", "took", 'times `python -c "import typer"`', "goal")
    for org, words, goal in GOALS:
        took = least[f"{org} {words}"]
        row(org, f"`orgtp {words}`", f"{took:.0f} ms", f"{took / least['typer']:.2f}", f"{goal}")
    for words in ONE_SEAT:
        took = least[words]
        row("10,000 seats", f"`orgtp {words}`", f"{took:.0f} ms", f"{took / least['typer']:.2f}", f"{ONE_SEAT_MOST} ms")
    head("50 seats, daily values", "ten years", "a quarter", "ratio", "goal")
    for words in ("chart", "scorecard"):
        old, new = (least[f"{org} {words}"] for org in _OLD)
        row(f"`orgtp {words}`", f"{old:.0f} ms", f"{new:.0f} ms", f"{old / new:.2f}", f"{OLD_MOST}")


def _make_sample(path: Path) -> None:
    subprocess.run([ORGTP, "init", "--sample", str(path)], check=True, capture_output=True)


_TYPER = (sys.executable, "-c", "import typer")
_OLD = ("ten years", "a quarter")
_MAKERS: dict[str, Callable[[Path], None]] = {
    "sample": _make_sample,
    "1,000 seats": lambda path: make_org(path, 1_000, values=True),
    "10,000 seats": lambda path: make_org(path, 10_000, values=True),
    "ten years": lambda path: make_old_org(path, TEN_YEARS),
    "a quarter": lambda path: make_old_org(path, A_QUARTER),
}


if __name__ == "__main__":
    main()
