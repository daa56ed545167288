"""A big org with a long history, made with one stream into `git fast-import`: what it costs to work with many.

The org grows as it goes: few seats record at first and all of them at the end, one after another, a value a commit.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orgtp.model.period import Grain, period_containing
from orgtp.model.score import Score, make_ulid

# The seat and the metric that a benchmark writes to: the same names as in the sample, and as many lines this month.
SEAT, METRIC, SCOREKEEPER = "jeff", "invoices-reconciled", "tally"
NOW = "2026-11-20T18:00:00-05:00"
_LAST = datetime(2026, 11, 20, 12, tzinfo=UTC)
_STEP = timedelta(minutes=4)
_LINES_OF_SEAT = 18
_MANAGERS = 100
_MANAGERS_SHARE = 10
_FEWEST = 50
_GROWTH = 5


@dataclass(frozen=True)
class Shape:
    """How big the org is. One seat in ten is a manager, a hundred at most; above them all is one human."""

    seats: int = 10_000
    commits: int = 100_000

    @property
    def managers(self) -> list[str]:
        """The human seats below the top."""
        return [f"manager-{number:03}" for number in range(min(_MANAGERS, self.seats // _MANAGERS_SHARE))]

    @property
    def agents(self) -> list[str]:
        """The seats that values are recorded of."""
        count = self.seats - 1 - len(self.managers) - 2
        return [SEAT, SCOREKEEPER, *(f"agent-{number:05}" for number in range(count))]


def make_big_org(path: Path, shape: Shape) -> None:
    """Make the org as a bare repository at `path`, and pack it as git does by itself."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
    command = ["git", "-C", str(path), "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin  # noqa: S101
        for piece in _stream(shape):
            process.stdin.write(piece)
    if process.returncode:
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "-C", str(path), "gc", "--quiet"], check=True)


def _stream(shape: Shape) -> Iterator[bytes]:
    """What `git fast-import` reads."""
    yield _commit(_LAST - shape.commits * _STEP, "The org as text")
    for path, text in list_org_files(shape):
        yield _file(path, text.encode())
    held: dict[str, bytes] = {}
    for score in _scores(shape):
        held[score.path] = held.get(score.path, b"") + f"{score.line}\n".encode()
        yield _commit(score.at, _message(score))
        yield _file(score.path, held[score.path])
    yield b"done\n"


def _commit(when: datetime, message: str) -> bytes:
    raw = message.encode()
    who = f"committer Tally <tally@example.com> {int(when.timestamp())} +0000"
    return b"commit refs/heads/main\n%s\ndata %d\n%s\n" % (who.encode(), len(raw), raw)


def _file(path: str, raw: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(raw), raw)


def _message(score: Score) -> str:
    subject = f"score({score.seat}): {score.metric} {score.period} = {score.value}"
    return f"{subject}\n\nOrgtp-Action: score\nOrgtp-Seat: {score.seat}\nOrgtp-By: {score.by}\n"


# Values.


def _scores(shape: Shape) -> Iterator[Score]:
    """Every value, oldest first; the last ones are of the seat that is measured, so that its month has enough."""
    agents, begin = shape.agents, _LAST - shape.commits * _STEP
    for number, turn in enumerate(_turns(len(agents), shape.commits)):
        seat = SEAT if number >= shape.commits - _LINES_OF_SEAT else agents[turn]
        yield _score(seat, turn, number, begin + (number + 1) * _STEP)


def _turns(agents: int, commits: int) -> Iterator[int]:
    """Whose turn it is: of ever more agents, over and over; in the last round of all of them, each once."""
    growing, turn = commits - agents, 0
    for number in range(growing):
        width = _FEWEST + (agents - _FEWEST) * (number / growing) ** _GROWTH
        turn = turn + 1 if turn + 1 < width else 1
        yield turn
    yield from range(agents)


def _score(seat: str, turn: int, number: int, at: datetime) -> Score:
    period = period_containing(at, Grain.WEEK, UTC).text
    metric = list_metrics(turn)[number % len(list_metrics(turn))] if seat != SEAT else METRIC
    value, key = f"{80 + number % 200 / 10:.1f}".removesuffix(".0"), make_ulid(at, number)
    return Score(id=key, at=at, seat=seat, metric=metric, period=period, value=value, by=SCOREKEEPER)


def list_metrics(turn: int) -> tuple[str, ...]:
    """The metrics of an agent: every second one has two."""
    return (METRIC, "answered-in-time") if turn % 2 else (METRIC,)


# Seats.


def list_org_files(shape: Shape) -> Iterator[tuple[str, str]]:
    """Every file but those with values: its path and text."""
    yield "org.yaml", _ORG
    yield ".gitattributes", "scores/** -text merge=union\n"
    yield "seats/david.yaml", _HUMAN.format(seat="david", above="")
    managers = shape.managers
    for name in managers:
        yield f"seats/{name}.yaml", _HUMAN.format(seat=name, above="reports_to: david\n")
    for turn, name in enumerate(shape.agents):
        metrics = "".join(_METRIC.format(metric=metric) for metric in list_metrics(turn))
        yield f"seats/{name}.yaml", _AGENT.format(seat=name, above=managers[turn % len(managers)], metrics=metrics)


_ORG = f"""\
org: big
name: Big
timezone: UTC
branch: main
policy:
  scorekeepers: [{SCOREKEEPER}]
"""

_HUMAN = """\
seat: {seat}
name: {seat}
role: Management
kind: human
status: active
{above}mission: Answers for what is done here.
since: 2025-01-06
email: {seat}@example.com
"""

_AGENT = """\
seat: {seat}
name: {seat}
role: Reconciliation
kind: agent
status: active
owner: {above}
reports_to: {above}
mission: Sees that what we do and what we invoice agree.
since: 2025-01-06
email: {seat}@example.com
retire_when: The metrics are off target eight weeks in a row.
capabilities:
  work-of-{seat}: Compares the hours and costs of a project with its invoice.
metrics:
{metrics}"""

_METRIC = """\
  {metric}:
    name: What it is measured on
    outcome: Clients are billed for what was done, once
    target: ">= 95%"
    cadence: weekly
    rollup: last
"""
