"""The parts of the context of a seat. Their fields are the JSON keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orgtp.model.cell import Cell, CellState
from orgtp.model.problem import Problem
from orgtp.model.seat import Rollup
from orgtp.model.value import Unit
from orgtp.views.escalations import EscalationView
from orgtp.views.seat_history import Event
from orgtp.views.seats.imported import ImportedFrom
from orgtp.views.seats.people import HeldBy
from orgtp.views.seats.summary import SeatSummary
from orgtp.views.stale import Stale
from orgtp.views.todos import TodoView


class Relation(StrEnum):
    """The place of another seat on the chart, seen from this one; `alike`: elsewhere, with similar work."""

    ABOVE = "above"
    BESIDE = "beside"
    BELOW = "below"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A capability of another seat. `hand_to` is the seat to give such work to, or None."""

    capability: str
    text: str
    relation: Relation
    by: SeatSummary
    hand_to: SeatSummary | None


@dataclass(frozen=True, slots=True)
class LooksAlike:
    """Another seat whose text is like that of this one: how alike (0.00 to 1.00), and the words that both have."""

    seat: SeatSummary
    likeness: Decimal
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """The next value that is expected: its period, and when it is due."""

    period: str
    due: datetime


@dataclass(frozen=True, slots=True)
class MetricContext:
    """A metric: its target in force, the next value that is expected, and the last periods, oldest first.

    `state` and `stale_since` are those of the chart. `verdict` is the cell whose state that is, if it combines several
    values; `latest` are values. `silenced` is the last day without alerts.
    """

    metric: str
    name: str
    outcome: str
    target: str | None
    unit: str | None
    cadence: str
    per: str
    continues: str | None
    ends: str | None
    source: str | None
    state: CellState
    stale_since: datetime | None
    silenced: date | None
    next: Next | None
    rollup: Rollup
    verdict: Cell | None
    latest: tuple[Cell, ...]
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class Handed:
    """A capability or metric (`what`) of a retired seat, and the seat that has it now, or None.

    `ended` says why a metric ended.
    """

    what: str
    id: str
    by: SeatSummary | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class SeatCommand:
    """A command and its purpose. The user replaces words in capitals."""

    purpose: str
    command: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many items a list lacks (None: not counted), and the command that shows them."""

    list: str
    count: int | None
    see: str


@dataclass(frozen=True, slots=True)
class Profile(SeatSummary):
    """The seat of the context.

    `holders` are those who hold it one after another, `also_holds` the other seats of its worker, and `also_reports_to`
    the seats to which it has a dotted line. `inputs` are what it works with, such as its model. `imported` says which
    import wrote the seat, if one did, and whether a person has reviewed its mission.
    """

    owner: str | None
    reports_to: str | None
    mission: str | None
    since: date | None
    retire_when: str | None
    review_by: date | None
    holders: tuple[HeldBy, ...] = ()
    also_reports_to: tuple[str, ...] = ()
    also_holds: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    paused_since: date | None = None
    paused_until: date | None = None
    paused_because: str | None = None
    imported: ImportedFrom | None = None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Its neighbours on the chart. `above` begins with the seat that it reports to, and ends at the top.

    `answers_for` are the other seats that it owns.
    """

    above: tuple[SeatSummary, ...]
    siblings: tuple[SeatSummary, ...]
    reports: tuple[SeatSummary, ...]
    answers_for: tuple[SeatSummary, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """The seats for which it may record values. `all`: every seat, and `seats` is empty."""

    all: bool
    seats: tuple[SeatSummary, ...]


@dataclass(frozen=True, slots=True)
class OpenTrouble:
    """Late values, escalations about it or assigned to it, and problems of its files.

    `goes_to` is the first assignee of an escalation about it.
    """

    stale: tuple[Stale, ...]
    escalations: tuple[EscalationView, ...]
    problems: tuple[Problem, ...]
    goes_to: SeatSummary | None

    @property
    def is_none(self) -> bool:
        """Whether nothing is open."""
        return not (self.stale or self.escalations or self.problems)


@dataclass(frozen=True, slots=True)
class Retired:
    """The retirement of a seat, and who has its work now. What is not recorded is None."""

    retired_on: date | None
    decided_by: str | None
    decided_by_name: str | None
    reason: str | None
    review: Mapping[str, str]
    handed: tuple[Handed, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What an agent should know before it works as a seat, as of `at`.

    `not_owned` is work of other seats that could be mistaken for its own, and `alike` are the seats that look like it.
    `todos` is what it has to act on. `decisions`, newest first, is None without a git history, and incomplete if the
    history of this clone is not `is_whole`.
    """

    at: datetime
    seat: Profile
    owner: SeatSummary | None
    chart: Neighbours
    capabilities: Mapping[str, str]
    not_owned: tuple[Elsewhere, ...]
    alike: tuple[LooksAlike, ...]
    metrics: tuple[MetricContext, ...]
    records: Records
    trouble: OpenTrouble
    todos: tuple[TodoView, ...]
    decisions: tuple[Event, ...] | None
    retirement: Retired | None
    commands: tuple[SeatCommand, ...]
    left_out: tuple[LeftOut, ...]
    is_whole: bool = True
