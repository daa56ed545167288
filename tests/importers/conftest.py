"""Every test of a reader ends: a hostile file must not hang the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.importers.reading import deadline


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    with deadline(600):
        yield
