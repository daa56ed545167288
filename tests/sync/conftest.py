"""A remote and two clones of it, made once and copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.clones import Clones, copied, made


@pytest.fixture(scope="session")
def clones_made(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    """The remote and its clones."""
    base = tmp_path_factory.mktemp("clones")
    (base / "home").mkdir()
    text = "[user]\n\tname = A Tester\n\temail = tester@example.com\n"
    (base / "home/.gitconfig").write_text(text, encoding="utf-8")
    (base / "all").mkdir()
    return made(base / "all", base / "home")


@pytest.fixture
def clones(clones_made: Clones, tmp_path: Path, home: Path) -> Clones:
    """A fresh copy of them."""
    return copied(clones_made, tmp_path / "all", home)
