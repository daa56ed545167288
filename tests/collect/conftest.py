"""An org whose numbers come from sources: one command, one file, and whatever a test sets up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran, Shell

METRIC = "name: {0}, outcome: What the clients get of it, cadence: {1}, source: {0}"
METRICS = {
    "talks": ("weekly", ">= 12"),
    "rate": ("daily", ">= 95%"),
    "late": ("daily", "<= 3"),
}


class Fed:
    """The org at `shell`, and its machine's sources."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.sources = shell.home / "sources.yaml"
        rows = [
            f'  {name}: {{{METRIC.format(name, cadence)}, target: "{target}"}}'
            for name, (cadence, target) in METRICS.items()
        ]
        shell.write(
            "seats/bot.yaml", shell.read("seats/bot.yaml").partition("metrics:")[0] + "\n".join(["metrics:", *rows, ""])
        )
        shell.git("commit", "-qam", "Metrics that have a source")

    def set_up(self, **sources: Any) -> None:
        """The sources of the machine; a text is what a command prints."""
        named = {name: {"command": ["echo", one]} if isinstance(one, str) else one for name, one in sources.items()}
        self.sources.write_text(json.dumps(named), encoding="utf-8")

    def collect(self, *words: str, code: int | None = 0, **env: str) -> Ran:
        """`orgtp score collect`."""
        return self.shell("score", "collect", "--sources", str(self.sources), *words, code=code, **env)

    def rows(self) -> list[Mapping[str, Any]]:
        """Every record of bot, as it was written."""
        files = sorted((self.shell.folder / "scores" / "bot").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]

    def told(self) -> dict[str, tuple[str | None, str]]:
        """Metric to value and note, of what was recorded by sources."""
        return {row["metric"]: (row["value"], row.get("note", "")) for row in self.rows() if row["metric"] in METRICS}


BROKEN = {"command": ["sh", "-c", "echo boom >&2; exit 3"], "retries": 0}


@pytest.fixture
def fed(acme: Shell) -> Fed:
    """A small org, fed by sources."""
    return Fed(acme)


@pytest.fixture
def exports(acme: Shell) -> Path:
    """A folder for what other programs leave."""
    folder = acme.home / "exports"
    folder.mkdir()
    return folder
