"""Values: six kinds, each an exact decimal, parsed from what people type and stored in one form.

A number, a percentage and an amount of money are in their own unit, a duration in seconds, a time of day in seconds
since the midnight that begins the day, and yes and no are 1 and 0. Binary floats are never used.

A time after the midnight that ends the day is written with hours from 24 on, as in timetables: `24:15` is a quarter
past that midnight (https://gtfs.org/documentation/schedule/reference/#field-types).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from enum import StrEnum
from functools import lru_cache

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadValue

# Enough digits for exact sums and products of DIGITS digits; the default context rounds at 28.
EXACT = Context(prec=80)
DIGITS = 24
_SHOWN_PLACES = 4
# Longer than any value, including spaces.
_LONGEST = 200


class ValueKind(StrEnum):
    """The kind of a metric's values, decided by its target."""

    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DURATION = "duration"
    TIME = "time of day"
    YES_NO = "yes/no"


# The kinds that are written in digits alone, and the sign of a negative amount on pages and in drawings.
NUMBERS = frozenset({ValueKind.NUMBER, ValueKind.PERCENT, ValueKind.MONEY})
MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Unit:
    """A kind and, for money, its ISO 4217 currency."""

    kind: ValueKind
    currency: str = ""

    def __hash__(self) -> int:
        return hash(self.currency)

    @property
    def text(self) -> str | None:
        """The unit in JSON: `%`, `USD`, `duration`, `time of day`, `yes/no`; None for a plain number."""
        return {ValueKind.NUMBER: None, ValueKind.PERCENT: "%", ValueKind.MONEY: self.currency}.get(
            self.kind, self.kind.value
        )

    def parse_amount(self, text: str) -> Decimal:
        """Parse an amount. Raises `BadValue` with the accepted forms."""
        amount = _parse_cached(self, text)
        if amount is None:
            accepted = _ACCEPTED[self.kind].format(self)
            hint = _suggest_decimal_point(self, text)
            raise BadValue(value=text, kind=_A_KIND[self.kind].format(self), hint=hint, accepted=accepted)
        return amount

    def find_amount(self, text: str) -> Decimal | None:
        """Parse an amount; None if the text is not one."""
        return _parse_cached(self, text)

    def format_stored(self, amount: Decimal) -> str:
        """The stored form of `amount`: `12.5`, `1h30m`, `07:52`, `yes`."""
        return _WRITERS[self.kind](amount)

    def normalize(self, text: str) -> str:
        """The stored form of `text`. Raises `BadValue` with the accepted forms."""
        return _normalize(self, text)

    def format_shown(self, stored: str) -> str:
        """Format a stored value for people: `92.5%`, `USD 185,000`, `1,200`. An invalid value is unchanged."""
        amount = _parse_cached(self, stored)
        return stored if amount is None else self.add_unit(self.format_bare(amount))

    def format_bare(self, amount: Decimal) -> str:
        """Format `amount` for people, but without its unit: `92.5`, `185,000`, `12.50` of money, `1h30m`."""
        stored = self.format_stored(amount)
        if self.kind not in NUMBERS:
            return stored
        grouped = f"{Decimal(stored):,f}"
        return _pad_cents(grouped) if self.kind is ValueKind.MONEY else grouped

    def add_unit(self, text: str) -> str:
        """Add the unit to amounts that are formatted without it: `92.5%`, `USD 185,000`, `10 to 20%`."""
        if self.kind is ValueKind.PERCENT:
            return f"{text}%"
        return f"{self.currency} {text}" if self.kind is ValueKind.MONEY else text


@lru_cache(maxsize=8192)
def _parse_cached(unit: Unit, text: str) -> Decimal | None:
    """The amount, or None. Cached, because views and rules read the same values repeatedly."""
    if len(text) > _LONGEST:
        return None
    return _READERS[unit.kind](text.strip().lower(), unit.currency.lower())


@lru_cache(maxsize=8192)
def _normalize(unit: Unit, text: str) -> str:
    return unit.format_stored(unit.parse_amount(text))


def _suggest_decimal_point(unit: Unit, text: str) -> str:
    """`Did you mean "0.5"? …` if the text has a decimal comma, else ""."""
    meant = replace_decimal_commas(text)
    if meant == text or _parse_cached(unit, meant) is None:
        return ""
    return f'Did you mean "{meant}"? A comma only separates groups of three digits, as in 1,200. '


# A comma that separates groups of three digits; a group never follows a leading zero.
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+"
_EXPONENT = r"e[+-]?[0-9]{1,3}"
_PLAIN = re.compile(rf"[+-]?(?:(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:{_EXPONENT})?|{_GROUPED}(?:\.[0-9]+)?)")
# Not part of a longer number. Two dots are those of a range.
_BEFORE, _AFTER = r"(?<![0-9,])(?<![0-9]\.)", r"(?![0-9,])"
_NUMBER_WITH_COMMA = re.compile(rf"{_BEFORE}([0-9]+|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+),([0-9]+){_AFTER}(?!\.[0-9])")
_GROUPED_NUMBER = re.compile(rf"{_BEFORE}{_GROUPED}{_AFTER}")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*(am|pm)?")
_PART = rf"([0-9.,]+(?:{_EXPONENT})?)"
_SPAN = re.compile(r"(?=.)" + r"\s*".join(f"(?:{_PART}{unit})?" for unit in ("d", "h", "m", "s", "ms")))
_ISO_SPAN = re.compile(r"p(?:([0-9.]+)d)?(?:t(?=.)(?:([0-9.]+)h)?(?:([0-9.]+)m)?(?:([0-9.]+)s)?)?")
_DAY, _HOUR, _MINUTE = 86400, 3600, 60
_NOON = 12
# Times of day are before this one: the end of the following day.
_LATEST = 2 * _DAY
_SYMBOLS = {"$": ("usd", "cad", "aud", "nzd", "sgd", "hkd", "mxn"), "€": ("eur",), "£": ("gbp",), "¥": ("jpy", "cny")}
_WORDS = {"yes": 1, "y": 1, "true": 1, "1": 1, "no": 0, "n": 0, "false": 0, "0": 0}


def replace_decimal_commas(text: str) -> str:
    """`text` with a decimal point for each decimal comma: `0.5` for `0,5`, `1234.5` for `1.234,5`.

    A comma that can separate groups of three digits (`1,200`) stays.
    """
    return _NUMBER_WITH_COMMA.sub(
        lambda match: match[0] if _GROUPED_NUMBER.fullmatch(match[0]) else f"{match[1].replace('.', '')}.{match[2]}",
        text,
    )


def read_other_comma(unit: Unit, text: str) -> Decimal | None:
    """The amount if the only comma of `text` is a decimal comma (`2,500` as 2.5); None if it cannot be one."""
    if text.count(",") != 1 or "." in text:
        return None
    return _parse_cached(unit, text.replace(",", "."))


def remove_group_marks(text: str) -> str:
    """`text` without the commas that separate groups of three digits: `1200` for `1,200`. Other commas stay."""
    return _GROUPED_NUMBER.sub(lambda match: match[0].replace(",", ""), text)


def _parse_number(text: str, _currency: str = "") -> Decimal | None:
    short = len(text) <= 2 * DIGITS and _PLAIN.fullmatch(text)
    return _limit_digits(Decimal(text.replace(",", ""))) if short else None


def _limit_digits(amount: Decimal) -> Decimal | None:
    """`amount`, or None if its stored form, which may have one digit more than the input, cannot be read back."""
    return amount if sum(mark.isdigit() for mark in write_number(amount)) <= DIGITS else None


def _parse_percent(text: str, _currency: str) -> Decimal | None:
    return _parse_number(text.removesuffix("%").rstrip())


def _parse_money(text: str, currency: str) -> Decimal | None:
    sign, rest = ("-", text[1:]) if text.startswith("-") else ("", text)
    symbol = next((symbol for symbol, used in _SYMBOLS.items() if currency in used and rest.startswith(symbol)), None)
    bare = rest.removeprefix(symbol or currency).lstrip() if rest != currency else rest
    return _parse_number(sign + bare) if not (sign and bare[:1] in "+-") else None


def _parse_duration(text: str, _currency: str) -> Decimal | None:
    match = _SPAN.fullmatch(text) or _ISO_SPAN.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    parts = [_parse_number(group) if group else Decimal(0) for group in match.groups()]
    known = [part for part in parts if part is not None]
    return _limit_digits(_sum_seconds(known)) if len(known) == len(parts) else None


def _sum_seconds(parts: list[Decimal]) -> Decimal:
    total = Decimal(0)
    # ISO 8601 has no milliseconds.
    sizes = (*map(Decimal, (_DAY, _HOUR, _MINUTE, 1)), Decimal("0.001"))
    for part, size in zip(parts, sizes, strict=False):
        total = EXACT.add(total, EXACT.multiply(part, size))
    return total


def _parse_time_of_day(text: str, _currency: str) -> Decimal | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(group or 0) for group in match.groups()[:3])
    if match[4]:
        hour = hour % _NOON + (_NOON if match[4] == "pm" else 0) if 1 <= hour <= _NOON else 99
    inside = hour * _HOUR < _LATEST and minute < _MINUTE and second < _MINUTE
    return Decimal(hour * _HOUR + minute * _MINUTE + second) if inside else None


def _parse_yes_no(text: str, _currency: str) -> Decimal | None:
    return Decimal(_WORDS[text]) if text in _WORDS else None


def write_number(amount: Decimal) -> str:
    """Write `amount` in plain digits: no exponent, no trailing zeros, no minus before a zero."""
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _write_duration(amount: Decimal) -> str:
    rest, out = amount, ""
    for size, letter in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        count = EXACT.divide_int(rest, Decimal(size))
        rest = EXACT.subtract(rest, EXACT.multiply(count, Decimal(size)))
        out += f"{write_number(count)}{letter}" if count else ""
    return out + f"{write_number(rest)}s" if rest or not out else out


def _write_time(amount: Decimal) -> str:
    hour, rest = divmod(int(amount), _HOUR)
    minute, second = divmod(rest, _MINUTE)
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _pad_cents(text: str) -> str:
    """Pad a fraction of an amount of money to at least two places."""
    return text + "0" if text[-2:-1] == "." else text


_READERS: dict[ValueKind, Callable[[str, str], Decimal | None]] = {
    ValueKind.NUMBER: _parse_number,
    ValueKind.PERCENT: _parse_percent,
    ValueKind.MONEY: _parse_money,
    ValueKind.DURATION: _parse_duration,
    ValueKind.TIME: _parse_time_of_day,
    ValueKind.YES_NO: _parse_yes_no,
}
_WRITERS: dict[ValueKind, Callable[[Decimal], str]] = {
    ValueKind.NUMBER: write_number,
    ValueKind.PERCENT: write_number,
    ValueKind.MONEY: write_number,
    ValueKind.DURATION: _write_duration,
    ValueKind.TIME: _write_time,
    ValueKind.YES_NO: lambda amount: "yes" if amount else "no",
}
_A_KIND = {
    ValueKind.NUMBER: "a number",
    ValueKind.PERCENT: "a percentage",
    ValueKind.MONEY: "an amount in {0.currency}",
    ValueKind.DURATION: "a duration",
    ValueKind.TIME: "a time of day",
    ValueKind.YES_NO: "yes or no",
}
_ACCEPTED = {
    ValueKind.NUMBER: "12.5, 1,200, 1e-5 (at most 24 digits)",
    ValueKind.PERCENT: "92.5, 92.5%",
    ValueKind.MONEY: "185000, {0.currency} 185000, 185,000.50",
    ValueKind.DURATION: "1h30m, 90m, 1.5h, 45s, 36ms, PT1H30M",
    ValueKind.TIME: "07:52, 7:52am, 19:05; after the midnight that ends the day: 24:15, up to 47:59",
    ValueKind.YES_NO: "yes, no, true, false, y, n, 1, 0",
}


def mean_of_times(times: Sequence[Decimal]) -> Decimal | str:
    """The mean of times of day in seconds, or the reason why they have none.

    They must be less than half a day apart. Times further apart may be on either side of midnight, and the number
    halfway between them is then a time at which nothing happened.
    """
    first, last = min(times), max(times)
    if last - first >= _DAY // 2:
        return f"{_write_time(first)} and {_write_time(last)} are half a day or more apart, so the times have no mean"
    return EXACT.divide(sum(times, Decimal(0)), Decimal(len(times)))


def round_mean(amount: Decimal) -> Decimal:
    """Round a computed mean to at most four places, half to even. Recorded values are never rounded."""
    return amount.quantize(Decimal(1).scaleb(-_SHOWN_PLACES), context=EXACT)
