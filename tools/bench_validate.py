"""Measure `orgtp validate` beside what a user would use instead, and beside the bare cost. Run by `make bench`.

Orgs of 100, 1,000 and 10,000 seats, without values and with thirteen weeks of them. Beside them, in one run and in
turns: `check-jsonschema` on the seat files, for the schema alone; and a Python program that reads the same files with
PyYAML's CSafeLoader (and `json.loads` for the lines of values) and looks at nothing.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orgtp.files.json_schema import shipped_dir
from orgtp.model.period import Grain, period_containing
from orgtp.model.score import Score, make_ulid
from tools.bench_kit import ORGTP, head, in_turns, row

SIZES = (100, 1_000, 10_000)
WEEKS = 13
RUNS = 7
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHECK = str(Path(sys.executable).with_name("check-jsonschema"))
_A_MANAGERS = 10
_MIB = 1024
BARE = """\
import json, pathlib, sys, yaml
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*")):
    if path.suffix == ".yaml":
        yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    elif path.suffix == ".jsonl":
        [json.loads(line) for line in path.read_bytes().splitlines()]
"""


def make_org(path: Path, seats: int, *, values: bool) -> None:
    """An org in order: one seat in ten is a person, who answers for nine agents with two metrics each."""
    for name, text in _files(seats, values=values):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _files(seats: int, *, values: bool) -> Iterator[tuple[str, str]]:
    yield "org.yaml", "org: big\nname: Big\ntimezone: America/New_York\nbranch: main\npolicy:\n  grace: 1h\n"
    yield "seats/top.yaml", _PERSON.format(seat="top", above="")
    for number in range(1, seats):
        boss = f"person-{number - number % _A_MANAGERS:05}" if number >= _A_MANAGERS else "top"
        if number % _A_MANAGERS == 0:
            seat = f"person-{number:05}"
            yield f"seats/{seat}.yaml", _PERSON.format(seat=seat, above="reports_to: top\n")
        else:
            seat = f"agent-{number:05}"
            yield f"seats/{seat}.yaml", _AGENT.format(seat=seat, above=boss)
            yield from _values(seat, number) if values else ()


def _values(seat: str, turn: int) -> Iterator[tuple[str, str]]:
    """Two values a week, in the files of their months."""
    files: dict[str, list[str]] = {}
    for number in range(2 * WEEKS):
        at = NOW - timedelta(weeks=WEEKS - 1 - number // 2, seconds=turn % 3600)
        period = period_containing(at, Grain.WEEK, UTC).text
        metric = ("invoices-reconciled", "days-to-invoice")[number % 2]
        key = make_ulid(at, turn * 100 + number)
        score = Score(id=key, at=at, seat=seat, metric=metric, period=period, value=f"{80 + number}", by="top")
        files.setdefault(score.path, []).append(score.line)
    yield from ((path, "".join(f"{line}\n" for line in lines)) for path, lines in files.items())


_PERSON = """\
# yaml-language-server: $schema=../.orgtp/schema/seat.schema.json
seat: {seat}
name: {seat}
role: Finance
kind: human
status: active
{above}mission: Answers for what is done here.
since: 2025-01-06
email: {seat}@example.com
metrics:
  cash-collected:
    name: Cash collected in the month
    outcome: Payroll is paid from income
    target: ">= USD 185000"
    cadence: monthly
    rollup: sum
"""
_AGENT = """\
# yaml-language-server: $schema=../.orgtp/schema/seat.schema.json
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
review_by: 2027-01-15
capabilities:
  work-of-{seat}: Compares the hours and costs of a project with its invoice.
metrics:
  invoices-reconciled:
    name: Projects reconciled before the invoice goes out
    outcome: Clients are billed for what was done, once
    target: ">= 95%"
    cadence: weekly
    rollup: last
    source: reconciliation
  days-to-invoice:
    name: Days from sign-off to invoice
    outcome: Clients pay sooner because they are billed sooner
    target: "<= 100"
    cadence: weekly
    rollup: max
"""


def _run(words: Sequence[str]) -> None:
    env = {**os.environ, "ORGTP_NOW": "2026-11-20T18:00:00-05:00"}
    done = subprocess.run(words, capture_output=True, check=False, env=env)
    if done.returncode:
        raise SystemExit(f"{words[:4]}: {done.stdout.decode()[:500]}{done.stderr.decode()[:500]}")


def _peak(words: Sequence[str]) -> float:
    """The most memory that a command had, in MiB."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    return int(subprocess.check_output([sys.executable, "-c", code, *words])) / _MIB


def _measured(base: Path, seats: int, *, values: bool) -> None:
    org = base / f"{seats}{'-values' if values else ''}"
    make_org(org, seats, values=values)
    ours = [ORGTP, "--org", str(org), "validate"]
    files = sorted(str(path) for path in (org / "seats").iterdir())
    schema = [CHECK, "--schemafile", str(shipped_dir("schema") / "seat.schema.json"), *files]
    bare = [sys.executable, "-c", BARE, str(org)]
    times = in_turns({"ours": lambda: _run(ours), "bare": lambda: _run(bare)}, RUNS)
    theirs = in_turns({"schema": lambda: _run(schema)}, 3 if seats <= SIZES[1] else 1)["schema"]
    least = {name: min(found) for name, found in {**times, "schema": theirs}.items()}
    cells = [f"{least[name]:.0f} ms" for name in ("ours", "bare", "schema")]
    ratios = [f"{least['ours'] / least['bare']:.2f}", f"{least['schema'] / least['ours']:.1f}"]
    what = f"{seats:,} seats" + (f", {2 * WEEKS * seats * 9 // 10:,} values" if values else "")
    row(what, *cells, *ratios, f"{_peak(ours):.0f} MiB")


def main() -> None:
    """Print the table."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    head(
        "org", "`orgtp validate`", "bare", "`check-jsonschema`", "times bare", "faster than the schema alone", "memory"
    )
    with tempfile.TemporaryDirectory() as name:
        for seats in SIZES:
            for values in (False, True):
                _measured(Path(name), seats, values=values)


if __name__ == "__main__":
    main()
