"""Agents that `orgtp discover` found on a machine and in folders, and what it did not look at."""

from __future__ import annotations

from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.seat import DefinitionPlace


class FoundKind(StrEnum):
    """What was found: an agent with a trigger, a definition without one, an MCP server, or a file of instructions."""

    RUNNING = "running"
    TEMPLATE = "template"
    CONNECTOR = "connector"
    INSTRUCTIONS = "instructions"


@dataclass(frozen=True, slots=True)
class FoundAuthor:
    """Somebody who may answer for an agent: their address, their share of the commits in percent, and what says so.

    `by` is `git` or `CODEOWNERS`; a code owner has no share (None), and may be a team, as it is written there.
    """

    who: str
    by: str
    share: int | None = None


@dataclass(frozen=True, slots=True)
class FoundAgent:
    """An agent that was found, with everything that may be shown of it.

    `source` says where it was found (`crontab`, `systemd`, `compose`, `claude agents`, …), and `where` its place as
    people read it: `~/.config/…`, `agents/dash.md:1`. `place` is its identity: repository, path and hash; something
    that is in no repository has the name of the machine as its repository. `trigger` is its schedule or event, such as
    `0 6 * * 1-5` or `on push`, and `program` the name of the program that runs, without arguments. Values of an
    environment and arguments of command lines are in none of the fields. `tools` are the tools that the definition
    allows, and `risks` says in words what it can do (`can write files`, `can run programs`). `started` is the day of
    the first commit in the org's time zone, as a date. `copies` are the other places with the same text.
    """

    kind: FoundKind
    source: str
    name: str
    where: str
    place: DefinitionPlace
    trigger: str = ""
    program: str = ""
    description: str = ""
    tools: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    authors: tuple[FoundAuthor, ...] = ()
    started: str = ""
    copies: tuple[DefinitionPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """Something that was not looked at, and why: `no permission`, `larger than 1 MiB`, `unknown format`.

    What is left out `on_purpose`, such as examples and the files of other people, hides nothing that should be known.
    """

    where: str
    why: str
    on_purpose: bool = False


@dataclass(frozen=True, slots=True)
class SeatFile:
    """The file of a `runs_from` of a seat, as it was found now: None as its hash if it is gone from its repository."""

    place: DefinitionPlace
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Discovered:
    """All that was found, sorted by kind and place.

    `looked_at` has a line for each kind of place: what it is, and how many files or entries were read.
    `repositories` are the addresses of the repositories that were read, so that a seat whose file should be in one of
    them and is not there is known to have lost it.
    """

    agents: tuple[FoundAgent, ...]
    skipped: tuple[NotLookedAt, ...]
    looked_at: tuple[tuple[str, int], ...]
    repositories: tuple[str, ...] = ()
    files: tuple[SeatFile, ...] = ()

    @property
    def count_read(self) -> int:
        """How many files and entries were read in all."""
        return sum(count for _, count in self.looked_at)


@dataclass(frozen=True, slots=True)
class AgentReport:
    """An agent to report: its ids, one for each place that has it, and what it is (`report-bot runs from …`).

    If its seat was let go, `let_go` says how (`jeff is retired`), and `to` is who answers for it, else both are "".
    """

    ids: tuple[str, ...]
    what: str
    let_go: str = ""
    to: str = ""
