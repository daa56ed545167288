"""A wide org: many seats, each with a value for every week of a quarter, one commit a week. What a site of it costs."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from orgtp.model.period import Grain, period_containing
from orgtp.model.score import Score, make_ulid
from tools.big_org import SCOREKEEPER, Shape, list_metrics, list_org_files

NOW = datetime(2026, 11, 27, 22, tzinfo=UTC)
WEEKS = 13


def make_wide_org(path: Path, seats: int, weeks: int = WEEKS) -> None:
    """Make the org in a new folder. Its seats are those of `tools.big_org`."""
    shape = Shape(seats)
    for name, text in list_org_files(shape):
        _write(path / name, text)
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "Tally"),
        ("config", "user.email", "tally@example.com"),
    ):
        _git(path, *words)
    _commit(path, NOW - weeks * timedelta(weeks=1), "The org as text")
    number, random = 0, Random(7)  # noqa: S311  (the same org each time)
    for week in range(weeks):
        at = NOW - timedelta(weeks=weeks - 1 - week, hours=1)
        period = period_containing(at, Grain.WEEK, UTC).text
        for turn, seat in enumerate(shape.agents):
            for metric in list_metrics(turn):
                number += 1
                # Around the target, as real values are, so that they compress no better.
                value = f"{random.uniform(86, 100):.1f}".removesuffix(".0")
                score = Score(make_ulid(at, number), at, seat, metric, period, value, SCOREKEEPER)
                _append(path / score.path, f"{score.line}\n")
        _commit(path, at, f"score: the values of {period}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as opened:
        opened.write(text)


def _commit(path: Path, when: datetime, message: str) -> None:
    stamp = f"{int(when.timestamp())} +0000"
    _git(path, "add", "-A")
    _git(path, "commit", "-q", "-m", message, env={"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp})


def _git(path: Path, *words: str, env: dict[str, str] | None = None) -> None:
    subprocess.run(["git", "-C", str(path), *words], check=True, env={**os.environ, **(env or {})})
