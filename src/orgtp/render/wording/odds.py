"""Write odds and limits for people: everywhere the same, and rounded, for their last digits mean nothing."""

from __future__ import annotations

from decimal import Decimal

from orgtp.model.value import ValueKind, write_number
from orgtp.render.spans import CODE, Line, join_spans
from orgtp.views.health.types import HealthRow

_MINUTE, _AN_HOUR, _WHOLE = Decimal(60), Decimal(3600), Decimal(100)
_PLACES = 2


def format_share(share: Decimal) -> str:
    """A share of 0 to 1 as a percentage with at most one decimal: `14.5%`."""
    shown = round(share * 100, 1)
    return "less than 0.1%" if share > 0 and not shown else f"{write_number(shown)}%"


def format_baseline(one: HealthRow) -> Line:
    """`limits 88.1% to 97.4%, mean 92.8%`, or for hits `84 of 88 on target in the baseline`; empty without either."""
    then = one.facts.hits_then
    if then is not None:
        return join_spans((f"{then.hits} of {then.total}", CODE), " on target in the baseline")
    limits = format_limits(one)
    return join_spans("limits ", (limits, CODE)) if limits else []


def format_limits(one: HealthRow) -> str:
    """The limits and the mean: `88.1% to 97.4%, mean 92.8%`; "" without any, as for hits."""
    if one.mean is None or one.facts.is_count:
        return ""
    lower, mean, upper = (shorten_limit(one, text) for text in (one.lower, one.mean, one.upper))
    return f"{lower} to {upper}, mean {mean}" if lower and upper else f"mean {mean}"


def shorten_limit(one: HealthRow, text: str | None) -> str:
    """A limit for people: with two decimals or digits that count, a time of day to the minute, a share up to 100%."""
    unit = one.facts.measure
    if text is None or unit is None:
        return text or ""
    amount = unit.parse_amount(text)
    if one.facts.is_share:
        amount = min(max(amount, Decimal(0)), _WHOLE)
    if unit.kind in {ValueKind.TIME, ValueKind.DURATION}:
        minutes = unit.kind is ValueKind.TIME or amount >= _AN_HOUR
        amount = round(amount / _MINUTE) * _MINUTE if minutes else amount
        return unit.format_shown(unit.format_stored(amount))
    places = _PLACES - min(amount.adjusted() + 1, 0) if amount else _PLACES
    return unit.format_shown(write_number(round(amount, places)))
