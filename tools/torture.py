"""The ledger under torture, in full size: many writers, kills at random and at every boundary, no room, many clones.

Run by `make torture`. Each line says what was done and what it came to; what does not hold ends the run. Names of
parts run these alone (`python -m tools.torture crowd kills`); `--seed N` plays the same chances again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.audit.legal import Legal
from tests.conftest import Shell
from tests.ledger.crowd import crowd
from tests.ledger.kills import BEFORE, HOW, cut_at, kill_commands
from tests.ledger.ledgers import bare, copied, made
from tests.ledger.tight import tight
from tests.sync.machine import stateful
from tests.sync.race import race

_PAGES, _ROUNDS = "tests/web/server/test_torture.py", 50
Scenario = Callable[[Shell, int], str]


def main() -> None:
    """Run the parts that are named, or all."""
    parts = argparse.ArgumentParser(prog="python -m tools.torture", description=__doc__)
    parts.add_argument("part", nargs="*", help="pages, crowd, kills, tight, race, stories, legal, cuts; all if none")
    parts.add_argument("--seed", type=int, default=int(time.time()))
    parts.add_argument("--points", type=int, default=0, help="how many boundaries to cut at; 0: all of them")
    parts.add_argument("--kills", type=int, default=500)
    given = parts.parse_args()
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        made(base / "made")
        if not given.part or "pages" in given.part:
            begin = time.monotonic()
            print(f"{enter_on_pages(base / 'pages')} ({time.monotonic() - begin:.0f} s)", flush=True)
        for number, (part, scenario) in enumerate(scenarios(given.points, given.kills)):
            if not given.part or part in given.part:
                here = copied(base / "made", base / str(number))
                begin = time.monotonic()
                print(f"{scenario(here, given.seed)} ({time.monotonic() - begin:.0f} s)", flush=True)


def enter_on_pages(base: Path) -> str:
    """Two people enter numbers on pages of the server while cron writes and a third leads the review."""
    words = (sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", f"--basetemp={base}", _PAGES)
    subprocess.run(words, env={**os.environ, "ORGTP_TORTURE_ROUNDS": str(_ROUNDS)}, check=True)
    return f"pages: {_ROUNDS} rounds of two people, cron and a meeting: nothing lost, everything told"


def scenarios(points: int, kills: int) -> Iterator[tuple[str, Scenario]]:
    """Every scenario with the part that it belongs to."""
    yield "crowd", lambda here, _: crowd(here, 32, 10, compare=True)
    yield "kills", lambda here, seed: kill_commands(here, kills, seed)
    yield "kills", lambda here, seed: kill_commands(bare(here), kills // 5, seed)
    yield "tight", lambda here, _: tight(here.folder.parent, here.folder.parent.with_name("tight"), 1)
    yield "race", lambda here, seed: race(here.folder.parent / "race", 8, 25, 0.1, seed)
    yield "stories", lambda _, __: stateful(200)
    yield "legal", lambda _, __: stateful(200, machine=Legal, what="legal stories, each audited by everybody")
    for how in HOW:
        for before in BEFORE:
            yield "cuts", lambda here, seed, b=before, h=how: cut_at(here, b, h, points, seed)  # type: ignore[misc]
        yield "cuts", lambda here, seed, h=how: cut_at(bare(here), "plain", h, points, seed)  # type: ignore[misc]


if __name__ == "__main__":
    main()
