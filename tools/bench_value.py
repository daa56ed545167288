"""Measure one value: `orgtp score add` in turns with `python -c "import typer"`, and how many git processes it starts.

Run as `python -m tools.bench_value`. Where Backlog.md is installed (`npm install backlog.md`; name its command with
`--backlog`, or have it on the PATH), its `task create` with automatic commits is measured in the same turns.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import orgtp
from tools.bench_kit import ORGTP, both, head, in_turns, row, run

NOW = "2026-11-20T18:00:00-05:00"
MOST_RATIO, MOST_PROCESSES, MOST_BESIDE_BACKLOG = 2.3, 6, 0.5
_NUMBER = count(1)
_WRAPPER = '#!/bin/sh\necho git >> "$GIT_CALLS"\nexec {git} "$@"\n'


def add_value(org: Path) -> None:
    """Record a value that is another one each time."""
    minute = next(_NUMBER) % 60
    run(ORGTP, "score", "add", "radar", "briefing-by-8", f"07:{minute:02}", "--by", "radar", at=org)


def create_task(backlog: str, project: Path) -> None:
    """Make a task with Backlog.md, which commits it."""
    run(backlog, "task", "create", f"Task {next(_NUMBER)}", at=project)


def make_project(backlog: str, base: Path) -> Path:
    """A Backlog.md project that commits by itself and asks no other branch."""
    project = base / "backlog"
    project.mkdir()
    run("git", "init", "-q", "-b", "main", at=project)
    run(backlog, "init", "Bench", "--defaults", "--check-branches", "false", "--include-remote", "false", at=project)
    run(backlog, "config", "set", "autoCommit", "true", at=project)
    run("git", "add", "-A", at=project)
    run("git", "commit", "-qm", "A project", at=project)
    return project


def count_git_processes(org: Path, base: Path) -> int:
    """How many git processes a value starts, by a `git` that counts itself."""
    folder, calls = base / "bin", base / "calls"
    folder.mkdir()
    (folder / "git").write_text(_WRAPPER.format(git=shutil.which("git")), encoding="utf-8")
    (folder / "git").chmod(0o755)
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "GIT_CALLS": str(calls)}
    words = [ORGTP, "score", "add", "radar", "briefing-by-8", "06:59", "--by", "radar"]
    subprocess.run(words, cwd=org, env=env, capture_output=True, check=True)
    return len(calls.read_text(encoding="utf-8").splitlines())


def show_ratio(name: str, times: dict[str, list[float]], beside: str, goal: float) -> None:
    """One line of the table."""
    ratio = min(times["value"]) / min(times[beside])
    row("`orgtp score add`", both(times["value"]), name, both(times[beside]), f"{ratio:.2f}", f"{goal}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--backlog", default=shutil.which("backlog"), metavar="COMMAND")
    args = parser.parse_args()
    os.environ |= {"ORGTP_NOW": NOW} | {
        f"GIT_{role}_{key}": "bench@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
    }
    # Where no bytecode is written, every run would compile the package.
    compileall.compile_dir(str(Path(orgtp.__file__).parent), quiet=1)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        run(ORGTP, "init", "--sample", "org", at=base)
        org = base / "org"
        ways: dict[str, Callable[[], object]] = {
            "typer": partial(run, sys.executable, "-c", "import typer", at=base),
            "value": partial(add_value, org),
        }
        if args.backlog:
            ways["task"] = partial(create_task, args.backlog, make_project(args.backlog, base))
        times = in_turns(ways, args.runs)
        head("command", "least (median)", "beside", "least (median)", "ratio", "goal")
        show_ratio('`python -c "import typer"`', times, "typer", MOST_RATIO)
        if args.backlog:
            show_ratio("`backlog task create`, which commits", times, "task", MOST_BESIDE_BACKLOG)
        processes = count_git_processes(org, base)
        row("`orgtp score add`", f"{processes} git processes", "", "", "", str(MOST_PROCESSES))


if __name__ == "__main__":
    main()
