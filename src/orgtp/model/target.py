"""Targets: when a value is on target, written as a person would say it (`>= 95%`, `by 08:00`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadValue
from orgtp.model.period import Period
from orgtp.model.value import MINUS, Unit, ValueKind, remove_group_marks, replace_decimal_commas

ACCEPTED_TARGETS = (
    'Write a target such as ">= 12", "<= 2", "= 0", "10..20", "not 10..20", ">= 95%", ">= USD 185000", "<= 1h", '
    '"by 08:00", "before 08:00", "yes" or "no".'
)
# A longer text is not a mistyped target, so no suggestion is made.
_LONGEST = 100
# The same grammar is in schema/seat.schema.json; a test compares the two.
# No more digits than a value may have, so that whatever the pattern matches is a number.
_NUMBER = (
    r"-?(?:[0-9]{1,18}(?:\.[0-9]{1,6})?|[0-9]{1,6}(?:\.[0-9]{1,6})?[eE](?:\+?(?:0?[0-9]|1[0-7])|-(?:0?[0-9]|1[0-6])))"
)
_PART = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_DURATION = "(?=[0-9])" + "".join(f"(?:{_PART}{unit})?" for unit in ("d", "h", "m", "s", "ms"))
_OPERAND = rf"(?:{_NUMBER}%?|[A-Z]{{3}} {_NUMBER}|{_DURATION})"
_COMPARED = re.compile(rf"(>=|<=|=) ?({_OPERAND})")
_RANGE = re.compile(rf"(not )?({_OPERAND})\.\.({_OPERAND})")
_CLOCK = re.compile(r"(by|before) ((?:[0-3][0-9]|4[0-7]):[0-5][0-9])")


@dataclass(frozen=True, slots=True)
class Target:
    """One target: its unit, the comparison and its bounds (equal except for a range)."""

    text: str
    unit: Unit
    operator: str
    low: Decimal
    high: Decimal

    def is_met(self, amount: Decimal) -> bool:
        """Whether `amount`, in the target's unit, is on target."""
        return _TESTS[self.operator](amount, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Targets:
    """A metric's targets over time: each applies from its first period until that of the next."""

    dated: tuple[tuple[Period | None, Target], ...]

    @property
    def unit(self) -> Unit:
        """The unit that all of them share."""
        return self.dated[0][1].unit

    def target_for(self, period: Period) -> Target | None:
        """The target that applies to `period`: the last that began by then; None before the first."""
        for begin, target in reversed(self.dated):
            if begin is None or begin.start <= period.start:
                return target
        return None

    @property
    def first_period(self) -> Period | None:
        """The first period of the first target; None if it has no date."""
        return self.dated[0][0]


@lru_cache(maxsize=4096)
def parse_target(text: str) -> Target | None:
    """Parse a target (see `ACCEPTED_TARGETS`); None if the text is not one."""
    if text in {"yes", "no"}:
        wanted = Decimal(text == "yes")
        return Target(text, Unit(ValueKind.YES_NO), "=", wanted, wanted)
    if match := _CLOCK.fullmatch(text):
        return _build_target(text, match[1], match[2], match[2], ValueKind.TIME)
    if match := _COMPARED.fullmatch(text):
        return _build_target(text, match[1], match[2], match[2])
    if match := _RANGE.fullmatch(text):
        return _build_target(text, "outside" if match[1] else "inside", match[2], match[3])
    return None


_PRINTED_SIGNS = {">=": "\u2265 ", "<=": "\u2264 ", "=": "= ", "by": "by ", "before": "before "}


@lru_cache(maxsize=4096)
def format_target(text: str | None) -> str:
    """A target as pages and drawings print it: `≥ 95%`, `≤ USD 1,200`, `by 08:00`, a range with a dash; "" without one.

    A text that is not a target is returned as it is.
    """
    target = parse_target(text) if text else None
    if target is None:
        return text or ""
    unit = target.unit
    low, high = (unit.format_bare(bound).replace("-", MINUS) for bound in (target.low, target.high))
    if unit.kind is ValueKind.YES_NO:
        return low
    if target.operator in _PRINTED_SIGNS:
        return f"{_PRINTED_SIGNS[target.operator]}{unit.add_unit(low)}"
    between = " to " if MINUS in low + high else "\u2013"
    word = "not " if target.operator == "outside" else ""
    return f"{word}{unit.add_unit(f'{low}{between}{high}')}"


def target_hint(text: str) -> str:
    """The hint for `text`, which is not a target: the intended one, or the accepted forms."""
    if len(text) > _LONGEST:
        return ACCEPTED_TARGETS
    plain = replace_decimal_commas(" ".join(text.lower().split()))
    guess = _guess_target(remove_group_marks(plain))
    if guess == text or not parse_target(guess):
        return ACCEPTED_TARGETS
    # In `2,500`, the comma separates groups in English, and is a decimal comma in most of Europe.
    other = _guess_target(plain.replace(",", ".")) if plain.count(",") == 1 and "." not in plain else ""
    also = f' If the comma is a decimal comma, write "{other}".' if parse_target(other) else ""
    return f'Did you mean "{guess}"?{also}'


def _guess_target(text: str) -> str:
    """The target that the lower-case `text` may mean."""
    for pattern, meant in _SPELLINGS:
        text = re.sub(pattern, meant, text)
    text = re.sub(r"\b(usd|eur|gbp)\b", lambda match: match[0].upper(), _normalize_clock(text))
    return f">= {text}" if re.fullmatch(_OPERAND, text) else _swap_bounds(text)


def _normalize_clock(guess: str) -> str:
    """Turn `by 8:30am` into `by 08:30`."""
    match = re.fullmatch(r"(by|before) (.+)", guess)
    try:
        amount = Unit(ValueKind.TIME).parse_amount(match[2]) if match else None
    except BadValue:
        return guess
    return f"{match[1]} {Unit(ValueKind.TIME).format_stored(amount)}" if match and amount is not None else guess


def _swap_bounds(guess: str) -> str:
    """Turn `20..10` into `10..20`."""
    match = _RANGE.fullmatch(guess)
    return f"{match[1] or ''}{match[3]}..{match[2]}" if match and not parse_target(guess) else guess


# Common spellings and what they mean, applied in this order to lower-case text.
_SPELLINGS = (
    (r"[\u2018-\u201f\"']", ""),
    (r"≥|=>", ">="),
    (r"≤|=<", "<="),
    (r"^==(?!=) ?", "= "),
    (r"^(at least|no less than|not less than|min(imum)?) ?", ">= "),
    (r"^([0-9.]+%?) ?\+$", r">= \1"),
    (r"^(at most|no more than|not more than|within|max(imum)?|up to) ?", "<= "),
    # Not for whole numbers, where `> 3` means `>= 4`.
    (r"^>(?!=) ?(?=.*[^0-9. ])", ">= "),
    (r"^<(?!=) ?(?=.*[^0-9. ])", "<= "),
    (r"^(zero|none|0)$", "= 0"),
    (r" ?percent$", "%"),
    (r"(?<=[0-9]) ?(days?|d)$", "d"),
    (r"(?<=[0-9]) ?(hours?|hrs?|h)$", "h"),
    (r"(?<=[0-9]) ?(minutes?|mins?)$", "m"),
    (r"(?<=[0-9]) ?(milliseconds?|millis|msecs?|ms)$", "ms"),
    (r"(?<=[0-9]) ?(seconds?|secs?)$", "s"),
    (r"^(\D*)([0-9]+)k$", r"\g<1>\g<2>000"),
    (r"^([<>=]+) ([0-9.]+) ?(usd|eur|gbp)$", r"\1 \3 \2"),
    (r"^([0-9]+)-([0-9]+)(%?)$", r"\1..\2\3"),
    (r"^(by|before) noon$", r"\1 12:00"),
    (r"^(true|y)$", "yes"),
    (r"^(false|n)$", "no"),
    (r"\$ ?", "usd "),
    (r"€ ?", "eur "),
    (r"£ ?", "gbp "),
    (r"(?<=[0-9]) (?=%)", ""),
    (r"^(>=|<=|=) +", r"\1 "),
    (r"(?<=[0-9%]) ?(?:\.\.\.?| to |\u2013) ?(?=[0-9])", ".."),
    (r"^(not )?([0-9.]+)\.\.([0-9.]+%)$", r"\1\2%..\3"),
    (r"^(not )?(usd|eur|gbp) ([0-9.]+)\.\.([0-9.]+)$", r"\1\2 \3..\2 \4"),
    (r"^(by|before) ([0-9]+) ?(am|pm)$", r"\1 \2:00\3"),
)


def _unit_of_operand(operand: str) -> Unit:
    if operand.endswith("%"):
        return Unit(ValueKind.PERCENT)
    if operand[:1].isupper():
        return Unit(ValueKind.MONEY, operand[:3])
    return Unit(ValueKind.DURATION if operand[-1] in "dhms" else ValueKind.NUMBER)


def _build_target(text: str, operator: str, low: str, high: str, kind: ValueKind | None = None) -> Target | None:
    unit = Unit(kind) if kind else _unit_of_operand(low)
    if not kind and _unit_of_operand(high) != unit:
        return None
    try:
        bounds = unit.parse_amount(low), unit.parse_amount(high)
    except BadValue:
        return None
    return Target(text, unit, operator, *bounds) if bounds[0] <= bounds[1] else None


_TESTS: dict[str, Callable[[Decimal, Decimal, Decimal], bool]] = {
    ">=": lambda amount, low, _: amount >= low,
    "<=": lambda amount, _, high: amount <= high,
    "=": lambda amount, low, _: amount == low,
    "inside": lambda amount, low, high: low <= amount <= high,
    "outside": lambda amount, low, high: not low <= amount <= high,
    "by": lambda amount, _, high: amount <= high,
    "before": lambda amount, _, high: amount < high,
}
