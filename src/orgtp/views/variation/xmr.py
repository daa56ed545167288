"""XmR charts: the natural limits of a series, and the three rules that tell a change from chance.

Wheeler, "Understanding Variation" (2000) and "Making Sense of Data" (2003). The limits are the mean ± 2.66 times the
average moving range of the baseline: 2.66 is 3 / d2, with d2 = 1.128 for the range of two normal values.

Nothing here knows seats or periods: a series is a list of decimals, and `None` in it is a value that nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from orgtp.lazy_dataclass import dataclass
from orgtp.model.value import EXACT

BASELINE = 12
LEAST_DIFFERENT = 4
RUN = 8
_WINDOW, _NEEDED = 4, 3
_PER_RANGE = Decimal("2.66")


class DetectionRule(StrEnum):
    """The rule by which a change stands out."""

    BEYOND_LIMIT = "beyond-limit"
    THREE_OF_FOUR = "three-of-four"
    RUN_OF_EIGHT = "run-of-eight"
    BINOMIAL = "binomial"


class Side(StrEnum):
    """One side of the mean."""

    LOW = "low"
    HIGH = "high"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.HIGH if self is Side.LOW else Side.LOW


@dataclass(frozen=True, slots=True)
class Limits:
    """The mean of a baseline and its natural limits, for one value. An XmR chart has the same ones for all values."""

    mean: Decimal
    lower: Decimal
    upper: Decimal

    def is_beyond(self, value: Decimal, side: Side) -> bool:
        """Whether `value` is beyond the limit of that side. A value on the limit is not."""
        return value < self.lower if side is Side.LOW else value > self.upper

    def is_past_halfway(self, value: Decimal, side: Side) -> bool:
        """Whether `value` is further from the mean than half the distance to the limit of that side."""
        if side is Side.LOW:
            return 2 * value < self.mean + self.lower
        return 2 * value > self.mean + self.upper

    def is_on_side(self, value: Decimal, side: Side) -> bool:
        """Whether `value` is on that side of the mean. A value on the mean is on neither."""
        return value < self.mean if side is Side.LOW else value > self.mean


@dataclass(frozen=True, slots=True)
class Point:
    """A known value and the limits that apply to it."""

    value: Decimal
    limits: Limits


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that the newest value completes, and the number of the first value of the change."""

    rule: DetectionRule
    first: int


def compute_limits(baseline: Sequence[Decimal | None]) -> Limits | None:
    """The limits of a baseline, from its known values; None if it is too coarse to have any.

    A moving range is the distance of two known values that are next to each other: a `None` between them has no range
    on either side. Too coarse: fewer than four different values, or an average moving range of 0.
    """
    known = [value for value in baseline if value is not None]
    ranges = [
        abs(EXACT.subtract(one, before)) for before, one in pairwise(baseline) if before is not None and one is not None
    ]
    if len(set(known)) < LEAST_DIFFERENT or not any(ranges):
        return None
    mean = EXACT.divide(_add(known), Decimal(len(known)))
    spread = EXACT.multiply(_PER_RANGE, EXACT.divide(_add(ranges), Decimal(len(ranges))))
    return Limits(mean, EXACT.subtract(mean, spread), EXACT.add(mean, spread))


def _add(amounts: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def find_signal(points: Sequence[Point], side: Side) -> Signal | None:
    """The signal on one side that stands at the newest of `points`, all of which are known values; None without one.

    `first` is the first value of the change: as long as a signal stood at each value up to the newest, it reaches back
    to the first value of the earliest of them.
    """
    newest = len(points) - 1
    rule = find_rule(points, newest, side)
    if rule is None:
        return None
    first = _find_first(points, newest, side, rule)
    at = newest - 1
    while at >= 0 and (before := find_rule(points, at, side)):
        first = min(first, _find_first(points, at, side, before))
        at -= 1
    return Signal(rule, first)


def find_rule(points: Sequence[Point], at: int, side: Side) -> DetectionRule | None:
    """The first of Wheeler's three rules that the value number `at` completes on one side.

    Three of four is Wheeler's wording: three of four successive values are more than half-way to the limit of that
    side, wherever the fourth is.
    """
    if not points:
        return None
    point = points[at]
    if point.limits.is_beyond(point.value, side):
        return DetectionRule.BEYOND_LIMIT
    window = points[max(0, at - _WINDOW + 1) : at + 1]
    if sum(one.limits.is_past_halfway(one.value, side) for one in window) >= _NEEDED:
        return DetectionRule.THREE_OF_FOUR
    return DetectionRule.RUN_OF_EIGHT if len(_find_run(points, at, side)) >= RUN else None


def _find_run(points: Sequence[Point], at: int, side: Side) -> list[int]:
    """The numbers of the values in a row on one side, newest first. One on the mean neither breaks nor extends it."""
    run: list[int] = []
    for number in range(at, -1, -1):
        point = points[number]
        if point.limits.is_on_side(point.value, side):
            run.append(number)
        elif point.limits.is_on_side(point.value, side.other):
            break
    return run


def _find_first(points: Sequence[Point], at: int, side: Side, rule: DetectionRule) -> int:
    """The number of the first value of the pattern that `rule` found at the value number `at`."""
    if rule is DetectionRule.BEYOND_LIMIT:
        return at
    if rule is DetectionRule.RUN_OF_EIGHT:
        return _find_run(points, at, side)[-1]
    begin = max(0, at - _WINDOW + 1)
    return next(n for n in range(begin, at + 1) if points[n].limits.is_past_halfway(points[n].value, side))
