"""The formats that `orgtp import` reads: how each is recognised, and its reader.

A format reads one path, which is a file or a folder. A reader never guesses: what could mean two things raises
`BadSource` with the option to type, and a row that cannot be read is a `BadDraft`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.inventory.draft import DraftSource


class BadSource(OrgtpError):
    """A path of an import cannot be read at all. Nothing was written."""

    text = "{where}: {what}. Nothing was written."


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """One path to read: the path, and the `--map` of the user, which maps keys of a seat to the columns of a table.

    `remembered` has the maps that this machine used before, by the name of the source.
    """

    path: Path
    mapping: Mapping[str, str]
    remembered: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """A format: its name for `--format`, what it is, and its module in this package.

    The module has `recognise(path: Path, start: bytes) -> bool` (`start` has the first 64 KiB of a file, b"" for a
    folder) and `read(request: SourceRequest) -> DraftSource`. The module is imported when it is needed.
    """

    name: str
    what: str
    module: str

    def recognise(self, path: Path, start: bytes) -> bool:
        """Whether the path seems to be of this format."""
        found: Callable[[Path, bytes], bool] = import_module(f"orgtp.importers.{self.module}").recognise
        return found(path, start)

    def read(self, request: SourceRequest) -> DraftSource:
        """Read the path. Raises `BadSource`."""
        found: Callable[[SourceRequest], DraftSource] = import_module(f"orgtp.importers.{self.module}").read
        return found(request)


# The first that recognises a path reads it.
FORMATS: tuple[ImportFormat, ...] = (
    ImportFormat("seats", "JSON Lines of seats, one seat a line", "seat_lines"),
    ImportFormat("people", "a table of people (CSV or XLSX)", "people"),
    ImportFormat("scorecard", "a scorecard, with a row for each value or for each metric (CSV or XLSX)", "scorecard"),
    ImportFormat("backstage", "a Backstage catalog: Group, User, Component, AiResource", "backstage"),
    ImportFormat("peribolos", "a peribolos file: GitHub organisations, teams and their members", "peribolos"),
    ImportFormat("crewai", "the agents of a CrewAI crew (config/agents.yaml)", "crewai"),
    ImportFormat("copilot-studio", "an agent of Copilot Studio (agent.mcs.yml)", "copilot_studio"),
    ImportFormat("a2a", "an A2A agent card (JSON)", "a2a"),
    ImportFormat("oasf", "an OASF record of an agent (JSON)", "oasf"),
    ImportFormat("agents", "a folder of agents: .claude/agents, .github/agents, agents/*.md", "agent_files"),
)
