"""What a scan has found so far. Triggers are added to a definition until all places have been looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from orgtp.discovery.patterns import ScanPatterns
from orgtp.discovery.scan_log import show_path
from orgtp.importers.repositories import FoundRepository
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.found import FoundAgent, FoundAuthor, FoundKind
from orgtp.model.seat import DefinitionPlace
from orgtp.model.text import one_line

_LONGEST = 400


@dataclass(slots=True)
class FoundItem:
    """An agent, connector or file of instructions, as `FoundAgent`, and what is needed to complete it.

    `path` is the file on this machine ("" if there is none of its own), `repository` and `inside` its repository and
    its path there. `among` is as in `WalkedFile`. `folder` is the folder that stands for the agent, if it has one.
    """

    kind: FoundKind
    source: str
    name: str
    where: str
    place: DefinitionPlace
    path: str = ""
    repository: FoundRepository | None = None
    inside: str = ""
    among: str = ""
    folder: str = ""
    triggers: list[str] = field(default_factory=list)
    program: str = ""
    description: str = ""
    tools: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()

    def add_trigger(self, trigger: str, program: str = "", risks: Iterable[str] = ()) -> None:
        """Remember that something starts it: it is running."""
        self.kind = FoundKind.RUNNING
        if trigger and trigger not in self.triggers:
            self.triggers.append(trigger)
        self.program = self.program or program
        self.risks = tuple(sorted({*self.risks, *risks}))

    def finish(self, authors: tuple[FoundAuthor, ...], started: str, copies: Sequence[FoundItem] = ()) -> FoundAgent:
        """The agent with all that is known of it."""
        places = {other.place for other in copies} - {self.place}
        return FoundAgent(
            self.kind,
            self.source,
            clean(self.name) or "unnamed",
            show_path(self.where),
            clean_place(self.place),
            "; ".join(clean(trigger) for trigger in self.triggers),
            clean(self.program),
            clean(self.description),
            tuple(clean(tool) for tool in self.tools),
            self.risks,
            authors,
            started,
            tuple(sorted(map(clean_place, places), key=lambda one: (one.text, one.sha256))),
        )


def clean(text: str) -> str:
    """A text of a foreign file on one line, as UTF-8, and not too long."""
    line = one_line(text.encode("utf-8", "backslashreplace").decode())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def clean_place(place: DefinitionPlace) -> DefinitionPlace:
    """A place that can be written as UTF-8, whatever the bytes of its path are."""
    return DefinitionPlace(clean(place.repo), show_path(place.path), place.sha256)


WRITES, RUNS = "can write files", "can run programs"


def find_risks(tools: Sequence[str] | None, patterns: ScanPatterns) -> tuple[str, ...]:
    """What tools let an agent do. None means that its definition names none, so that it has all tools."""
    if tools is None:
        return (RUNS, WRITES)
    names = {tool.partition("(")[0].partition("/")[2] or tool.partition("(")[0] for tool in tools}
    names = {name.strip().lower() for name in names}
    every = bool(names & {"*", "all"})
    found = [RUNS] if every or names & set(patterns.run) else []
    found += [WRITES] if every or names & set(patterns.write) else []
    return tuple(found)
