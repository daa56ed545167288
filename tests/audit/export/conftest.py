"""Orgs to hand over, whose commits are all dated when the clock of the tests stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.audit.keys import make_key
from tests.conftest import NOW, Shell


class Dated(Shell):
    """A shell in which git has the clock of the tests, too, in whatever folder."""

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return super().env({"GIT_AUTHOR_DATE": NOW, "GIT_COMMITTER_DATE": NOW, **(more or {})})

    def at(self, folder: Path) -> Shell:
        return Dated(folder, self.home)


@pytest.fixture
def shell(tmp_path: Path, home: Path) -> Shell:
    """A shell in an empty folder, and a key in its home."""
    folder = tmp_path / "work"
    folder.mkdir()
    make_key(home, "key")
    return Dated(folder, home)


@pytest.fixture
def org(acme: Shell) -> Shell:
    """Acme with values, a blank, a correction and a retirement, and a key in its home."""
    acme("score", "add", "bot", "number", "11", "--for", "2026-W46", "--by", "ada")
    acme("score", "add", "bot", "money", "--unavailable", "the bank is closed", "--by", "ada")
    acme("score", "add", "bot", "number", "13", "--for", "2026-W46", "--by", "ada", "--note", "two were missed")
    acme(
        "seat", "add", "old", "--role", "Post", "--kind", "agent", "--owner", "ada", "--capability", "mail=Sends mail."
    )
    acme("retire", "old", "--to", "bot", "--by", "ada", "--reason", "Nobody sends letters.", "--yes")
    return acme
