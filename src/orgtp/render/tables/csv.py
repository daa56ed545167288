"""Tables as CSV (RFC 4180, but lines end with a newline alone): a header line, then one line for each row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum

from orgtp.model.score import format_timestamp
from orgtp.model.text import escape_control_chars, neutralise_formula

# These two are safe in a quoted cell. Every other control character could drive a terminal, and is escaped.
_KEPT = re.compile("([\t\n]+)")


def format_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The CSV text of a table. `header` has the names of the columns; a row has a value for each, see `format_cell`."""
    return "".join(csv_lines(header, rows))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table one by one, each as soon as its row is known."""
    yield _format_line(header)
    for row in rows:
        yield _format_line([format_cell(value) for value in row])


def format_cell(value: object) -> str:
    """A value as the text of a cell: "" for None, `true` and `false`, times in UTC, lists with commas.

    A text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return format_cell(value.value)
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    text = ", ".join(str(part) for part in value) if isinstance(value, (list, tuple)) else str(value)
    safe = neutralise_formula(text)
    # Most texts are safe as they are, and this is quick to see.
    parts = [safe] if safe.isprintable() else _KEPT.split(safe)
    return "".join(part if _KEPT.fullmatch(part) else escape_control_chars(part) for part in parts)


def _format_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
