"""The cells of the tables in plain types, exact, and without characters that no file may contain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from orgtp.model.records.table import TableCell
from orgtp.model.score import format_timestamp
from orgtp.model.value import write_number

# A binary number has at least this many exact decimal digits.
_EXACT_DIGITS = 15


def to_plain_text(cell: TableCell) -> str | None:
    """A cell as text: numbers in plain digits, times in UTC, `true` and `false`, maps as JSON; None for a blank."""
    if cell is None or isinstance(cell, str):
        return None if cell is None else remove_surrogates(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return write_number(cell)
    if isinstance(cell, datetime):
        return format_timestamp(cell)
    if isinstance(cell, Mapping):
        return json.dumps(to_json_map(cell), ensure_ascii=False) if cell else None
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def to_json_map(cell: Mapping[str, str]) -> dict[str, str]:
    """Texts by id."""
    return {remove_surrogates(key): remove_surrogates(str(value)) for key, value in cell.items()}


def remove_surrogates(text: str) -> str:
    """`text` with an escape sequence for each half of a character, which UTF-8 cannot contain."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def to_binary_number(amount: Decimal) -> int | float | None:
    """The number as a program stores it in binary; None if that would show other digits."""
    if amount == amount.to_integral_value():
        return int(amount) if abs(amount) < 10**_EXACT_DIGITS else None
    number = float(amount)
    is_same = len(amount.as_tuple().digits) <= _EXACT_DIGITS and Decimal(repr(number)) == amount
    return number if is_same else None
