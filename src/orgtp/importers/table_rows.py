"""Rows of a table as texts, the bounds of their size, and how they are written as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from orgtp.importers.formats import BadSource
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import BadDraft

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
# What spreadsheet programs write into a cell that they cannot compute.
ERROR_VALUES = frozenset(
    {"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its number, of its first line in a text and of the row in a sheet, and the texts of its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table before its header is found. `faults` says why rows cannot be used, and `notes` what was not read.

    `is_sheet`: a row may end before the last column, because blank cells are not written.
    """

    rows: tuple[TableRow, ...]
    delimiter: str = ","
    faults: Mapping[int, str] | None = None
    notes: tuple[str, ...] = ()
    is_sheet: bool = False


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table: the names of its columns, its rows, which have a cell for each column, and the rows that are bad.

    `name` is that of the file, for places.
    """

    name: str
    header: TableRow
    rows: tuple[TableRow, ...]
    bad: tuple[BadDraft, ...]
    delimiter: str
    notes: tuple[str, ...] = ()

    def locate(self, row: TableRow) -> str:
        """The place of a row: `people.csv:12`."""
        return f"{self.name}:{row.line}"

    def write_row(self, row: TableRow) -> str:
        """A row as a line of CSV, without the line break."""
        return write_cells(row.cells, self.delimiter)

    def write_header(self) -> str:
        """The header as a line of CSV, in the same line of the file."""
        return "\n" * (self.header.line - 1) + self.write_row(self.header)


def write_cells(cells: Sequence[str], delimiter: str) -> str:
    """Cells as a line of CSV, without the line break."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def check_size(path: Path, rows: int, columns: int) -> None:
    """Raise `BadSource` for more rows or columns than a table of people or numbers has."""
    if rows > MOST_ROWS:
        raise BadSource(where=path, what=f"it has more than {MOST_ROWS:,} rows. Split it into several files")
    if columns > MOST_COLUMNS:
        raise BadSource(where=path, what=f"it has more than {MOST_COLUMNS:,} columns. Delete those that are not needed")
