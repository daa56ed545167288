"""Measure what an MCP client waits for, beside the command that says the same, in one run.

Run as `python -m tools.bench_mcp [--seats N] [--commits N]`, with `--at DIR` to keep what is made. One server is
started and asked again and again, as clients do; each command is a process of its own, as it always is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tools.bench_kit import ORGTP, both, clones, folder, head, row, timed
from tools.big_org import METRIC, NOW, SEAT, Shape, make_big_org

RUNS = 5
SHAPE = Shape(10_000, 20_000)
ENV = {**os.environ, "ORGTP_NOW": NOW}
# What is asked, and the command that says the same or nearly so: of long lists a client is given the beginning.
ASKED: tuple[tuple[str, dict[str, Any], Sequence[str]], ...] = (
    ("org_chart", {}, ("chart", "--json")),
    ("org_chart", {"root": "manager-001"}, ("chart", "--root", "manager-001", "--json")),
    ("list_seats", {"find": SEAT}, ("seat", "list", "--json")),
    ("get_seat", {"seat": SEAT}, ("seat", "show", SEAT, "--json")),
    ("scorecard", {}, ("scorecard", "--weeks", "6", "--json")),
    ("scorecard", {"seat": SEAT}, ("scorecard", "--weeks", "6", "--seat", SEAT, "--json")),
    ("metric_history", {"seat": SEAT, "metric": METRIC}, ("score", "list", SEAT, METRIC, "--json")),
    ("what_changed", {"since": "2026-11-19"}, ("diff", "2026-11-18", "--json")),
)


async def ask(org: Path) -> None:
    """Print a line for each question: the answer and the command in turns."""
    server = StdioServerParameters(command=ORGTP, args=["--org", str(org), "mcp"], env=ENV, cwd="/")
    async with Client(server) as client:
        for tool, given, words in ASKED:
            answers, commands, size = [], [], 0
            for _ in range(RUNS):
                begin = time.perf_counter()
                result = await client.call_tool(tool, given)
                answers.append((time.perf_counter() - begin) * 1000)
                if result.is_error:
                    raise SystemExit(f"{tool}: {result.content}")
                size = len(getattr(result.content[0], "text", ""))
                commands.append(timed(partial(command, org, words)))
            said = " ".join([f"`{tool}`", *(f"{key} {value}" for key, value in given.items())])
            ratio = f"{min(answers) / min(commands):.2f}"
            row(said, both(answers), f"{size / 1000:.0f} kB", f"`orgtp {' '.join(words)}`", both(commands), ratio)


def command(org: Path, words: Sequence[str]) -> None:
    """Run a command, and have what it says."""
    subprocess.run([ORGTP, *words], cwd=org, env=ENV, capture_output=True, check=True)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seats", type=int, default=SHAPE.seats)
    asked.add_argument("--commits", type=int, default=SHAPE.commits)
    asked.add_argument("--at", type=Path)
    given = asked.parse_args()
    with folder(given.at) as base:
        if not (base / "big.git").exists():
            make_big_org(base / "big.git", Shape(given.seats, given.commits))
        head("asked", "answered in", "text", "command", "took", "ratio")
        anyio.run(ask, clones(base, "big")["work tree"])


if __name__ == "__main__":
    main()
