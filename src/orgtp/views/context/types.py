"""What the context of a seat is told with. All of it is JSON as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from orgtp.model.cell import Cell, CellState
from orgtp.model.problem import Problem
from orgtp.model.value import Unit
from orgtp.views.escalations import EscalationView
from orgtp.views.seat_history import Event
from orgtp.views.seat_summary import SeatSummary
from orgtp.views.stale import Stale


class Relation(StrEnum):
    """Where another seat stands, seen from this one; `alike`: elsewhere, but its work sounds like this seat's."""

    ABOVE = "above"
    BESIDE = "beside"
    BELOW = "below"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A capability that another seat has. `hand_to` is whom to give such work to, None where nobody is there."""

    capability: str
    text: str
    relation: Relation
    by: SeatSummary
    hand_to: SeatSummary | None


@dataclass(frozen=True, slots=True)
class Next:
    """The next value that is owed: of which period, and when it is due."""

    period: str
    due: datetime


@dataclass(frozen=True, slots=True)
class MetricContext:
    """What a seat is measured on: the target in force, the next value that is owed, the last periods, oldest first.

    `state` and `stale_since` are those of the chart. `silenced`: to the end of which day nobody is chased for it.
    """

    metric: str
    name: str
    outcome: str
    target: str | None
    unit: str | None
    cadence: str
    source: str | None
    state: CellState
    stale_since: datetime | None
    silenced: date | None
    next: Next | None
    latest: tuple[Cell, ...]
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class Handed:
    """What a retired seat did, and who has it now; `by` is None where nobody has, and `ended` says why it ended.

    `what` is `capability` or `metric`.
    """

    what: str
    id: str
    by: SeatSummary | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """A command that the seat will want, and what it is for; words in capitals are to be filled in."""

    purpose: str
    command: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """That a list is not whole: how many it lacks (None: nobody counted), and the command that shows them."""

    list: str
    count: int | None
    see: str


@dataclass(frozen=True, slots=True)
class Profile(SeatSummary):
    """The seat itself."""

    owner: str | None
    reports_to: str | None
    mission: str | None
    since: date | None
    retire_when: str | None
    review_by: date | None


@dataclass(frozen=True, slots=True)
class Around:
    """Who is around it on the chart. `above` begins with the seat that it reports to, and ends at the top.

    `answers_for` are the other seats whose owner it is.
    """

    above: tuple[SeatSummary, ...]
    siblings: tuple[SeatSummary, ...]
    reports: tuple[SeatSummary, ...]
    answers_for: tuple[SeatSummary, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """The seats for which it may record values; `all`: for every one, and `seats` does not list them."""

    all: bool
    seats: tuple[SeatSummary, ...]


@dataclass(frozen=True, slots=True)
class OpenTrouble:
    """What is open: values that are late, escalations about it and with it, problems of its files.

    `goes_to` has what is escalated about it first.
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
    """How a seat ended, and who has its work now; what nobody recorded is None."""

    retired_on: date | None
    decided_by: str | None
    decided_by_name: str | None
    reason: str | None
    review: Mapping[str, str]
    handed: tuple[Handed, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """All that an agent should know before it works as a seat, `at` a moment.

    `not_owned` is work that somebody would take for this seat's and that is another's. `decisions`, newest first, is
    None where there is no history, and not all of them where it is not `is_whole` here.
    """

    at: datetime
    seat: Profile
    owner: SeatSummary | None
    chart: Around
    capabilities: Mapping[str, str]
    not_owned: tuple[Elsewhere, ...]
    metrics: tuple[MetricContext, ...]
    records: Records
    trouble: OpenTrouble
    decisions: tuple[Event, ...] | None
    retirement: Retired | None
    commands: tuple[Way, ...]
    left_out: tuple[LeftOut, ...]
    is_whole: bool = True
