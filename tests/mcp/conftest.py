"""An org to ask, and what tests of the server share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Shell


@pytest.fixture(scope="module")
def asked(sample_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell in a copy of the sample that the tests of a module only read."""
    base = tmp_path_factory.mktemp("asked")
    home = base / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = A Tester\n\temail = tester@example.com\n", encoding="utf-8")
    shutil.copytree(sample_made, base / "sneeze-it", symlinks=True)
    return Shell(base / "sneeze-it", home)


@pytest.fixture(autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of `Shell` in this process, too: the server in memory runs here."""
    home = tmp_path_factory.getbasetemp() / "mcp-home"
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[user]\n\tname = A Tester\n\temail = tester@example.com\n", encoding="utf-8")
    for name, value in Shell(home, home).env().items():
        monkeypatch.setenv(name, value)
    for name in [name for name in os.environ if name.startswith("ORGTP_") and name != "ORGTP_NOW"]:
        monkeypatch.delenv(name)
