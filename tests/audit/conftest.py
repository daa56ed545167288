"""The scene of every test of the audit: made once, looked at once, and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.audit.scene import Scene
from tests.conftest import Shell, make_home, make_once
from tests.sync.clones import _ADA, _SEAT

BEGIN = "2026-10-29T12:00:00Z"
MORNING = "2026-11-20T0{}:00:00Z"


def past(here: Shell, *words: str) -> Shell:
    """Make the past: an org of Ada and two bots with values, and a third bot that was retired."""
    here.git("init", "-q", "-b", "main", *words, "acme")
    there = here.at(here.folder / "acme")
    here("init", "acme", "--name", "Acme", "--timezone", "America/New_York", ORGTP_NOW=BEGIN)
    for seat, text in {"ada": _ADA, **{name: _SEAT.format(name) for name in ("bot", "cat", "old")}}.items():
        there.write(f"seats/{seat}.yaml", text)
    there.write("notes/plan.txt", "a plan\n")
    there.git("add", ".")
    there.git("commit", "-qm", "Four seats", GIT_AUTHOR_DATE=BEGIN, GIT_COMMITTER_DATE=BEGIN)
    there("score", "add", "bot", "number", "7", "--by", "ada", "--id", "o1", ORGTP_NOW="2026-10-30T12:00:00Z")
    for number, (seat, value) in enumerate((("bot", "11"), ("cat", "5"), ("bot", "12"), ("bot", "13")), 3):
        words = ("score", "add", seat, "number", value, "--by", "ada", "--id", f"{seat[0]}{number}")
        there(*words, ORGTP_NOW=MORNING.format(number))
    words = ("retire", "old", "--to", "cat", "--reason", "Done", "--decided-by", "ada", "--by", "ada", "--yes")
    there(*words, ORGTP_NOW=MORNING.format(7))
    return there


@pytest.fixture(scope="session")
def past_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The past, made once, and verified once: what comes later is looked at as what is new."""
    return make_once(tmp_path_factory, "past", _make)


@pytest.fixture(scope="session")
def past_sha256(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with SHA-256."""
    return make_once(tmp_path_factory, "past-sha256", lambda base: _make(base, "--object-format=sha256"))


def _make(base: Path, *words: str) -> None:
    home = make_home(base / "home", '[protocol "file"]\n\tallow = always\n')
    there = past(Shell(base, home), *words)
    assert there("audit", "verify", "--json").json["verdict"] == "intact"


def copied(base: Path, to: Path) -> Scene:
    """A copy of the past and of its home."""
    shutil.copytree(base, to, symlinks=True)
    return Scene(Shell(to / "acme", to / "home"))


@pytest.fixture
def scene(past_made: Path, tmp_path: Path) -> Scene:
    """A fresh copy of the past."""
    return copied(past_made, tmp_path / "scene")
