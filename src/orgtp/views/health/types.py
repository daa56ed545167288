"""The parts of the health view."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.period import Grain
from orgtp.model.value import Unit
from orgtp.views.health.unknown_run import UnknownRun
from orgtp.views.selection import NOTHING_OMITTED, Omitted
from orgtp.views.variation.binomial import Tally
from orgtp.views.variation.judge import Assurance, FlagOdds, HitRecord, Method, PhaseSpan, Variation
from orgtp.views.variation.xmr import DetectionRule, Side


class SeatHealth(StrEnum):
    """The health of a seat, the one that needs a person most first."""

    DRIFTING = "drifting"
    SILENT = "silent"
    WATCH = "watch"
    UNKNOWN = "unknown"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """What the text of a row says besides its JSON.

    `grain` is the size of a cell, `latest`, `state` and `period` those of its newest verdict, and `reason` why its
    phase began. `sides` are the unfavourable ones. `signal_side` is the side on which the newest value is, for a flag.
    `is_share`: it is a percentage, and none of its values is below 0 or above 100.
    `hits_then` and `hits_now` are those of `Judgement`. `looks` is the number of new cells of a quarter, `odds_at_most`
    the greatest odds of a flag of hits, and `usual_cases` the average number of cases of a p-chart. `is_in_baseline`:
    the change began among the values from which the limits are.
    """

    name: str
    seat_name: str
    measure: Unit | None
    is_count: bool
    method: Method
    sides: tuple[Side, ...]
    signal_side: Side | None
    grain: Grain
    target: str | None
    latest: str | None
    state: CellState
    period: str
    before_run: HitRecord
    reason: str
    stale_since: datetime | None
    silence: UnknownRun
    is_percent: bool = False
    is_share: bool = False
    hits_then: Tally | None = None
    hits_now: Tally | None = None
    looks: int = 0
    odds_at_most: Decimal | None = None
    usual_cases: int | None = None
    is_in_baseline: bool = False


@dataclass(frozen=True, slots=True)
class HealthRow:
    """The health of one metric.

    `mean`, `lower` and `upper` are in the stored form of its values, rounded to four places, or to the second; for
    hits and yes/no, `mean` is the share of hits in the baseline, from 0 to 1. Null: there are no limits.
    """

    seat: str
    metric: str
    variation: Variation
    assurance: Assurance | None
    rule: DetectionRule | None
    since: str | None
    phase: PhaseSpan
    mean: str | None
    lower: str | None
    upper: str | None
    misses_in_a_row: int
    odds: FlagOdds
    facts: MetricFacts

    @property
    def is_silent(self) -> bool:
        """Whether nothing is known about it of late, as in the agenda of the review."""
        return self.facts.silence.is_silent

    @property
    def is_blank(self) -> bool:
        """Whether its newest value is not known."""
        return self.facts.state.is_gap

    @property
    def is_drifting(self) -> bool:
        """Whether a change of it is a concern."""
        return self.variation is Variation.CONCERN


@dataclass(frozen=True, slots=True)
class HealthOfSeat:
    """The health of one seat, and why."""

    seat: str
    health: SeatHealth
    why: str
    seat_name: str


@dataclass(frozen=True, slots=True)
class PhaseProposal:
    """A phase that may begin, because the target changed in the current one: from which period, and the command."""

    seat: str
    metric: str
    from_: str
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class JudgedFlags:
    """How many flags were judged in reviews, and how many of them were real: they got a fix or a case."""

    judged: int
    real: int


@dataclass(frozen=True, slots=True)
class HealthView:
    """The health of a selection of metrics and their seats, those that need a person first.

    `expected_false` is how many of the metrics of the selection, before a choice by state, chance alone will flag in a
    quarter, and `counted` how many metrics that is about. `flags` is None until 20 flags were judged in reviews.
    """

    metrics: tuple[HealthRow, ...]
    seats: tuple[HealthOfSeat, ...]
    expected_false: Decimal
    counted: int = 0
    flags: JudgedFlags | None = None
    proposals: tuple[PhaseProposal, ...] = ()
    left_out: Omitted = NOTHING_OMITTED
