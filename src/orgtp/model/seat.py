"""Seats and their metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.period import GRAIN_SIZES, Cadence, Grain
from orgtp.model.problem import Marks
from orgtp.model.target import Targets


class SeatKind(StrEnum):
    """Whether a seat is a person or an agent. Most views do not show it."""

    HUMAN = "human"
    AGENT = "agent"


class SeatStatus(StrEnum):
    """The status of a seat."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    VACANT = "vacant"
    RETIRED = "retired"


class Rollup(StrEnum):
    """How the values of shorter periods are combined into a longer one."""

    LAST = "last"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    HITS = "hits"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a seat: a business outcome and how it is measured.

    `per` is the size of the cells in which the metric is judged, if the file says it, and `allow_misses` how many
    values of a cell may be off target or unknown (rollup `hits`). `due` is when a value is due after its period,
    `09:00` or `mon 09:00`; "" means at the period's end. `leads_to` is the outcome metric that an activity serves,
    `METRIC` of the same seat or `SEAT/METRIC`. `waive` maps the rules that this metric may break to the reasons.
    """

    id: str
    name: str
    outcome: str
    targets: Targets
    cadence: Cadence
    rollup: Rollup = Rollup.LAST
    source: str = ""
    due: str = ""
    leads_to: str = ""
    waive: Mapping[str, str] = field(default_factory=dict)
    per: Grain | None = None
    allow_misses: int = 0

    @property
    def cell_grain(self) -> Grain:
        """The size of a cell: `per`, else a week, or a period of the cadence if that is longer."""
        return self.per or max(Grain.WEEK, self.cadence.grain, key=GRAIN_SIZES.__getitem__)

    @property
    def is_rolled_up(self) -> bool:
        """Whether a cell combines several values."""
        return self.cell_grain is not self.cadence.grain


@dataclass(frozen=True, slots=True)
class Delegate:
    """Who gets the escalations and messages of a person who is away, until the end of the day `until`."""

    to: str
    until: date

    @property
    def text(self) -> str:
        """`anna until 2026-12-31`."""
        return f"{self.to} until {self.until}"


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat on the chart. `owner` and `reports_to` are ids, or "" if the file has none or not a text.

    `emails` are the addresses of whoever holds the seat, as in git's `user.email`. `own` has the user's own `x-` keys
    as text, by dotted key; orgtp does not interpret them. `unread` are the keys with a value that could not be read, at
    least in part, so that it is unknown and not absent.
    """

    id: str
    name: str
    role: str
    kind: SeatKind
    status: SeatStatus
    owner: str = ""
    reports_to: str = ""
    mission: str = ""
    since: date | None = None
    emails: tuple[str, ...] = ()
    retire_when: str = ""
    review_by: date | None = None
    delegate: Delegate | None = None
    capabilities: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    declared: str = ""
    own: Mapping[str, str] = field(default_factory=dict, compare=False)
    unread: frozenset[str] = field(default=frozenset(), compare=False)
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def delegate_text(self) -> str:
        """The delegate as text; "" if there is none."""
        return self.delegate.text if self.delegate else ""

    @property
    def email(self) -> str:
        """The addresses as text, separated by commas; "" if there are none."""
        return ", ".join(self.emails)

    @property
    def may_have_address(self) -> bool:
        """Whether the seat has an address, or one that could not be read."""
        return bool(self.emails) or "email" in self.unread

    def has_email(self, address: str) -> bool:
        """Whether `address` is one of the seat's, in upper or lower case."""
        return address.lower() in (email.lower() for email in self.emails)

    @property
    def is_retired(self) -> bool:
        """Whether the seat is retired."""
        return self.status is SeatStatus.RETIRED

    @property
    def is_active(self) -> bool:
        """Whether the seat is active."""
        return self.status is SeatStatus.ACTIVE

    @property
    def is_reviewed(self) -> bool:
        """Whether its `review_by` counts: not while it is paused, and not after its retirement."""
        return self.status not in {SeatStatus.PAUSED, SeatStatus.RETIRED}

    @property
    def may_decide(self) -> bool:
        """Whether the seat is an active person, as far as its file says so: a status that cannot be read is none."""
        return self.is_human and self.is_active and "status" not in self.unread

    @property
    def is_human(self) -> bool:
        """Whether the seat is a person."""
        return self.kind is SeatKind.HUMAN


def seat_path(seat: str) -> str:
    """The path of a seat's file."""
    return f"seats/{seat}.yaml"


def retirement_path(seat: str) -> str:
    """The path of a seat's retirement record."""
    return f"retirements/{seat}.yaml"
