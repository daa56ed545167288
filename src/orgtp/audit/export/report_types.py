"""What a dossier is made of: the seats, retirements and corrections of an org, each as an auditor reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from orgtp.model.value import Unit


@dataclass(frozen=True, slots=True)
class DatedTarget:
    """A target and the period from which on it judges; `since` is null where it always did."""

    since: str | None
    target: str


@dataclass(frozen=True, slots=True)
class DossierMetric:
    """A metric, every target it ever was judged by that is still in its file, and how many periods met theirs."""

    metric: str
    name: str
    outcome: str
    cadence: str
    unit: str | None
    targets: tuple[DatedTarget, ...]
    on_target: int
    known: int


@dataclass(frozen=True, slots=True)
class DossierSeat:
    """A seat, retired ones among them."""

    seat: str
    name: str
    role: str
    kind: str
    status: str
    owner: str | None
    owner_name: str | None
    reports_to: str | None
    reports_to_name: str | None
    since: date | None
    retired_on: date | None
    mission: str | None
    retire_when: str | None
    review_by: date | None
    capabilities: Mapping[str, str]
    metrics: tuple[DossierMetric, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """What a retired seat did or was measured on: who has it now, or why it ended, and what a metric ended on."""

    what: str
    heir: str | None
    heir_name: str | None
    ended: str | None
    last: str | None
    period: str | None
    on_target: int
    known: int
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class DossierRetirement:
    """A retirement as its record has it. `recorded` is false for a seat that is retired and has no record."""

    seat: str
    name: str
    role: str | None
    recorded: bool
    retired_on: date | None
    reason: str | None
    decided_by: str | None
    decided_by_name: str | None
    review: Mapping[str, str]
    capabilities: tuple[Handed, ...]
    metrics: tuple[Handed, ...]
    reports: Mapping[str, str]
    commit: str | None


@dataclass(frozen=True, slots=True)
class DossierCorrection:
    """A value that a later record of the same period corrects. Both are in the ledger; null is: nobody knew."""

    seat: str
    name: str
    metric: str
    metric_name: str
    period: str
    before: str | None
    after: str | None
    at: str
    by: str | None
    by_name: str | None
    note: str | None
    id: str
    path: str
    line: int
    commit: str | None
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class DossierCheckpoint:
    """Where the history stood when it was handed over, and whose key signed that.

    `fingerprint` is null where nobody signed; `seat` where the ledger's own list of signers, if it has one (`signers`),
    does not know the key.
    """

    origin: str
    commits: int
    head: str
    fingerprint: str | None
    seat: str | None
    signers: bool
