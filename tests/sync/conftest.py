"""A remote and two clones of it, made once and copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import make_home, make_once
from tests.sync.clones import Clones, copied, made


@pytest.fixture(scope="session")
def clones_made(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    """The remote and its clones."""
    base = make_once(tmp_path_factory, "clones", _make)
    return Clones(base / "all", base / "home")


def _make(base: Path) -> None:
    (base / "all").mkdir()
    made(base / "all", make_home(base / "home"))


@pytest.fixture
def clones(clones_made: Clones, tmp_path: Path, home: Path) -> Clones:
    """A fresh copy of them."""
    return copied(clones_made, tmp_path / "all", home)
