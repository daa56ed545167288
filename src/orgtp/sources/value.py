"""Convert what a source returns to text that a metric accepts as a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Context, Decimal

from orgtp.model.errors import BadValue
from orgtp.model.value import EXACT, Unit, ValueKind, read_other_comma, write_number
from orgtp.sources.kind import SourceFailed

_SHOWN = 40
_CURRENCY = re.compile(r"-?\s*([A-Za-z]{3})\s*-?[0-9.]")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
# More digits than any value may have. A longer number is refused before it is written out.
_FAR = 100
_DIGITS = 15
# The decimal expansion of a mean may be infinite.
_MEAN = Context(prec=_DIGITS)


def check_value(text: str) -> str:
    """Return `text` stripped, if a metric of some kind accepts it. Raises `SourceFailed`."""
    text = text.strip()
    if not text:
        raise SourceFailed("it returned nothing")
    if not any(_unit_accepts(unit, text) for unit in _candidate_units(text)):
        meant = _suggest_number(text)
        raise SourceFailed(f'"{_shorten_text(text)}" is not a value{meant and f" (is {meant} meant?)"}', again=False)
    return text


def _suggest_number(text: str) -> str:
    """The number that a text with a decimal comma means; "" if it is something else."""
    unit = Unit(ValueKind.NUMBER)
    meant = read_other_comma(unit, text)
    return unit.format_stored(meant) if meant is not None else ""


def _shorten_text(text: str) -> str:
    """A text as messages quote it. The mark at the end says that it was cut, which `SecretRedactor` has to know."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _candidate_units(text: str) -> list[Unit]:
    named = _CURRENCY.match(text)
    signs = [currency for sign, currency in _SIGNS.items() if sign in text[:2]]
    currencies = [*signs, *([named[1].upper()] if named else [])]
    bare = [Unit(kind) for kind in ValueKind if kind is not ValueKind.MONEY]
    return [*bare, *(Unit(ValueKind.MONEY, currency) for currency in currencies)]


def _unit_accepts(unit: Unit, text: str) -> bool:
    try:
        unit.parse_amount(text)
    except BadValue:
        return False
    return True


def format_raw_value(value: object, what: str) -> str:
    """Return the text of a value from a library, which messages call `what`. Raises `SourceFailed`."""
    if value is None:
        raise SourceFailed(f"{what} is null, so the value is unknown", again=False)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float, Decimal)):
        return _format_raw_number(value, what)
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        return f"{write_number(Decimal(value // timedelta(microseconds=1)).scaleb(-6))}s"
    raise SourceFailed(f"{what} is {_NAMES.get(type(value), type(value).__name__)}, not a value", again=False)


_NAMES: dict[type, str] = {dict: "an object", list: "a list"}


def _format_raw_number(value: float | Decimal, what: str) -> str:
    """Format a number in plain digits; a binary float, as in SQLite, to its 15 reliable digits."""
    number = Decimal(format(value, f".{_DIGITS}g") if isinstance(value, float) else value)
    if not number.is_finite() or abs(number.adjusted()) > _FAR or len(number.as_tuple().digits) > _FAR:
        raise SourceFailed(f"{what} is infinite, not a number, or has too many digits", again=False)
    return write_number(number)


def parse_amount(text: str, what: str) -> Decimal:
    """Parse the number `text`. Raises `SourceFailed`."""
    try:
        return Unit(ValueKind.NUMBER).parse_amount(text)
    except BadValue as error:
        raise SourceFailed(f'{what}: "{_shorten_text(text)}" is not a number', again=False) from error


def sum_numbers(numbers: Sequence[Decimal]) -> Decimal:
    """Return the exact sum."""
    added = Decimal(0)
    for number in numbers:
        added = EXACT.add(added, number)
    return added


def average_numbers(numbers: Sequence[Decimal]) -> Decimal:
    """Return the mean, to 15 digits."""
    return _MEAN.divide(sum_numbers(numbers), Decimal(len(numbers)))
