"""Plausibility: values that fit their metric but look mistyped, compared with its recent values and its target.

A doubt never refuses a value. On a terminal, the person is asked; elsewhere it is a warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.period import Period
from orgtp.model.score import Score
from orgtp.model.seat import Metric
from orgtp.model.target import Target
from orgtp.model.value import EXACT, Unit, ValueKind, read_other_comma

# A quarter of weekly values.
_RECENT = 13
_FEW = 3
_HALF_A_DAY = Decimal(12 * 3600)
_A_DAY = Decimal(24 * 3600)
_WHOLE = Decimal(100)
# How far a factor of 100 or 1,000 may be off, because values differ anyway.
_ABOUT = Decimal(2)


@dataclass(frozen=True, slots=True)
class _Usual:
    """What values of a metric are usually like: its recent ones, or else the bounds of its target."""

    unit: Unit
    recent: tuple[Decimal, ...]
    target: Target | None

    @property
    def all(self) -> list[Decimal]:
        """The recent values and the bounds of the target."""
        return [*self.recent, *([self.target.low, self.target.high] if self.target else [])]

    @property
    def typical(self) -> Decimal | None:
        """The median of the recent values; without any, a bound that a value may not be far below."""
        if self.recent:
            return sorted(self.recent)[len(self.recent) // 2]
        at_most = self.target is None or (self.target.operator == "<=" and self.unit.kind is not ValueKind.TIME)
        return None if at_most or self.target is None else self.target.low

    def describe(self) -> str:
        """Name the typical value: `the usual 104%`."""
        shown = self.unit.format_shown(self.unit.format_stored(self.typical or Decimal(0)))
        return f"the usual {shown}" if self.recent else f"its target, {self.target.text if self.target else shown}"


@dataclass(frozen=True, slots=True)
class UsualValues:
    """What values of a metric are usually like: a typical one, and the range in which nothing is doubted, if known."""

    typical: Decimal | None
    least: Decimal | None
    most: Decimal | None


def find_usual_values(org: Org, seat: str, metric: Metric, period: Period) -> UsualValues:
    """What a value of a period is compared with before it is recorded, to say at once that it looks mistyped."""
    recent = _find_recent_amounts(org, metric, seat, period.text)
    usual = _Usual(metric.targets.unit, recent, metric.targets.target_for(period))
    return UsualValues(usual.typical, min(recent, default=None), max(recent, default=None))


def find_doubt(org: Org, metric: Metric, score: Score, typed: str) -> str:
    """Why the value of a new record may be mistyped, as a sentence; "" if it looks plausible.

    `typed` is the value as it was entered.
    """
    period = score.parsed_period
    if score.value is None or period is None or not metric.targets.dated:
        return ""
    unit = metric.targets.unit
    amount = unit.parse_amount(score.value)
    usual = _Usual(unit, _find_recent_amounts(org, metric, score.seat, score.period), metric.targets.target_for(period))
    # One slip among the recent values does not make the next one plausible.
    common = sorted(usual.recent)[1:-1] if len(usual.recent) > _FEW else usual.recent
    if common and min(common) <= amount <= max(common):
        return ""
    return _doubt_scale(usual, amount, typed) or _doubt_range(usual, amount) or _doubt_time(usual, amount)


def _find_recent_amounts(org: Org, metric: Metric, seat: str, without: str) -> tuple[Decimal, ...]:
    """The newest values of the metric for periods other than `without`, as far as they are read."""
    found = []
    for period, other in sorted(org.scores_in_force(seat, metric.id).items(), reverse=True):
        amount = metric.targets.unit.find_amount(other.value) if other.value is not None else None
        if amount is not None and period != without:
            found.append(amount)
        if len(found) == _RECENT:
            break
    return tuple(found)


def _doubt_scale(usual: _Usual, amount: Decimal, typed: str) -> str:
    """Doubt a percentage written as a ratio (1.04 for 104%) or the reverse, and a comma that may be a decimal comma."""
    typical = usual.typical
    if typical is None or not typical or not amount or usual.unit.kind is ValueKind.TIME:
        return ""
    factor = EXACT.divide(amount, typical)
    shown = usual.unit.format_shown(usual.unit.format_stored(amount))
    if usual.unit.kind is ValueKind.PERCENT:
        for what, scale in (("hundredth of", _WHOLE), ("hundred times", 1 / _WHOLE)):
            if _is_about_one(factor * scale):
                meant = usual.unit.format_shown(usual.unit.format_stored(amount * scale))
                return f"{shown} is about a {what} {usual.describe()}. Is {meant} meant?"
    other = read_other_comma(usual.unit, typed)
    if other is not None and _is_about_one(EXACT.divide(other, typical)) and not _is_about_one(factor):
        meant = usual.unit.format_shown(usual.unit.format_stored(other))
        return f"{typed} is read as {shown}, about a thousand times {usual.describe()}. Is {meant} meant?"
    return ""


def _is_about_one(factor: Decimal) -> bool:
    return 1 / _ABOUT <= factor <= _ABOUT


def _doubt_range(usual: _Usual, amount: Decimal) -> str:
    """Doubt the first negative value, and the first percentage above 100."""
    shown = usual.unit.format_shown(usual.unit.format_stored(amount))
    known = "no earlier value is, and neither is its target" if usual.recent else "its target is not"
    if amount < 0 and _all_at_least(usual.all, Decimal(0)):
        return f"{shown} is negative; {known}."
    if usual.unit.kind is ValueKind.PERCENT and amount > _WHOLE and max(usual.all, default=_WHOLE) <= _WHOLE:
        return f"{shown} is more than 100%; {known}."
    return ""


def _all_at_least(amounts: Sequence[Decimal], least: Decimal) -> bool:
    return min(amounts, default=least) >= least


def _doubt_time(usual: _Usual, amount: Decimal) -> str:
    """Doubt a time shortly after midnight where values are usually late in the day."""
    typical = usual.typical
    if usual.unit.kind is not ValueKind.TIME or typical is None or typical - amount <= _HALF_A_DAY:
        return ""
    shown, later = usual.unit.format_stored(amount), usual.unit.format_stored(amount + _A_DAY)
    return f"{shown} is far before {usual.describe()}. If it was after the midnight that ended the day, record {later}."
