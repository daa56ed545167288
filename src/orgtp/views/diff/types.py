"""The changes of seats in a diff. Their fields are the JSON keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from orgtp.views.seats.summary import SeatSummary


@dataclass(frozen=True, slots=True)
class Made:
    """Who made a change, and in which commit. `by` is the seat, if known; `by_claimed`: only the commit says so.

    `by_name` is the name of a seat that is known for sure.
    """

    commit: str
    at: datetime
    by: str | None
    by_name: str | None
    author: str
    by_claimed: bool = False


@dataclass(frozen=True, slots=True)
class MetricBrief:
    """A metric of a new seat; `target` is the last one by date."""

    metric: str
    name: str
    outcome: str
    target: str | None
    cadence: str


@dataclass(frozen=True, slots=True)
class SeatAdded(SeatSummary):
    """A new seat."""

    owner: str | None
    owner_name: str | None
    reports_to: str | None
    reports_to_name: str | None
    capabilities: tuple[str, ...]
    metrics: tuple[MetricBrief, ...]
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class Heir:
    """A capability or metric of a retired seat and who takes it over; None if nobody (a metric has then ended)."""

    what: str
    name: str
    heir: str | None
    heir_name: str | None


@dataclass(frozen=True, slots=True)
class SeatRetired:
    """A seat that is retired now, with its retirement record; `recorded` is false if it has none."""

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
    """A seat whose file was removed. Seats should be retired instead."""

    seat: str
    name: str
    role: str
    status: str
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A seat with another owner, or that reports to another seat."""

    seat: str
    name: str
    before: str | None
    before_name: str | None
    after: str | None
    after_name: str | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A key of a seat with its old and new value; `capabilities.ID` is the description of a capability."""

    seat: str
    name: str
    key: str
    before: str | None
    after: str | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class CapabilityHanded:
    """A capability that a seat gained (`before` null), lost (`after` null) or took over (`retirement`: by a record)."""

    capability: str
    before: str | None
    before_name: str | None
    after: str | None
    after_name: str | None
    retirement: bool
    made: Made | None = None

    @property
    def ends(self) -> list[str]:
        """The seats that it concerns."""
        return [seat for seat in (self.before, self.after) if seat]


@dataclass(frozen=True, slots=True)
class MetricHanded:
    """A metric that a seat gained (`before` null), lost (`after` null) or took over."""

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
        """The seats that it concerns."""
        return [seat for seat in (self.before, self.after) if seat]


@dataclass(frozen=True, slots=True)
class MetricEnded:
    """A metric that ends after the period `after`, and the metric of the seat `to` that continues it, if any.

    `how`: `ended` (nothing continues it), `continued` (by a metric that was there already), `renamed`, `moved` (to
    another seat) or `recadenced` (measured at another cadence). `target` and `to_target` are the targets at the end of
    the one and at the beginning of the other.
    """

    seat: str
    name: str
    metric: str
    metric_name: str
    after: str
    how: str
    to: str | None
    to_name: str | None
    to_metric: str | None
    cadence: str
    to_cadence: str | None
    target: str | None
    to_target: str | None
    made: Made | None = None

    @property
    def ends(self) -> list[str]:
        """The seats that it concerns."""
        return list(dict.fromkeys([self.seat, *([self.to] if self.to else [])]))


@dataclass(frozen=True, slots=True)
class RecordTouched:
    """A retirement record that was changed, or removed (`gone`). Records should never change."""

    seat: str
    name: str
    gone: bool
    made: Made | None = None
