"""A machine in a folder, with real git repositories, crontabs, units and settings."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

import pytest

from orgtp.discovery.patterns import read_shipped_patterns
from orgtp.discovery.scan import MachinePart, ScanLimits, ScanRequest, scan_machine
from orgtp.model.inventory.found import Discovered, FoundAgent, FoundKind
from orgtp.model.seat import DefinitionPlace
from tests.importers.reading import deadline

NAME = "mill"
ADA, BO = "ada@example.com", "bo@example.com"


@dataclass
class Box:
    """A machine whose `/` is a folder. `home` is the folder of ada, who runs the scan."""

    root: Path
    clock: int = field(default=1_700_000_000)

    @property
    def home(self) -> Path:
        return self.root / "home" / "ada"

    def write(self, path: str, text: str | bytes) -> Path:
        """Write a file of the machine. `~/` is the home of ada."""
        file = self.home / path[2:] if path.startswith("~/") else self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def make_repository(self, path: str, remote: str = "") -> Path:
        folder = self.root / path.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        self.git(folder, "init", "-q", "-b", "main")
        if remote:
            self.git(folder, "remote", "add", "origin", remote)
        return folder

    def commit(self, folder: Path, author: str = ADA, day: str = "2026-03-01") -> None:
        who = {"GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": author, "GIT_AUTHOR_DATE": f"{day}T12:00:00Z"}
        who |= {"GIT_COMMITTER_NAME": author, "GIT_COMMITTER_EMAIL": author, "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
        self.git(folder, "add", "-A")
        self.git(folder, "commit", "-q", "--allow-empty", "-m", "x", **who)

    def git(self, folder: Path, *words: str, **env: str) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        clean |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **env}
        return subprocess.run(["git", *words], cwd=folder, env=clean, check=True, capture_output=True, text=True).stdout

    def scan(
        self, *paths: str, parts: frozenset[MachinePart] | None = None, limits: ScanLimits | None = None,
        seats: tuple[DefinitionPlace, ...] = (), patterns: Path | None = None, zone: tzinfo = UTC,
    ) -> Discovered:  # fmt: skip
        request = ScanRequest(
            tuple(self.root / path.lstrip("/") for path in paths),
            frozenset(MachinePart) if parts is None else parts,
            seats, self.root, self.home, NAME, patterns, limits or ScanLimits(), zone,
        )  # fmt: skip
        return scan_machine(request)


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """Every test of a scan ends, whatever it meets. The longest waits five minutes for cron."""
    with deadline(600):
        yield


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No patterns of whoever runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    found = Box(tmp_path / "machine")
    found.home.mkdir(parents=True)
    return found


def pick(found: Discovered, kind: FoundKind) -> list[FoundAgent]:
    return [agent for agent in found.agents if agent.kind is kind]


def running(found: Discovered) -> list[FoundAgent]:
    return pick(found, FoundKind.RUNNING)


def triggers(found: Discovered) -> list[tuple[str, str, str]]:
    """(name, trigger, program) of what runs."""
    return [(agent.name, agent.trigger, agent.program) for agent in running(found)]


def reasons(found: Discovered) -> dict[str, str]:
    return {one.where: one.why for one in found.skipped}


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, whom no permission stops."""
    # What is read once is read before.
    read_shipped_patterns()
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def open_above(folder: Path) -> None:
    """Let everybody enter the folder that a test has, so that only what the test closes is closed."""
    for path in [*folder.parents, folder]:
        if not os.geteuid() and path.owner() == "root":
            path.chmod(path.stat().st_mode | 0o755)


DASH = """---
name: dash
description: Finds what moved in client ad spend.
tools: Read, Grep, Bash(git log:*), Write
---

You are Dash.
"""
