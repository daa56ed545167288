"""Seats and their metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.period import Cadence
from orgtp.model.problem import Marks
from orgtp.model.target import Targets


class SeatKind(StrEnum):
    """Who sits here. Views do not say unless asked; the data always knows."""

    HUMAN = "human"
    AGENT = "agent"


class SeatStatus(StrEnum):
    """Where a seat is in its life."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    VACANT = "vacant"
    RETIRED = "retired"


class Rollup(StrEnum):
    """How finer values make one cell of a coarser grid."""

    LAST = "last"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    HITS = "hits"


@dataclass(frozen=True, slots=True)
class Metric:
    """A business outcome that a seat is measured on.

    `due` is when a value is due after its period, `09:00` or `mon 09:00`; "" is at the period's end. `leads_to` is the
    outcome metric that an activity is done for, `METRIC` of the same seat or `SEAT/METRIC`. `waive` says which rules
    this metric may break, and why.
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


@dataclass(frozen=True, slots=True)
class Seat:
    """A worker's place. `owner` and `reports_to` are ids; "" where the file has none (or one that is no text).

    `own` is what stands under the user's own keys, by dotted key, as text: orgtp makes nothing of it.
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
    email: str = ""
    retire_when: str = ""
    review_by: date | None = None
    capabilities: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    declared: str = ""
    own: Mapping[str, str] = field(default_factory=dict, compare=False)
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def is_retired(self) -> bool:
        """Whether the seat's life is over."""
        return self.status is SeatStatus.RETIRED

    @property
    def is_active(self) -> bool:
        """Whether somebody works here now."""
        return self.status is SeatStatus.ACTIVE

    @property
    def is_human(self) -> bool:
        """Whether a person sits here."""
        return self.kind is SeatKind.HUMAN


def seat_path(seat: str) -> str:
    """The file of a seat."""
    return f"seats/{seat}.yaml"


def retirement_path(seat: str) -> str:
    """The file of a seat's retirement record."""
    return f"retirements/{seat}.yaml"
