"""Escalations: problems assigned to a seat, their events, and the routes and policy that assign them."""

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
# An agent that discover found: `a` and a hash of its identity, or `r` if its seat was let go and it runs.
FOUND_ID = re.compile(r"[ar][0-9a-f]{15}")
_DATE = len("2026-11-20-")
_SLUG = 60


class EscalationKind(StrEnum):
    """What opened it: a source that failed, a stale value, or an issue that a seat reported."""

    SOURCE = "source"
    STALE = "stale"
    ISSUE = "issue"


class EscalationSeverity(StrEnum):
    """How severe it is. Routes can match it."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class EscalationStatus(StrEnum):
    """The state of an escalation."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class EventType(StrEnum):
    """The type of an event. `up`: it moved up the chart; `top`: it was overdue, but nobody is above."""

    OPENED = "opened"
    AGAIN = "again"
    UP = "up"
    TOP = "top"
    HANDED = "handed"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class EscalationEvent:
    """An event: its time (None if the file has none), the seat that caused it, the new assignee, and a note."""

    at: datetime | None
    what: EventType
    by: str = ""
    to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """One escalation. `id` is its file's name, `seat` the seat that it is about, and `with_` the assignee.

    `opened_at` and `due` are None if the file has no valid time. After `due`, it moves up. `agents` are the ids of the
    agents that `orgtp discover --due` reported with it, so that it reports each of them once.
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
    agents: tuple[str, ...] = ()
    events: tuple[EscalationEvent, ...] = ()
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def is_resolved(self) -> bool:
        """Whether it is resolved."""
        return self.state is EscalationStatus.RESOLVED

    @property
    def path(self) -> str:
        """Its file."""
        return escalation_path(self.id)

    @property
    def replayed_state(self) -> tuple[EscalationStatus, str]:
        """The state and the assignee according to the events; the assignee is "" if no event names one."""
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
        """Whether `later` is a valid later version: the same problem, with all events still there, in order.

        The assignee, deadline and state change only with a new event. A merge may insert events between others, and
        agents that both sides found.
        """
        same = [(one.what, one.opened_at, one.by, one.seat, one.metric, one.kind) for one in (self, later)]
        facts = [(one.with_, one.due, one.state, one.why, one.severity) for one in (self, later)]
        rest = iter(later.events)
        moved = len(later.events) > len(self.events) or facts[0] == facts[1]
        kept = {*self.agents} <= {*later.agents}
        return same[0] == same[1] and moved and kept and all(event in rest for event in self.events)


# The state after each type of event.
_STATUS_AFTER = {
    EventType.OPENED: EscalationStatus.OPEN,
    EventType.UP: EscalationStatus.OPEN,
    EventType.HANDED: EscalationStatus.OPEN,
    EventType.ACKNOWLEDGED: EscalationStatus.ACKNOWLEDGED,
}


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts for a metric are muted until the end of the day `until`; `by` is the seat that asked for it."""

    until: date | None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Silences:
    """The silenced metrics of one seat."""

    metrics: Mapping[str, Silence] = field(default_factory=dict)
    marks: Marks = field(default=Marks(""), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """A route in the routing tree: its conditions ("" matches everything), the assignee, and the routes below it.

    If `to` is "", the parent's applies; if none has one, the owner of the seat is assigned.
    """

    seat: str = ""
    metric: str = ""
    kind: str = ""
    severity: str = ""
    to: str = ""
    routes: tuple[Route, ...] = ()

    @property
    def conditions(self) -> Mapping[str, str]:
        """The conditions that are set, by name."""
        asked = {"seat": self.seat, "metric": self.metric, "kind": self.kind, "severity": self.severity}
        return {name: word for name, word in asked.items() if word}

    @property
    def text(self) -> str:
        """The route as text: `seat dash, kind source to bogdan (severity high to david)`."""
        wants = ", ".join(f"{name} {word}" for name, word in self.conditions.items()) or "all"
        below = f" ({'; '.join(branch.text for branch in self.routes)})" if self.routes else ""
        return f"{wants}{f' to {self.to}' if self.to else ''}{below}"

    def matches_facts(self, found: Mapping[str, str]) -> bool:
        """Whether the route matches these facts."""
        return all(found.get(name) == word for name, word in self.conditions.items())


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """How long, in working time, an escalation may wait before it moves up.

    `acknowledge` applies to the first assignee, `within` to each further one, and `resolve` after an acknowledgement.
    Working hours are from the minute `begin` of a weekday to the minute `end`, counted from midnight.
    """

    acknowledge: timedelta = timedelta(hours=4)
    within: timedelta = timedelta(hours=4)
    resolve: timedelta = timedelta(hours=40)
    begin: int = 9 * 60
    end: int = 17 * 60

    @property
    def hours(self) -> str:
        """The working hours in the form of org.yaml: `09:00..17:00`."""
        first, last = (f"{minute // 60:02}:{minute % 60:02}" for minute in (self.begin, self.end))
        return f"{first}..{last}"


def resolve_route(branches: tuple[Route, ...], found: Mapping[str, str], to: str = "") -> str:
    """The assignee for these facts. The first matching route decides, and below it the first matching one again.

    Returns "" if no route matches, or none on the path has an assignee.
    """
    for branch in branches:
        if branch.matches_facts(found):
            return resolve_route(branch.routes, found, branch.to or to)
    return to


def escalation_path(id_: str) -> str:
    """The path of an escalation's file."""
    return f"{ESCALATIONS_FOLDER}{id_}.yaml"


def silences_path(seat: str) -> str:
    """The path of the file with a seat's silenced metrics."""
    return f"{SILENCED_FOLDER}{seat}.yaml"


def is_path_about(path: str, seat: str) -> bool:
    """Whether the name of the file `path` says that it is an escalation about `seat`, or the silenced metrics of it."""
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
    """Shorten a sentence to part of a file name: `Ad account locked` becomes `ad-account-locked`."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[:_SLUG].rpartition("-")[0] or words[:_SLUG] if len(words) > _SLUG else words or "issue"
