"""Judge one metric by two questions: whether it changes, and whether it can meet its target.

These are the two questions of NHS "Making Data Count": variation and assurance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow, list_current_rows
from orgtp.model.org import Org
from orgtp.model.period import period_containing
from orgtp.model.seat import MetricKey, Seat
from orgtp.model.target import Target
from orgtp.model.value import EXACT, ValueKind
from orgtp.views.variation.binomial import TAIL, Tally, compute_lower_tail, compute_tail
from orgtp.views.variation.odds import (
    count_cells_per_quarter,
    find_flag_odds,
    find_hits_odds,
    predict_run_odds,
    round_odds,
)
from orgtp.views.variation.readings import (
    MetricReading,
    Series,
    counts_hits,
    has_several_opportunities,
    is_finer_than_weekly,
    list_opportunities,
    read_series,
)
from orgtp.views.variation.share_odds import compute_share_odds
from orgtp.views.variation.shares import Share, ShareBaseline, pool_shares
from orgtp.views.variation.xmr import BASELINE, DetectionRule, Limits, Point, Side, Signal, compute_limits, find_signal

NEWEST_DAILY, NEWEST_WEEKLY = 20, 8
# A hit is as good as sure if the chance of a miss is less, as after 20 hits of 20, or 59 of 60. The same for a miss.
NEXT_ONE = Decimal("0.025")


class Variation(StrEnum):
    """Whether a metric changes. `trial` has too few values to tell, `coarse` too few different ones."""

    COMMON = "common"
    CONCERN = "concern"
    IMPROVEMENT = "improvement"
    TRIAL = "trial"
    COARSE = "coarse"


class Assurance(StrEnum):
    """Whether a metric that goes on as it is meets its target: always, never, or now and then."""

    PASSES = "passes"
    FAILS = "fails"
    HIT_OR_MISS = "hit-or-miss"


class Method(StrEnum):
    """How a metric is judged."""

    XMR = "xmr"
    SHARES = "p-chart"
    HITS = "hits"


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """The current phase: the first period, the newest that counts, and how many cells count.

    `from_` is the period with which the phase begins, or that of the first cell that counts.
    """

    from_: str | None
    to: str | None
    n: int


@dataclass(frozen=True, slots=True)
class FlagOdds:
    """How often chance shows it, from 0 to 1: a flag of this metric in a quarter, and as many misses in a row."""

    per_quarter: Decimal | None
    misses: Decimal | None


class HitRecord(NamedTuple):
    """How many cells were on target before the misses in a row, of how many that are known."""

    hits: int
    known: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the cells of one metric say. `first` is the number of the reading with which a change began.

    `limits` are those of each reading, or empty without any; `mean` is the share of hits for a metric of hits.
    `sides` are the unfavourable ones. `hits_then` and `hits_now` count the opportunities of the baseline, and the
    newest ones that are compared with it. `shares` is the baseline of a p-chart.
    """

    series: Series
    method: Method
    sides: tuple[Side, ...]
    variation: Variation
    assurance: Assurance | None
    rule: DetectionRule | None
    first: int | None
    mean: Decimal | None
    limits: tuple[Limits, ...]
    misses_in_a_row: int
    before_run: HitRecord
    odds: FlagOdds
    hits_then: Tally | None = None
    hits_now: Tally | None = None
    shares: ShareBaseline | None = None

    @property
    def since(self) -> str | None:
        """The period in which the change began that is a concern or an improvement; None without one."""
        return self.series.readings[self.first].period.text if self.first is not None else None

    @property
    def phase(self) -> PhaseSpan:
        """The current phase."""
        readings, begin = self.series.readings, self.series.begin
        first = begin.text if begin else readings[0].period.text if readings else None
        return PhaseSpan(first, readings[-1].period.text if readings else None, len(readings))


def judge_metric(row: MetricRow) -> Judgement:
    """Judge the metric of a row, as of its time."""
    series = read_series(row)
    verdict = _find_verdict(row, series)
    misses = row.count_misses_in_a_row()
    before = _count_before_run(series.states)
    return Judgement(
        series=series,
        method=verdict.method,
        sides=verdict.sides,
        variation=verdict.variation,
        assurance=verdict.assurance,
        rule=verdict.rule,
        first=verdict.first,
        mean=verdict.mean,
        limits=verdict.limits,
        misses_in_a_row=misses,
        before_run=before,
        odds=FlagOdds(find_quarter_odds(row, verdict, verdict.sides), _find_run_odds(row, misses, before)),
        hits_then=verdict.hits_then,
        hits_now=verdict.hits_now,
        shares=verdict.shares,
    )


def _find_verdict(row: MetricRow, series: Series) -> VariationVerdict:
    return _judge_hits(row, series) if counts_hits(row) else _judge_values(row, series)


def find_quarter_odds(row: MetricRow, found: VariationVerdict | Judgement, sides: tuple[Side, ...]) -> Decimal | None:
    """How often a steady metric like this one shows a flag on these sides in a quarter; None if it can show none."""
    cells = count_cells_per_quarter(row.metric)
    if found.variation in {Variation.TRIAL, Variation.COARSE}:
        return None
    if found.method is Method.HITS:
        return find_hits_odds(cells, has_several=has_several_opportunities(row)).usual
    if found.shares:
        return round_odds(compute_share_odds(found.shares, cells, sides))
    return find_flag_odds(cells, both_sides=len(sides) > 1)


def _find_run_odds(row: MetricRow, misses: int, before: HitRecord) -> Decimal | None:
    """How often a seat with the record before the misses has as many in a row.

    None without a record, or if the run is longer than a quarter, so that none can have it.
    """
    cells = count_cells_per_quarter(row.metric)
    if not misses or not before.known or misses > cells:
        return None
    return round_odds(predict_run_odds(misses, Tally(before.hits, before.known - before.hits), cells))


def _count_before_run(states: Sequence[CellState]) -> HitRecord:
    """Count the cells of the phase before the misses in a row that the newest one ends.

    There are none if the misses began with the phase, or before it.
    """
    known = list(states)
    while known and known[-1] is CellState.OFF:
        known.pop()
    return HitRecord(sum(state is CellState.ON for state in known), len(known))


@dataclass(frozen=True, slots=True)
class VariationVerdict:
    """The part of a judgement that depends on the method."""

    method: Method
    variation: Variation
    sides: tuple[Side, ...] = ()
    assurance: Assurance | None = None
    rule: DetectionRule | None = None
    first: int | None = None
    mean: Decimal | None = None
    limits: tuple[Limits, ...] = ()
    hits_then: Tally | None = None
    hits_now: Tally | None = None
    shares: ShareBaseline | None = None


def _judge_values(row: MetricRow, series: Series) -> VariationVerdict:
    readings, target = series.readings, find_target(row)
    if target is None or len(readings) < BASELINE:
        return VariationVerdict(Method.XMR, Variation.TRIAL)
    baseline = readings[:BASELINE]
    shares = _find_share_baseline(row, baseline)
    method = Method.SHARES if shares else Method.XMR
    sides = find_unfavourable_sides(target, [reading.amount for reading in baseline])
    limits = _list_limits(readings, shares)
    if not limits:
        return VariationVerdict(method, Variation.COARSE, sides)
    points = [Point(one.amount, limit) for one, limit in zip(readings, limits, strict=True)]
    assurance = compare_limits(target, limits[-1])
    variation, signal = _find_variation(points, sides)
    rule, first = (signal.rule, signal.first) if signal else (None, None)
    return VariationVerdict(method, variation, sides, assurance, rule, first, limits[-1].mean, limits, shares=shares)


def _find_variation(points: Sequence[Point], sides: tuple[Side, ...]) -> tuple[Variation, Signal | None]:
    """The concern on an unfavourable side, else the improvement on a favourable one."""
    for side in sides:
        if signal := find_signal(points, side):
            return Variation.CONCERN, signal
    for side in (one for one in Side if one not in sides):
        if signal := find_signal(points, side):
            return Variation.IMPROVEMENT, signal
    return Variation.COMMON, None


def _find_share_baseline(row: MetricRow, baseline: Sequence[MetricReading]) -> ShareBaseline | None:
    """The baseline of a p-chart, if every percentage of it says how many cases it covers."""
    if row.metric.targets.unit.kind is not ValueKind.PERCENT:
        return None
    shares = [Share(one.amount, one.cases) for one in baseline if one.cases is not None]
    return pool_shares(shares) if len(shares) == len(baseline) else None


def _list_limits(readings: Sequence[MetricReading], shares: ShareBaseline | None) -> tuple[Limits, ...]:
    if shares:
        return tuple(shares.limits_for(one.cases) for one in readings)
    limits = compute_limits(insert_gaps(readings[:BASELINE]))
    return (limits,) * len(readings) if limits else ()


def insert_gaps(readings: Sequence[MetricReading]) -> list[Decimal | None]:
    """The amounts of readings, with a `None` between two that are not next to each other."""
    found: list[Decimal | None] = []
    for number, reading in enumerate(readings):
        found += [None] if number and not reading.follows else []
        found.append(reading.amount)
    return found


def find_target(row: MetricRow) -> Target | None:
    """The target in force, or None."""
    current = period_containing(row.now, row.metric.cadence.grain, row.org.zone)
    return row.metric.targets.target_for(current) if row.metric.targets.dated else None


def find_unfavourable_sides(target: Target, baseline: Sequence[Decimal]) -> tuple[Side, ...]:
    """The sides on which a change is a concern: away from the target; both for a range.

    For `= 0` and the like it is the side on which the baseline is, as far as it is on one.
    """
    if target.operator == ">=":
        return (Side.LOW,)
    if target.operator in {"<=", "by", "before"}:
        return (Side.HIGH,)
    if target.operator == "=" and min(baseline) >= target.low:
        return (Side.HIGH,)
    if target.operator == "=" and max(baseline) <= target.low:
        return (Side.LOW,)
    return (Side.LOW, Side.HIGH)


def compare_limits(target: Target, limits: Limits) -> Assurance:
    """Whether every value within the limits is on target, or none is."""
    low, high, lower, upper = target.low, target.high, limits.lower, limits.upper
    inside, apart = low <= lower and upper <= high, upper < low or lower > high
    passes, fails = {
        ">=": (lower >= low, upper < low),
        "<=": (upper <= high, lower > high),
        "by": (upper <= high, lower > high),
        "before": (upper < high, lower >= high),
        "outside": (apart, inside),
    }.get(target.operator, (inside, apart))
    if passes or fails:
        return Assurance.PASSES if passes else Assurance.FAILS
    return Assurance.HIT_OR_MISS


def _judge_hits(row: MetricRow, series: Series) -> VariationVerdict:
    readings = series.readings
    if len(readings) < BASELINE:
        return VariationVerdict(Method.HITS, Variation.TRIAL)
    tally = _tally([hit for _, hit in list_opportunities(row, readings[:BASELINE])])
    later = list_opportunities(row, readings[BASELINE:])
    needed = NEWEST_DAILY if is_finer_than_weekly(row) else NEWEST_WEEKLY
    newest = later[-needed:]
    mean = EXACT.divide(Decimal(tally.hits), Decimal(tally.total)) if tally.total else None
    verdict = VariationVerdict(
        Method.HITS,
        Variation.COMMON,
        assurance=_assure_hits(series),
        mean=mean,
        hits_then=tally,
    )
    if len(newest) < needed:
        return verdict
    now = _tally([hit for _, hit in newest])
    verdict = replace(verdict, hits_now=now)
    is_worse = compute_tail(now.misses, needed, tally) < TAIL
    if not is_worse and compute_lower_tail(now.misses, needed, tally) >= TAIL:
        return verdict
    # The change shows in the newest opportunities; it begins with the first of them that is unlike the baseline's.
    first = next((reading for reading, hit in newest if hit is not is_worse), newest[0][0])
    variation = Variation.CONCERN if is_worse else Variation.IMPROVEMENT
    return replace(verdict, variation=variation, rule=DetectionRule.BINOMIAL, first=readings.index(first))


def _tally(hits: Sequence[bool]) -> Tally:
    return Tally(sum(hits), len(hits) - sum(hits))


def _assure_hits(series: Series) -> Assurance | None:
    """Whether the next cell is on target almost surely, or off target, by the cells of the phase.

    None if all of them are alike, but too few to tell: such a seat has never shown that chance decides.
    """
    tally = _tally([reading.is_hit for reading in series.readings])
    if compute_tail(1, 1, tally) < NEXT_ONE:
        return Assurance.PASSES
    if compute_lower_tail(0, 1, tally) < NEXT_ONE:
        return Assurance.FAILS
    return Assurance.HIT_OR_MISS if tally.hits and tally.misses else None


def find_drifting(org: Org, now: datetime, seats: Iterable[Seat]) -> frozenset[MetricKey]:
    """The current metrics of these seats that are drifting."""
    rows = (row for seat in seats for row in list_current_rows(org, seat, now))
    return frozenset(row.key for row in rows if is_drifting(row))


def is_drifting(row: MetricRow) -> bool:
    """Whether a change of the metric is a concern."""
    return not row.seat.is_retired and _find_verdict(row, read_series(row)).variation is Variation.CONCERN
