"""What `orgtp discover` reports: agents without a seat, seats whose agents changed, and what was not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orgtp.model.inventory.alike import Alike
from orgtp.model.inventory.found import FoundAgent
from orgtp.model.seat import DefinitionPlace, SeatStatus


@dataclass(frozen=True, slots=True)
class SuggestedOwner:
    """Somebody who may answer for an agent: an address or a team, what says so, and their share of the commits.

    `seat` is the active human seat with this address, and `name` who holds it; None if no seat, or several, have it.
    """

    seat: str | None
    name: str | None
    author: str
    by: str
    share: int | None


@dataclass(frozen=True, slots=True)
class UnseatedAgent:
    """A running agent that no seat names in its `runs_from`, nor a file with the same content.

    `id` is made from its identity, so it stays the same from run to run. `owners` are who may answer for it, the most
    likely first, and `alike` the seats that look like it. `escalate` is the command that tells the most likely owner,
    or else the seat that hears of new agents; None without an org.
    """

    id: str
    agent: FoundAgent
    owners: tuple[SuggestedOwner, ...]
    alike: tuple[Alike, ...]
    escalate: str | None

    @property
    def owner(self) -> SuggestedOwner | None:
        """The most likely owner among the active human seats."""
        return next((one for one in self.owners if one.seat), None)


@dataclass(frozen=True, slots=True)
class ProposedSeat:
    """The seat that an agent would get: its id, and the content of its file."""

    seat: str
    yaml: str


@dataclass(frozen=True, slots=True)
class StillRunning:
    """An agent whose seat is retired or paused, and that runs all the same.

    `since` is the day since which it should not run, if it is known. `responsible` is who answers for it now.
    """

    id: str
    seat: str
    name: str
    status: SeatStatus
    since: date | None
    responsible: str
    responsible_name: str
    agent: FoundAgent


@dataclass(frozen=True, slots=True)
class GoneDefinition:
    """A seat whose file is no longer in its repository. `moved_to` is a place with the same content, if any has it."""

    seat: str
    name: str
    owner: str
    owner_name: str | None
    place: DefinitionPlace
    moved_to: DefinitionPlace | None


@dataclass(frozen=True, slots=True)
class ChangedDefinition:
    """A seat whose file has another content than when the seat was last reviewed: `now` is its hash now.

    `accept` is the command by which a person who has read the file says so; None if a path needs an edit by hand.
    """

    seat: str
    name: str
    owner: str
    owner_name: str | None
    place: DefinitionPlace
    now: str
    accept: str | None


@dataclass(frozen=True, slots=True)
class CopyFound:
    """A running agent with the content of a seat's file, at a place that the seat does not name."""

    seat: str
    name: str
    agent: FoundAgent


@dataclass(frozen=True, slots=True)
class SkippedPlaces:
    """Places that were not looked at for one reason; `on_purpose`, if nothing that should be known is missing."""

    why: str
    on_purpose: bool
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A kind of place that was looked at, and how many files or entries were read there."""

    what: str
    read: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """All that a scan found, compared with the seats of the org.

    `seated` counts the running agents that have a seat, and `templates_seated` the templates. `connectors` are MCP
    servers, and `instructions` counts files such as AGENTS.md. `unchecked` are the seats whose `runs_from` names a
    repository that was not read, so that nothing is known of their files.
    """

    looked_at: tuple[LookedAt, ...]
    skipped: tuple[SkippedPlaces, ...]
    unseated: tuple[UnseatedAgent, ...]
    still_running: tuple[StillRunning, ...]
    gone: tuple[GoneDefinition, ...]
    changed: tuple[ChangedDefinition, ...]
    copies: tuple[CopyFound, ...]
    running: int
    seated: int
    templates: tuple[FoundAgent, ...]
    templates_seated: int
    connectors: tuple[FoundAgent, ...]
    instructions: int
    unchecked: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        """Whether anything was read, so that something is known at all."""
        return any(one.read for one in self.looked_at)

    @property
    def unread(self) -> int:
        """How many places could not be looked at, and may hide an agent."""
        return sum(len(one.places) for one in self.skipped if not one.on_purpose)

    @property
    def left_out(self) -> int:
        """How many places were left out on purpose."""
        return sum(len(one.places) for one in self.skipped if one.on_purpose)

    @property
    def has_findings(self) -> bool:
        """Whether somebody has to act: for an agent without a seat, one that should not run, or a file that changed."""
        return bool(self.unseated or self.still_running or self.gone or self.changed)
