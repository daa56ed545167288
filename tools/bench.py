"""Measure what users wait for, side by side with the bare cost, in one run. Run by `make bench`.

Figures are ratios of the least of many runs: the least is what the work costs, the rest is what the machine was
doing. docs/performance.md holds what was seen.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

BIN = Path(sys.executable).parent
NOW = "2026-11-20T18:00:00-05:00"
RUNS = 25


def least(words: Sequence[str], folder: Path, runs: int = RUNS) -> float:
    """The least time of many runs of a command, in milliseconds."""
    env = {**os.environ, "ORGTP_NOW": NOW}
    return min(
        _timed(lambda: subprocess.run(words, cwd=folder, env=env, capture_output=True, check=True)) for _ in range(runs)
    )


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def show(name: str, took: float, beside: str, bare: float) -> None:
    """One line of the table."""
    print(f"| {name} | {took:.0f} ms | {beside} | {bare:.0f} ms | {took / bare:.2f} |")


def main() -> None:
    """Print the table."""
    orgtp, python = str(BIN / "orgtp"), sys.executable
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        made = least([orgtp, "init", "--sample", "org"], base, runs=1)
        org = base / "org"
        commits = int(subprocess.check_output(["git", "rev-list", "--count", "HEAD"], cwd=org))
        typer = least([python, "-c", "import typer"], base)
        print("| command | took | beside | took | ratio |\n|---|---|---|---|---|")
        for words in (["--version"], ["chart"], ["scorecard"], ["chart", "--json"], ["validate"]):
            show(f"`orgtp {' '.join(words)}`", least([orgtp, *words], org), '`python -c "import typer"`', typer)
        files = sorted(str(path) for path in (org / "seats").glob("*.yaml"))
        schema = [str(BIN / "check-jsonschema"), "--schemafile", ".orgtp/schema/seat.schema.json", *files]
        show(
            "`orgtp validate`",
            least([orgtp, "validate"], org),
            "`check-jsonschema`, seats alone",
            least(schema, org, 10),
        )
        value = [orgtp, "score", "add", "jeff", "invoices-reconciled", "80", "--by", "tally"]
        bare = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "--allow-empty", "-m", "x"]
        show("`orgtp score add`", least(value, org, 10), "`git commit --allow-empty`", least(bare, org, 10))
        print(f"\n`orgtp init --sample`: {made / 1000:.1f} s for {commits} commits, {made / commits:.0f} ms each.")


if __name__ == "__main__":
    main()
