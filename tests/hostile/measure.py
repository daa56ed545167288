"""Running the installed `orgtp` with a limit on its time, and looking at the memory that it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import RUNNER, SCRIPT, TIMEOUT, Shell

MOST_MIB = 200
# The most that `orgtp validate` takes for a small org (tested). A fork is measured by what it takes beyond that.
# It took 38 MiB on one machine and 41 on another. That no library is imported in vain, tests/cli/test_start.py checks.
START_MIB = 48
# Not a timed test: what is meant to take ages is ended, and a slow machine is not.
MOST_SECONDS = 30


@dataclass(frozen=True)
class Measured:
    """What a command did, and what it took: seconds of all processors, and MiB at its height."""

    code: int
    out: str
    err: str
    seconds: float
    mib: float

    @property
    def problems(self) -> list[dict[str, Any]]:
        """The problems that `validate --json` printed."""
        found: list[dict[str, Any]] = json.loads(self.out)["problems"]
        return found

    @property
    def places(self) -> set[tuple[str, str, int]]:
        """Rule, path and line of each problem."""
        return {(problem["rule"], problem["path"], problem["line"]) for problem in self.problems}


def measured(shell: Shell, *words: str, most: int = MOST_MIB, process: bool = False) -> Measured:
    """Run `orgtp WORDS`: it ends with 0, 1 or 2, without a trace, within its time and its memory.

    With `process`, it runs in a process of its own, whose memory is measured as a whole.
    """
    is_fork = not process and RUNNER.can_run(shell.env())
    told = _in_a_fork(shell, words) if is_fork else _in_a_process(shell, words)
    assert told.code in {0, 1, 2}, f"{words}: exit code {told.code}\n{told.err[-3000:]}"
    assert "Traceback" not in told.err, told.err[-3000:]
    assert told.mib <= most, f"{words}: {told.mib:.0f} MiB"
    if os.environ.get("ORGTP_MEASURE"):
        with open(os.environ["ORGTP_MEASURE"], "a", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"{told.seconds:6.2f} s {told.mib:5.0f} MiB {os.environ.get('PYTEST_CURRENT_TEST')}\n")
    return told


def _in_a_fork(shell: Shell, words: Sequence[str]) -> Measured:
    full = [str(SCRIPT), *words]
    ended = RUNNER.run(full, shell.folder, shell.env(), b"", TIMEOUT, MOST_SECONDS)
    return Measured(ended.code, ended.out.decode(), ended.err.decode(), ended.seconds, START_MIB + ended.mib)


def _in_a_process(shell: Shell, words: Sequence[str]) -> Measured:
    out, err, report = (shell.home / name for name in ("out", "err", "report"))
    launch = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py")), str(report), str(MOST_SECONDS)]
    with out.open("wb") as to, err.open("wb") as also:
        subprocess.run(
            [*launch, str(SCRIPT), *words], cwd=shell.folder, env=shell.env(), stdout=to, stderr=also, check=True
        )
    used = json.loads(report.read_text())
    return Measured(used["code"], out.read_text(), err.read_text(), used["seconds"], used["mib"])
