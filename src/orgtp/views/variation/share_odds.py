"""How often a p-chart of a share that does not change shows a flag.

The cases of a value are binomial, so the odds follow from the share and the number of cases. They are computed: a small
number of cases, or a share near 0% or 100%, is far from normal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from math import erf, exp, isqrt, lgamma, log, sqrt
from typing import NamedTuple

from orgtp.views.variation.shares import ShareBaseline
from orgtp.views.variation.xmr import BASELINE, RUN, Limits, Side

# The share of the baseline is uncertain: the odds are the mean over the shares that fit it.
_SHARES, _FURTHEST = 15, 4.0
# A greater number of cases, in standard deviations, is taken as normal.
_MOST_EXACT = 100
# The values within so many standard deviations are summed.
_REACH = 9
_HALFWAY_BEFORE = 3
_CACHED, _PLACES, _WHOLE = 1024, 12, 100


class _State(NamedTuple):
    """What the last values leave for the next: which of three were past half-way, and the run on one side.

    `halfway` has -1, 0 or 1 for each of the last three values, and `run` is negative below the mean.
    """

    halfway: tuple[int, ...]
    run: int


class _Zone(NamedTuple):
    """A zone of the chart: the side of the mean, whether it is past half-way, and whether it is beyond the limit."""

    side: int
    is_halfway: bool
    is_beyond: bool


@lru_cache(maxsize=_CACHED)
def compute_share_odds(baseline: ShareBaseline, looks: int, sides: tuple[Side, ...]) -> Decimal:
    """The share of quarters with `looks` new values in which a share that does not change is flagged on these sides.

    Each value has the average number of cases of the baseline. The true share is any that fits the baseline: beta with
    (hits + ½, misses + ½) of its cases. The windows of the first looks reach into the baseline.
    """
    limits, cases = baseline.limits_for(None), baseline.usual_cases
    mean = float(baseline.mean) / _WHOLE
    signs = frozenset(-1 if side is Side.LOW else 1 for side in sides)
    start: dict[_State, float] = {_State((0,) * _HALFWAY_BEFORE, 0): 1.0}
    zones = _measure_zones(mean, cases, limits)
    for _ in range(BASELINE):
        start = _take_value(start, zones, signs, drops_flags=False)
    odds = 0.0
    for share, weight in _list_shares(mean, BASELINE * cases):
        steady, zones = start, _measure_zones(share, cases, limits)
        for _ in range(looks):
            steady = _take_value(steady, zones, signs, drops_flags=True)
        odds += weight * (1 - sum(steady.values()))
    return max(Decimal(0), round(Decimal(odds), _PLACES))


def _list_shares(mean: float, cases: int) -> Iterator[tuple[float, float]]:
    """Shares that fit a baseline with these cases, and their weights: evenly spaced on the scale of log-odds."""
    a, b = mean * cases + 0.5, (1 - mean) * cases + 0.5
    middle, spread = log(a / b), sqrt(1 / a + 1 / b)
    found = []
    for number in range(_SHARES):
        share = 1 / (1 + exp(-(middle + spread * _FURTHEST * (2 * number / (_SHARES - 1) - 1))))
        found.append((share, a * log(share) + b * log(1 - share)))
    greatest = max(weight for _, weight in found)
    total = sum(exp(weight - greatest) for _, weight in found)
    return ((share, exp(weight - greatest) / total) for share, weight in found)


def _take_value(
    states: dict[_State, float], zones: dict[_Zone, float], signs: frozenset[int], *, drops_flags: bool
) -> dict[_State, float]:
    """The states after one more value; without those that it flags on one of the sides, if they are to be dropped."""
    found: defaultdict[_State, float] = defaultdict(float)
    for state, chance in states.items():
        for zone, share in zones.items():
            is_watched = zone.side in signs
            window = (*state.halfway, zone.side if is_watched and zone.is_halfway else 0)
            run = _extend_run(state.run, zone.side) if is_watched or not zone.side else 0
            is_pattern = window.count(zone.side) >= _HALFWAY_BEFORE or abs(run) >= RUN
            if drops_flags and is_watched and (zone.is_beyond or is_pattern):
                continue
            found[_State(window[1:], max(1 - RUN, min(RUN - 1, run)))] += chance * share
    return found


def _extend_run(run: int, side: int) -> int:
    """The run after a value on a side, or on the mean, which neither breaks nor extends it."""
    if not side:
        return run
    return run + side if run * side > 0 else side


def _measure_zones(share: float, cases: int, limits: Limits) -> dict[_Zone, float]:
    """The chance of each zone for a value of `cases` cases with this true share."""
    found: defaultdict[_Zone, float] = defaultdict(float)
    spread = sqrt(cases * share * (1 - share))
    if spread > _MOST_EXACT:
        for good, chance in _list_normal(share, cases, spread):
            found[_find_zone(good, cases, limits)] += chance
        return found
    centre, reach = round(cases * share), isqrt(round((_REACH * spread) ** 2)) + _REACH
    for count in range(max(0, centre - reach), min(cases, centre + reach) + 1):
        ways = lgamma(cases + 1) - lgamma(count + 1) - lgamma(cases - count + 1)
        chance = exp(ways + count * log(share) + (cases - count) * log(1 - share))
        found[_find_zone(Decimal(count), cases, limits)] += chance
    return found


def _list_normal(share: float, cases: int, spread: float) -> Iterator[tuple[Decimal, float]]:
    """The numbers of good cases in steps of a fiftieth of a standard deviation, as of a normal distribution."""
    steps = 50
    for number in range(-_REACH * steps, _REACH * steps + 1):
        low, high = ((number + half) / steps / sqrt(2) for half in (-0.5, 0.5))
        yield round(Decimal(cases * share + spread * number / steps), 3), (erf(high) - erf(low)) / 2


def _find_zone(good: Decimal, cases: int, limits: Limits) -> _Zone:
    percent = _WHOLE * good / cases
    side = Side.LOW if percent < limits.mean else Side.HIGH
    sign = 0 if percent == limits.mean else -1 if side is Side.LOW else 1
    return _Zone(sign, limits.is_past_halfway(percent, side), limits.is_beyond(percent, side))
