"""Tables as an Excel workbook: a sheet for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from orgtp.export.cells import to_binary_number, to_plain_text
from orgtp.model.errors import OrgtpError
from orgtp.model.records.table import Table, TableCell, TableRow
from orgtp.model.text import escape_control_chars
from orgtp.views.tables.build import TableSet
from orgtp.views.tables.columns import TABLES

# The limits of Excel (https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3).
_MOST_ROWS, _LONGEST = 1_048_576, 32_767
# Programs read earlier dates differently.
_FIRST_DAY = date(1900, 3, 1)
_NARROWEST = 9


class NoOpenpyxl(OrgtpError):
    """The library that writes Excel workbooks is not installed."""

    text = "writing xlsx needs openpyxl. Install it: pip install 'orgtp[export]'"


class TooManyRows(OrgtpError):
    """A table has more rows than a sheet can have."""

    text = (
        "the table {table} has more than the {most:,} rows that a sheet can have. Export some seats, with --root SEAT, "
        "or choose another format: --format sqlite or csv"
    )


def write_workbook(tables: TableSet, path: Path) -> dict[str, int]:
    """Write the workbook, and return the number of rows of each table. Raises `NoOpenpyxl`, `TooManyRows`."""
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise NoOpenpyxl from error
    book = Workbook(write_only=True)
    book.properties.creator = "orgtp"
    counts = {table.name: _write_sheet(book, table, tables) for table in TABLES}
    book.save(path)
    return counts


def _write_sheet(book: Any, table: Table, tables: TableSet) -> int:
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = max(len(column.name) + 2, _NARROWEST)
    sheet.append(_make_header(sheet, table.names))
    written = 0
    for row in _limit_rows(table, tables):
        sheet.append([_make_cell(sheet, cell) for cell in row])
        written += 1
    return written


def _limit_rows(table: Table, tables: TableSet) -> Iterator[TableRow]:
    for number, row in enumerate(tables.rows(table.name), 2):
        if number > _MOST_ROWS:
            raise TooManyRows(table=table.name, most=_MOST_ROWS - 1)
        yield row


def _make_header(sheet: Any, names: Sequence[str]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = [WriteOnlyCell(sheet, name) for name in names]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _make_cell(sheet: Any, cell: TableCell) -> Any:
    """A cell. A text that openpyxl would take for a formula or an error is marked as text; nothing else is slower."""
    value = _to_excel_value(cell)
    if not (isinstance(value, str) and value.startswith(("=", "#"))):
        return value
    from openpyxl.cell import WriteOnlyCell

    made: Any = WriteOnlyCell(sheet, "")
    # Setting `value` would make a formula of "=1", and an error of "#N/A".
    made._value, made.data_type = value, "s"  # noqa: SLF001
    return made


def _to_excel_value(cell: TableCell) -> str | int | float | bool | date | None:
    """Dates and exact numbers as such, everything else as text. Times are in UTC, because Excel has no time zones."""
    if cell is None or isinstance(cell, int):
        return cell
    if isinstance(cell, Decimal):
        number = to_binary_number(cell)
        return to_plain_text(cell) if number is None else number
    if isinstance(cell, datetime):
        utc = cell.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        return utc if utc.date() >= _FIRST_DAY else to_plain_text(cell)
    if isinstance(cell, date):
        return cell if cell >= _FIRST_DAY else to_plain_text(cell)
    return _to_excel_text(to_plain_text(cell) or "") or None


def _to_excel_text(text: str) -> str:
    """The text without characters that XML cannot contain, and cut to what a cell can hold."""
    kept = "\n".join("\t".join(map(escape_control_chars, line.split("\t"))) for line in text.split("\n"))
    kept = kept.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    return kept if len(kept) <= _LONGEST else kept[: _LONGEST - 1] + "…"
