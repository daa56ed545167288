"""What varies since the last review: the metrics that a rule of their chart flags now and did not flag then."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.value import EXACT
from orgtp.views.briefing.flags import list_changed
from orgtp.views.briefing.scope import BriefingScope
from orgtp.views.health.types import HealthRow
from orgtp.views.variation.judge import Method, Variation, find_quarter_odds
from orgtp.views.variation.xmr import Side

# The limits are this many average moving ranges from the mean.
_RANGES = Decimal("2.66")
_PLACES = Decimal("0.01")
_A_QUARTER = timedelta(days=91)
_LEAST_TOGETHER, _PART = 2, 3


@dataclass(frozen=True, slots=True)
class Variance:
    """A metric that varies, and by how much: the distance of its newest value from the mean, in moving ranges.

    `period` is that of the newest value. `distance` is None for hits and yes/no, which have no moving range.
    """

    row: HealthRow
    period: str
    value: str | None
    distance: Decimal | None


@dataclass(frozen=True, slots=True)
class VarianceItem:
    """One item for the meeting: one metric, or the `source` of several that move together.

    `of` is how many metrics the source has.
    """

    source: str | None
    of: int | None
    variances: tuple[Variance, ...]

    @property
    def distance(self) -> Decimal:
        """What items are ranked by: the greatest distance of its metrics."""
        return max((one.distance for one in self.variances if one.distance is not None), default=Decimal(-1))


@dataclass(frozen=True, slots=True)
class VarianceView:
    """The variances since the review of `week`, which ended at `since`; None: nobody held one, so all are new.

    `expected_by_chance` is how many flags on either side steady metrics would show in that time, and `counted` how many
    metrics have limits or a baseline.
    """

    week: str | None
    since: datetime | None
    items: tuple[VarianceItem, ...]
    expected_by_chance: Decimal
    counted: int


def list_variances(scope: BriefingScope) -> VarianceView:
    """The variances since the last review, the greatest distance first."""
    week, since = _find_last_review(scope.org, scope.now)
    rows = [row for row in scope.rows if row.seat.is_active]
    sides = (Variation.CONCERN, Variation.IMPROVEMENT)
    found = [_measure(scope, row, one) for row, one in list_changed(scope, rows, since, sides)]
    items = _group_by_source(rows, found)
    ordered = sorted(items, key=lambda item: (-item.distance, item.variances[0].row.seat, item.variances[0].row.metric))
    odds = [chance for row in rows if (chance := _find_chance(scope, row)) is not None]
    share = min(Decimal(1), _divide(scope.now - since, _A_QUARTER)) if since else Decimal(1)
    expected = EXACT.multiply(sum(odds, Decimal(0)), share).quantize(Decimal("0.1"), context=EXACT)
    return VarianceView(week, since, tuple(ordered), expected, len(odds))


def _divide(span: timedelta, whole: timedelta) -> Decimal:
    return EXACT.divide(Decimal(int(span.total_seconds())), Decimal(int(whole.total_seconds())))


def _find_last_review(org: Org, now: datetime) -> tuple[str | None, datetime | None]:
    ended = [(one.ended, one.week) for one in org.reviews.values() if one.ended and one.ended <= now]
    if not ended:
        return None, None
    at, week = max(ended)
    return week, at


def _measure(scope: BriefingScope, row: MetricRow, one: HealthRow) -> Variance:
    found = scope.judge(row)
    reading = found.series.readings[-1]
    if found.method is Method.HITS or not found.limits:
        return Variance(one, reading.period.text, reading.cell.value, None)
    limits = found.limits[-1]
    moving_range = EXACT.divide(EXACT.subtract(limits.upper, limits.mean), _RANGES)
    distance = EXACT.divide(abs(EXACT.subtract(reading.amount, limits.mean)), moving_range)
    return Variance(one, reading.period.text, reading.cell.value, distance.quantize(_PLACES, context=EXACT))


def _find_chance(scope: BriefingScope, row: MetricRow) -> Decimal | None:
    """How often a steady metric is flagged in a quarter, on either side; None if it has no limits and no baseline."""
    found = scope.judge(row)
    odds = find_quarter_odds(row, found, tuple(Side))
    return 2 * odds if odds is not None and found.method is Method.HITS else odds


def _group_by_source(rows: list[MetricRow], found: list[Variance]) -> list[VarianceItem]:
    """One item for each variance; one for a source if a third or more of its metrics vary, and more than one."""
    sources = {(row.seat.id, row.metric.id): row.metric.source for row in rows}
    every = Counter(source for source in sources.values() if source)
    groups: dict[str, list[Variance]] = {}
    for one in found:
        groups.setdefault(sources[one.row.seat, one.row.metric], []).append(one)
    items: list[VarianceItem] = []
    for source, some in groups.items():
        if source and len(some) >= _LEAST_TOGETHER and _PART * len(some) >= every[source]:
            items.append(VarianceItem(source, every[source], tuple(some)))
        else:
            items += [VarianceItem(None, None, (one,)) for one in some]
    return items
