"""What is a value: text that some kind of metric would take, made of what a source's own library hands over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Context, Decimal

from orgtp.model.errors import BadValue
from orgtp.model.value import EXACT, Unit, ValueKind, write_number
from orgtp.sources.kind import SourceFailed

_SHOWN = 40
_CURRENCY = re.compile(r"-?\s*([A-Za-z]{3})\s*-?[0-9.]")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
# Far more digits than any value may have; beyond them a number is not even written out.
_FAR = 100
_DIGITS = 15
# A mean of exact numbers may have no end.
_MEAN = Context(prec=_DIGITS)


def check_value(text: str) -> str:
    """`text` without the blanks around it, where a metric of some kind would take it. Raises `SourceFailed`."""
    text = text.strip()
    if not text:
        raise SourceFailed("it said nothing")
    if not any(_unit_accepts(unit, text) for unit in _candidate_units(text)):
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise SourceFailed(f'"{shown}" is no value', again=False)
    return text


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
    """The text of a value as a library gave it, which reasons call `what`. Raises `SourceFailed`."""
    if value is None:
        raise SourceFailed(f"{what} is null: nobody knows", again=False)
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
    raise SourceFailed(f"{what} is {_NAMES.get(type(value), type(value).__name__)}, no value", again=False)


_NAMES: dict[type, str] = {dict: "an object", list: "a list"}


def _format_raw_number(value: float | Decimal, what: str) -> str:
    """A number in plain digits; a binary float, as SQLite has it, to the digits that it holds for certain."""
    number = Decimal(format(value, f".{_DIGITS}g") if isinstance(value, float) else value)
    if not number.is_finite() or abs(number.adjusted()) > _FAR or len(number.as_tuple().digits) > _FAR:
        raise SourceFailed(f"{what} is no number that can be written", again=False)
    return write_number(number)


def parse_amount(text: str, what: str) -> Decimal:
    """The number that `text` says. Raises `SourceFailed`."""
    try:
        return Unit(ValueKind.NUMBER).parse_amount(text)
    except BadValue as error:
        raise SourceFailed(f'{what}: "{text[:_SHOWN]}" is no number', again=False) from error


def sum_numbers(numbers: Sequence[Decimal]) -> Decimal:
    """The exact sum."""
    added = Decimal(0)
    for number in numbers:
        added = EXACT.add(added, number)
    return added


def average_numbers(numbers: Sequence[Decimal]) -> Decimal:
    """The mean, to fifteen digits."""
    return _MEAN.divide(sum_numbers(numbers), Decimal(len(numbers)))
