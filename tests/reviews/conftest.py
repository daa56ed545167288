"""The sample before its first review; and two clones with a remote, for reviews that are held at the same time."""

from __future__ import annotations

import pytest

from tests.conftest import Shell
from tests.sync.conftest import clones, clones_made

__all__ = ["clones", "clones_made"]


@pytest.fixture
def sample(unreviewed: Shell) -> Shell:
    """The sample, without the reviews, to-dos and briefings of its story: each test holds its own."""
    return unreviewed
