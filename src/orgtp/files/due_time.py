"""Read when a value is due after its period: the `due` of a metric, and those of `policy.due`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from orgtp.files.mapping_reader import MappingReader
from orgtp.model.due import WEEKDAY_NAMES, parse_due
from orgtp.model.errors import BadValue
from orgtp.model.period import Cadence, Grain
from orgtp.model.value import Unit, ValueKind

_LONGEST = 100


def read_due_time(fields: MappingReader, key: str, cadence: Cadence | None, named: str = "due") -> str:
    """The due time under `key` for values of a cadence, as written; "" if it is missing or invalid.

    `cadence` is None if it is not known. Messages call the key `named`.
    """
    text = fields.text(key, named=named)
    due = parse_due(text) if text else None
    if due and cadence and due.fits(cadence):
        return text
    if text and (due is None or cadence):
        fits = f"does not fit the cadence {cadence}" if due else "is not a time"
        fields.add_problem("bad-due", key, f'{named} "{text}" {fits}', _suggest_due(text, cadence, named))
    return ""


def read_policy_due(policy: MappingReader) -> Mapping[Cadence, str]:
    """`policy.due`: when a value of each cadence is due, unless its metric says otherwise."""
    fields = policy.mapping("due")
    if fields is None:
        return {}
    # An hourly value is always due at the end of its hour, which the problem of such a key says.
    fields.refuse_unknown_keys([one for one in Cadence if one is not Cadence.HOURLY or one in fields.data])
    found = {one: read_due_time(fields, one, one, f"due.{one}") for one in Cadence if one in fields.data}
    return {cadence: text for cadence, text in found.items() if text}


def _suggest_due(text: str, cadence: Cadence | None, named: str) -> str:
    """What to write instead: the time and the day found in the text, in the right form."""
    if cadence is Cadence.HOURLY:
        return "Remove it: an hourly value is due at the end of its hour."
    grain = cadence.grain if cadence else Grain.WEEK
    words = text[:_LONGEST].lower().replace(",", " ").split()
    day = _find_day(words, grain) if grain is not Grain.DAY else ""
    at = next((time for word in words if (time := _parse_clock_time(word))), "09:00")
    weekday = "a weekday and a time of day: the first such time after the period"
    means = weekday if day else "a time of day"
    if day.isdecimal():
        means = "a day of the month after the period, and a time of day"
    return f"Write {named.rpartition('.')[2]}: {f'{day} {at}'.strip()} ({means})."


def _find_day(words: list[str], grain: Grain) -> str:
    """The weekday that the words name or, for a month or a quarter, the day of the month; one that fits if neither."""
    weekday = next((word[:3] for word in words if word[:3] in WEEKDAY_NAMES), "")
    if weekday or grain is Grain.WEEK:
        return weekday or WEEKDAY_NAMES[0]
    numbers = (re.sub(r"^0*([0-9]{1,2})(st|nd|rd|th|\.)?$", r"\1", word) for word in words)
    return next((number for number in numbers if number.isdecimal() and parse_due(f"{number} 09:00")), "5")


def _parse_clock_time(word: str) -> str:
    """`9am` or `9:00` as `09:00`; "" if it is not a time at which a value can be due."""
    whole = re.sub(r"^([0-9]{1,2})(am|pm)$", r"\1:00\2", word)
    try:
        time = Unit(ValueKind.TIME).format_stored(Unit(ValueKind.TIME).parse_amount(whole))[:5]
    except BadValue:
        return ""
    return time if parse_due(time) else ""
