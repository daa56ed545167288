"""Hits and misses: how likely the newest ones are for a seat that goes on as it was in its baseline.

The share of misses that a baseline of m misses and h hits shows is itself uncertain. With Jeffreys' prior, the number
of misses among the next n opportunities is beta-binomial with (m + ½, h + ½). XmR limits are not used for hits: they
flag half of the healthy series of "k of 5 days" in a quarter at a true rate of 95%.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import exp, lgamma

from orgtp.lazy_dataclass import dataclass

# A tail below this is a flag.
TAIL = Decimal("0.01")
_HALF = 0.5
_CACHED = 4096


@dataclass(frozen=True, slots=True)
class Tally:
    """How many opportunities were hits, and how many misses."""

    hits: int
    misses: int

    @property
    def total(self) -> int:
        """The number of opportunities."""
        return self.hits + self.misses


@lru_cache(maxsize=_CACHED)
def compute_tail(at_least: int, total: int, baseline: Tally) -> Decimal:
    """The chance of `at_least` or more misses in the next `total` opportunities of a seat with this baseline."""
    if at_least <= 0:
        return Decimal(1)
    chances = (_compute_chance(misses, total, baseline) for misses in range(at_least, total + 1))
    return _to_decimal(sum(chances))


@lru_cache(maxsize=_CACHED)
def compute_lower_tail(at_most: int, total: int, baseline: Tally) -> Decimal:
    """The chance of `at_most` misses or fewer in the next `total` opportunities of a seat with this baseline."""
    return _to_decimal(sum(_compute_chance(misses, total, baseline) for misses in range(at_most + 1)))


def _compute_chance(misses: int, total: int, baseline: Tally) -> float:
    """The chance of exactly `misses`: C(n, k) B(k + a, n - k + b) / B(a, b)."""
    a, b = baseline.misses + _HALF, baseline.hits + _HALF
    ways = lgamma(total + 1) - lgamma(misses + 1) - lgamma(total - misses + 1)
    return exp(ways + _log_beta(misses + a, total - misses + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _to_decimal(chance: float) -> Decimal:
    """A chance with twelve places: lgamma is exact to about fourteen."""
    return min(Decimal(1), round(Decimal(chance), 12))
