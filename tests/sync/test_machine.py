"""Random operations in a small size; ORGTP_EXAMPLES says how many stories, and then they are others each time."""

from __future__ import annotations

import os

import pytest

from tests.sync.machine import stateful

# Hypothesis takes constants from the code under test, so a reworded message can change the stories. Run enough of them
# for each operation to occur.
FEW = 11


@pytest.mark.long
def test_whatever_three_clones_do_comes_together_whole() -> None:
    asked = os.environ.get("ORGTP_EXAMPLES", "")
    figures = stateful(int(asked or FEW), same=not asked)
    for what in ("score", "set", "seat", "retire", "by hand", "sync", "conflict"):
        assert f" x {what}" in figures
