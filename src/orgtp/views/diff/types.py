"""The ways in which seats differ: what each difference on the chart is told with. All of it is JSON as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from orgtp.views.seat_summary import SeatSummary


@dataclass(frozen=True, slots=True)
class Made:
    """By whom something was made what it is, and in which commit. `by` is a seat, where one is known."""

    commit: str
    at: datetime
    by: str | None
    by_name: str | None
    author: str


@dataclass(frozen=True, slots=True)
class MetricBrief:
    """A metric of a seat that is new; `target` is the last one by date."""

    metric: str
    name: str
    outcome: str
    target: str | None
    cadence: str


@dataclass(frozen=True, slots=True)
class SeatAdded(SeatSummary):
    """A seat that was not there before."""

    owner: str | None
    owner_name: str | None
    reports_to: str | None
    reports_to_name: str | None
    capabilities: tuple[str, ...]
    metrics: tuple[MetricBrief, ...]
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class Heir:
    """What of a retired seat goes to whom; to nobody where the record names none (a metric has then ended)."""

    what: str
    name: str
    heir: str | None
    heir_name: str | None


@dataclass(frozen=True, slots=True)
class SeatRetired:
    """A seat that is retired now, with what its record says; `recorded` is false where it has none."""

    seat: str
    name: str
    role: str
    recorded: bool
    retired_on: date | None
    decided_by: str | None
    decided_by_name: str | None
    reason: str | None
    capabilities: tuple[Heir, ...]
    metrics: tuple[Heir, ...]
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class SeatRemoved:
    """A seat whose file went. A seat is retired, not deleted."""

    seat: str
    name: str
    role: str
    status: str
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A seat that has another owner, or reports to another seat."""

    seat: str
    name: str
    before: str | None
    before_name: str | None
    after: str | None
    after_name: str | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A key of a seat and what it was and is; `capabilities.ID` is the sentence of a capability."""

    seat: str
    name: str
    key: str
    before: str | None
    after: str | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class CapabilityHanded:
    """A capability that came (`before` null), went (`after` null) or changed hands; `retirement`: as a record says."""

    capability: str
    before: str | None
    before_name: str | None
    after: str | None
    after_name: str | None
    retirement: bool
    made: Made | None = None

    @property
    def ends(self) -> list[str]:
        """The seats that it is about."""
        return [seat for seat in (self.before, self.after) if seat]


@dataclass(frozen=True, slots=True)
class MetricHanded:
    """A metric that a seat is measured on now (`after`), is not any more (`before`), or took over."""

    metric: str
    name: str
    outcome: str
    target: str | None
    cadence: str
    before: str | None
    before_name: str | None
    after: str | None
    after_name: str | None
    retirement: bool
    made: Made | None = None

    @property
    def ends(self) -> list[str]:
        """The seats that it is about."""
        return [seat for seat in (self.before, self.after) if seat]


@dataclass(frozen=True, slots=True)
class RecordTouched:
    """A retirement record that is not as it was, or (`gone`) is not there any more. A record never changes."""

    seat: str
    name: str
    gone: bool
    made: Made | None = None
