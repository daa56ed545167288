"""The race in a small size; `make torture` runs it in full."""

from __future__ import annotations

import re
from pathlib import Path

from tests.sync.race import race


def test_six_clones_race_and_answers_are_lost(tmp_path: Path) -> None:
    figures = race(tmp_path / "race", clones=6, values=2, lost=0.1, seed=SEED)
    lost = re.search(r"(\d+) answers lost", figures)
    assert lost
    assert int(lost[1]) > 0


# With this one, the second push and the sixth lose their answer, however many there are.
SEED = 235
