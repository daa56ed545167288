"""Escalations: trouble that is in somebody's hands, how it gets there, and how it goes up until somebody settles it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Marks

ESCALATIONS_FOLDER = "escalations/"
SILENCED_FOLDER = "escalations/silenced/"
ESCALATION_ID = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])-[a-z][a-z0-9-]{0,149}")
_DATE = len("2026-11-20-")
_SLUG = 60


class EscalationKind(StrEnum):
    """What opened it: a source that broke, a value that went stale, or somebody who has something to say."""

    SOURCE = "source"
    STALE = "stale"
    ISSUE = "issue"


class EscalationSeverity(StrEnum):
    """How severe it is: routes may tell by it."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class EscalationStatus(StrEnum):
    """Where it is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class EventType(StrEnum):
    """What may happen to one. `up`: it went a step up; `top`: it should have, and nobody is above."""

    OPENED = "opened"
    AGAIN = "again"
    UP = "up"
    TOP = "top"
    HANDED = "handed"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class EscalationEvent:
    """One thing that happened: when (None where the file has no moment), by which seat, to whom it went, and a note."""

    at: datetime | None
    what: EventType
    by: str = ""
    to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """One escalation. `id` is its file's name; `seat` is what it is about, `with_` the seat that it is with.

    `opened_at` and `due` are None where the file has no moment there. `due`: until then it may stay where it is.
    """

    id: str
    what: str
    seat: str
    with_: str
    opened_at: datetime | None = None
    due: datetime | None = None
    why: str = ""
    by: str = ""
    metric: str = ""
    kind: EscalationKind = EscalationKind.ISSUE
    severity: EscalationSeverity = EscalationSeverity.NORMAL
    state: EscalationStatus = EscalationStatus.OPEN
    events: tuple[EscalationEvent, ...] = ()
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def is_resolved(self) -> bool:
        """Whether it is settled."""
        return self.state is EscalationStatus.RESOLVED

    @property
    def path(self) -> str:
        """Its file."""
        return escalation_path(self.id)

    @property
    def replayed_state(self) -> tuple[EscalationStatus, str]:
        """The state that it is in and the seat that it is with, as its events have it; "" where none says with whom."""
        whats = [event.what for event in self.events]
        turns = [what for what in whats if what in _STATUS_AFTER]
        state = (
            EscalationStatus.RESOLVED
            if EventType.RESOLVED in whats
            else _STATUS_AFTER[turns[-1]]
            if turns
            else EscalationStatus.OPEN
        )
        return state, next((event.to for event in reversed(self.events) if event.to), "")

    def may_become(self, later: Escalation) -> bool:
        """Whether it may have become `later`: it is about the same, and all that happened is still there, in its order.

        Where it is and until when changes only as something happens. A merge may put what others did in between.
        """
        same = [(one.what, one.opened_at, one.by, one.seat, one.metric, one.kind) for one in (self, later)]
        facts = [(one.with_, one.due, one.state, one.why, one.severity) for one in (self, later)]
        rest = iter(later.events)
        moved = len(later.events) > len(self.events) or facts[0] == facts[1]
        return same[0] == same[1] and moved and all(event in rest for event in self.events)


# What each turn makes of its state.
_STATUS_AFTER = {
    EventType.OPENED: EscalationStatus.OPEN,
    EventType.UP: EscalationStatus.OPEN,
    EventType.HANDED: EscalationStatus.OPEN,
    EventType.ACKNOWLEDGED: EscalationStatus.ACKNOWLEDGED,
}


@dataclass(frozen=True, slots=True)
class Silence:
    """A metric of which no trouble is told, to the end of the day `until`: who said so, and why."""

    until: date | None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Silences:
    """What is silenced of one seat, metric by metric, as its file says."""

    metrics: Mapping[str, Silence] = field(default_factory=dict)
    marks: Marks = field(default=Marks(""), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """A branch of the routing tree: what it takes ("" takes all), whom that goes to, and the branches below it.

    A `to` of "" is that of the branch above; where none has one, it is the owner of the seat.
    """

    seat: str = ""
    metric: str = ""
    kind: str = ""
    severity: str = ""
    to: str = ""
    routes: tuple[Route, ...] = ()

    @property
    def conditions(self) -> Mapping[str, str]:
        """What it asks for, by name."""
        asked = {"seat": self.seat, "metric": self.metric, "kind": self.kind, "severity": self.severity}
        return {name: word for name, word in asked.items() if word}

    @property
    def told(self) -> str:
        """The branch in words: `seat dash, kind source to bogdan (severity high to david)`."""
        wants = ", ".join(f"{name} {word}" for name, word in self.conditions.items()) or "all"
        below = f" ({'; '.join(branch.told for branch in self.routes)})" if self.routes else ""
        return f"{wants}{f' to {self.to}' if self.to else ''}{below}"

    def matches_facts(self, found: Mapping[str, str]) -> bool:
        """Whether something with these facts goes this way."""
        return all(found.get(name) == word for name, word in self.conditions.items())


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """How long, in working time, until an escalation goes a step up.

    `acknowledge`: at first; `within`: on each further step; `resolve`: from when somebody took it on. Work is from the
    minute `begin` of a weekday to the minute `end`, counted from midnight.
    """

    acknowledge: timedelta = timedelta(hours=4)
    within: timedelta = timedelta(hours=4)
    resolve: timedelta = timedelta(hours=40)
    begin: int = 9 * 60
    end: int = 17 * 60

    @property
    def hours(self) -> str:
        """The working hours as org.yaml has them: `09:00..17:00`."""
        first, last = (f"{minute // 60:02}:{minute % 60:02}" for minute in (self.begin, self.end))
        return f"{first}..{last}"


def resolve_route(branches: tuple[Route, ...], found: Mapping[str, str], to: str = "") -> str:
    """Whom something with these facts goes to: the first branch that takes it decides, and below it likewise.

    "" where no branch takes it, or none on the way says to whom.
    """
    for branch in branches:
        if branch.matches_facts(found):
            return resolve_route(branch.routes, found, branch.to or to)
    return to


def escalation_path(id_: str) -> str:
    """The file of an escalation."""
    return f"{ESCALATIONS_FOLDER}{id_}.yaml"


def silences_path(seat: str) -> str:
    """The file of what is silenced of a seat."""
    return f"{SILENCED_FOLDER}{seat}.yaml"


def is_path_about(path: str, seat: str) -> bool:
    """Whether the file `path` is an escalation about `seat`, or what is silenced of it, as far as its name tells."""
    name = path.removeprefix(ESCALATIONS_FOLDER).removesuffix(".yaml")
    if path == silences_path(seat):
        return True
    about = name[_DATE:]
    return (
        path == escalation_path(name)
        and ESCALATION_ID.fullmatch(name) is not None
        and f"{about}-".startswith(f"{seat}-")
    )


def slugify_text(text: str) -> str:
    """A few words of a sentence as a part of a file's name: `Ad account locked` is `ad-account-locked`."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[:_SLUG].rpartition("-")[0] or words[:_SLUG] if len(words) > _SLUG else words or "issue"
