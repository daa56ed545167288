"""How often chance alone shows what a metric shows.

The shares of steady series that are flagged come from simulations, which `make bench` repeats (tools/bench_health.py).
They assume a series that does not change, whose values are independent of each other and normally distributed, limits
from a baseline of 12 values, and one look at each new value of a quarter.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import comb, prod
from typing import NamedTuple

from orgtp.model.period import Cadence, Grain
from orgtp.model.seat import Metric
from orgtp.model.value import EXACT
from orgtp.views.variation.binomial import Tally

# The new cells of a quarter, by their size.
CELLS_PER_QUARTER = {Grain.DAY: 91, Grain.WEEK: 13, Grain.MONTH: 3, Grain.QUARTER: 1}
WORKDAYS_PER_QUARTER = 65
# The share of steady series that an XmR chart flags on one side, and on either side, by the number of new values.
XMR_ONE_SIDE = {1: "0.012", 3: "0.035", 13: "0.145", 65: "0.41", 91: "0.48"}
XMR_BOTH_SIDES = {1: "0.023", 3: "0.07", 13: "0.27", 65: "0.65", 91: "0.74"}
# The share of steady series of hits that are flagged, on average over rates of 50% to 99% and at most, by the number of
# new cells, each with a look. First where a cell is one opportunity, then where it has several.
HITS_ALONE = {
    1: ("0.004", "0.01"),
    3: ("0.01", "0.015"),
    13: ("0.02", "0.04"),
    65: ("0.03", "0.06"),
    91: ("0.03", "0.07"),
}
HITS_SEVERAL = {
    1: ("0.006", "0.01"),
    3: ("0.015", "0.02"),
    13: ("0.04", "0.06"),
    65: ("0.2", "0.23"),
    91: ("0.33", "0.38"),
}
_PLACES, _DIGITS = 4, 2
_CACHED = 4096


def count_cells_per_quarter(metric: Metric) -> int:
    """How many cells of a metric begin in a quarter."""
    grain = metric.cell_grain
    if grain is Grain.DAY and metric.cadence is Cadence.WEEKDAYS:
        return WORKDAYS_PER_QUARTER
    return CELLS_PER_QUARTER[grain]


def find_flag_odds(cells: int, *, both_sides: bool) -> Decimal:
    """The share of steady metrics with XmR limits that are flagged in a quarter of `cells` new values."""
    return Decimal((XMR_BOTH_SIDES if both_sides else XMR_ONE_SIDE)[cells])


class HitsOdds(NamedTuple):
    """The share of steady series of hits that are flagged in a quarter: on average over their rates, and at most."""

    usual: Decimal
    most: Decimal


def find_hits_odds(cells: int, *, has_several: bool) -> HitsOdds:
    """The odds of a quarter of `cells` new cells, which have one opportunity each, or several."""
    return HitsOdds(*map(Decimal, (HITS_SEVERAL if has_several else HITS_ALONE)[cells]))


def compute_run_odds(misses: int, hit_rate: Decimal, cells: int) -> Decimal:
    """How often a seat with this hit rate, 0 to 1, has at least `misses` in a row within `cells` cells.

    The chance that a run ends for the first time at cell n is that there was none until the hit before the run:
    f(n) = (1 - F(n - k - 1)) p q^k, with p the rate of hits, q that of misses, k the length and F(n) = f(k) + … + f(n).
    """
    if misses <= 0:
        return Decimal(1)
    miss_rate = 1 - hit_rate
    run = miss_rate**misses
    seen = [Decimal(0)] * (cells + 1)
    for cell in range(misses, cells + 1):
        first = run if cell == misses else (1 - seen[cell - misses - 1]) * hit_rate * run
        seen[cell] = seen[cell - 1] + first
    return seen[cells]


def round_odds(odds: Decimal) -> Decimal:
    """Odds with four places, or two digits if they are smaller, half to even, without zeros at the end."""
    places = max(_PLACES, _DIGITS - 1 - odds.adjusted()) if odds else _PLACES
    rounded = odds.quantize(Decimal(1).scaleb(-places), context=EXACT)
    return Decimal(f"{rounded.normalize():f}")


@lru_cache(maxsize=_CACHED)
def predict_run_odds(misses: int, record: Tally, cells: int) -> Decimal:
    """How often a seat with this record has at least `misses` in a row within `cells` cells.

    The record leaves the hit rate uncertain, a short one most of all, so the odds are the mean over all rates: beta
    with (hits + ½, misses + ½), as for a flag of hits. At a known rate p, with q = 1 - p and n cells, a run of k has
    the chance Σ (-1)^(j + 1) (C(n - jk, j - 1) p^(j - 1) + C(n - jk, j) p^j) q^(jk) over j from 1 (inclusion and
    exclusion of the cells with which a run begins). Its terms nearly cancel, so the fractions are exact.
    """
    if misses <= 0:
        return Decimal(1)
    total = Fraction(0)
    for runs in range(1, cells // misses + 1):
        rest, missed = cells - runs * misses, runs * misses
        term = comb(rest, runs - 1) * _find_mean_chance(runs - 1, missed, record)
        term += comb(rest, runs) * _find_mean_chance(runs, missed, record)
        total += term if runs % 2 else -term
    return EXACT.divide(Decimal(total.numerator), Decimal(total.denominator))


def _find_mean_chance(hits: int, misses: int, record: Tally) -> Fraction:
    """The mean of p^hits q^misses over the hit rates p of a record: B(a + hits, b + misses) / B(a, b)."""
    doubled_a, doubled_b = 2 * record.hits + 1, 2 * record.misses + 1
    above = prod(range(doubled_a, doubled_a + 2 * hits, 2)) * prod(range(doubled_b, doubled_b + 2 * misses, 2))
    both = doubled_a + doubled_b
    return Fraction(above, prod(range(both, both + 2 * (hits + misses), 2)))
