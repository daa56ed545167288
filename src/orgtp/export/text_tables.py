"""Tables as CSV and as JSON Lines: a file for each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from orgtp.export.cells import to_json_map, to_plain_text
from orgtp.export.formats import ExportFormat
from orgtp.model.records.table import TableCell
from orgtp.render.json import escape_raw
from orgtp.render.tables.csv import csv_lines
from orgtp.views.tables.build import TableSet
from orgtp.views.tables.columns import TABLES_BY_NAME


def write_table_lines(tables: TableSet, name: str, format_: ExportFormat) -> Iterator[str]:
    """Yield the rows of one table as they are in its file, in CSV after the header."""
    return _write_csv(tables, name) if format_ is ExportFormat.CSV else _write_jsonl(tables, name)


def _write_csv(tables: TableSet, name: str) -> Iterator[str]:
    rows = ([to_plain_text(cell) for cell in row] for row in tables.rows(name))
    return csv_lines(TABLES_BY_NAME[name].names, rows)


def _write_jsonl(tables: TableSet, name: str) -> Iterator[str]:
    names = TABLES_BY_NAME[name].names
    for row in tables.rows(name):
        record = {key: _to_json_cell(cell) for key, cell in zip(names, row, strict=True)}
        yield escape_raw(json.dumps(record, ensure_ascii=False)) + "\n"


def _to_json_cell(cell: TableCell) -> object:
    """Numbers with decimals are strings, as in all JSON of orgtp; counts are numbers."""
    if isinstance(cell, int):
        return cell
    return to_json_map(cell) if isinstance(cell, Mapping) else to_plain_text(cell)
