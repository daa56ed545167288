"""Numbers as a page shows them: the same everywhere, and never rounded across a target.

In a grid, a number has at most one decimal and no unit, because the column of targets has it. Beside a chart, it has
all of its decimals and its unit. A minus is a true minus sign.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from functools import lru_cache

from orgtp.model.target import Target
from orgtp.model.value import DIGITS, EXACT, MINUS, NUMBERS, Unit, ValueKind
from orgtp.render.wording.values import format_value

_MINUTE, _HOUR = Decimal(60), Decimal(3600)
# From here on, the cents of an amount of money say nothing in a grid.
_MUCH_MONEY = Decimal(1000)


def format_full_figure(value: str | None, measure: Unit | None) -> str:
    """A stored value with all of its decimals and its unit: `75.98%`, `USD 13,100`, `3h40m`; `unknown` for None."""
    text = format_value(value, measure)
    return text.replace("-", MINUS) if value is not None and measure and measure.kind in NUMBERS else text


def format_grid_figure(value: str | None, measure: Unit | None, targets: Collection[Target] = ()) -> str:
    """A stored value for a grid: at most one decimal, and no unit. "" for None; hits (`4/5`) are unchanged.

    A rounded value never has another verdict by one of `targets` than the value, and never becomes zero: it has more
    decimals instead.
    """
    return "" if value is None else _shorten(value, measure, tuple(targets))


def format_short_figure(value: str | None, measure: Unit | None, targets: Collection[Target] = ()) -> str:
    """A value as in a grid, with its unit, for the labels of a chart: `97.3%`, `USD 13,100`."""
    text = format_grid_figure(value, measure, targets)
    if measure is None or value is None or "/" in value:
        return text
    return measure.add_unit(text)


@lru_cache(maxsize=16384)
def _shorten(value: str, measure: Unit | None, targets: tuple[Target, ...]) -> str:
    """The value without its unit, rounded."""
    if measure is None or "/" in value:
        return value
    amount = measure.find_amount(value)
    if amount is None:
        return value
    shown = _round_for_grid(amount, measure.kind, targets)
    if measure.kind in NUMBERS:
        return f"{shown:,f}".replace("-", MINUS)
    return measure.format_stored(shown)


def _round_for_grid(amount: Decimal, kind: ValueKind, targets: tuple[Target, ...]) -> Decimal:
    """The amount with as few decimals as the kind wants, or as many more as keep it on its side of each target."""
    if kind is ValueKind.YES_NO:
        return amount
    if kind in NUMBERS:
        plain = amount if amount == amount.to_integral_value() else amount.normalize(EXACT)
        places = 0 if kind is ValueKind.MONEY and abs(amount) >= _MUCH_MONEY else 1
        if -_count_exponent(plain) <= 0:
            return plain.quantize(Decimal(1), context=EXACT)
        steps = [Decimal(1).scaleb(-more) for more in range(places, min(DIGITS, -_count_exponent(plain)))]
    else:
        plain = amount
        steps = [_MINUTE] if kind is ValueKind.TIME or amount >= _HOUR else []
        steps += [Decimal(1)] if kind is ValueKind.TIME or amount >= _MINUTE else [Decimal(1).scaleb(-1)]
    for step in steps:
        rounded = EXACT.multiply(EXACT.divide(plain, step).quantize(Decimal(1), context=EXACT), step)
        if _is_same(amount, rounded, targets):
            return rounded
    return plain


def _count_exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _is_same(amount: Decimal, rounded: Decimal, targets: tuple[Target, ...]) -> bool:
    """Whether a rounded amount has the same verdicts, and is not zero unless the amount is."""
    if bool(amount) is not bool(rounded):
        return False
    return all(target.is_met(amount) == target.is_met(rounded) for target in targets)
