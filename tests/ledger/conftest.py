"""Orgs for the tests of the ledger: a small one, made once and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Shell, make_once
from tests.ledger import ledgers


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an org with three seats and no value yet."""
    return make_once(tmp_path_factory, "ledger", ledgers.made)


@pytest.fixture
def here(made_once: Path, tmp_path: Path) -> Shell:
    """A shell in a copy of it."""
    return ledgers.copied(made_once, tmp_path / "base")


@pytest.fixture
def bare(here: Shell) -> Shell:
    """A shell in a bare clone of it."""
    return ledgers.bare(here)
