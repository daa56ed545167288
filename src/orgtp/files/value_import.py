"""Read files of values to record: CSV with a header line, or JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.text import did_you_mean, join_sentences, restore_formula

COLUMNS = ("seat", "metric", "value", "period", "note", "id")
_NEEDED = COLUMNS[:3]
# A file with the first of these is the table `values` of `orgtp export`, which has the others, too.
EXPORTED_COLUMNS = ("standing", "void", "amount", "unit", "at", "by")


class BadImportFile(OrgtpError):
    """The file cannot be imported. Nothing of it is used."""

    text = "{where}: {what}. Nothing was written."


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of the file: `where` (file:line) and its texts. `value` None (JSON null) means unavailable.

    `void`: the row withdraws the earlier ones of its period; its `value` is None.
    """

    where: str
    seat: str
    metric: str
    value: str | None
    period: str = ""
    note: str = ""
    id: str = ""
    void: bool = False


def read_import_rows(raw: bytes, name: str) -> list[ImportRow]:
    """The rows of a file. A file that begins with a brace is JSON Lines, any other is CSV. Raises `BadImportFile`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadImportFile(where=name, what="not UTF-8 text") from error
    if text.lstrip().startswith("["):
        raise BadImportFile(where=name, what="a JSON list. Write one object per line, without brackets around them")
    rows = _read_json_rows(text, name) if text.lstrip().startswith("{") else _read_csv_rows(text, name)
    # A record that was older than its period never counted, and would count if it were recorded now.
    return [_build_row(where, row) for where, row in rows if row.get(EXPORTED_COLUMNS[0]) != "ignored"]


def _read_csv_rows(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        reader.fieldnames = [column.strip().lower() for column in reader.fieldnames or []]
        _check_columns(reader.fieldnames, f"{name}:1")
        for row in reader:
            if None in row or None in row.values():
                raise BadImportFile(
                    where=f"{name}:{reader.line_num}", what="the number of fields differs from the header line"
                )
            yield f"{name}:{reader.line_num}", _restore_exported_row(row)
    except csv.Error as error:
        raise BadImportFile(where=f"{name}:{reader.line_num}", what=f"not CSV: {error}") from error


def _restore_exported_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of an exported table as it was: a blank value is unavailable or withdrawn, and no text is a formula."""
    if EXPORTED_COLUMNS[0] not in row:
        return row
    return {**{name: restore_formula(text) for name, text in row.items()}, "value": row["value"] or None}


def _read_json_rows(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{name}:{number}", _parse_json_row(line, f"{name}:{number}")


def _parse_json_row(line: str, where: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line, parse_float=str, parse_int=str, object_pairs_hook=_refuse_repeated_keys)
    except (ValueError, RecursionError) as error:
        raise BadImportFile(where=where, what=f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise BadImportFile(where=where, what='a line must be one object: {"seat": …, "metric": …, "value": …}')
    _check_columns(row, where)
    return row


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Raises `ValueError` if a key occurs twice."""
    twice = next((key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number])), None)
    if twice is not None:
        raise ValueError(f'the key "{twice}" occurs twice')
    return dict(pairs)


def _check_columns(names: Iterable[str], where: str) -> None:
    """Refuse missing, unknown and duplicate columns."""
    known = list(names)
    twice = next((name for name in known if known.count(name) > 1), None)
    missing = next((name for name in _NEEDED if name not in known), None)
    accepted = {*COLUMNS, *(EXPORTED_COLUMNS if EXPORTED_COLUMNS[0] in known else ())}
    strange = next((name for name in known if name not in accepted), None)
    columns = f"The columns are {', '.join(COLUMNS)}, separated by commas"
    if twice:
        raise BadImportFile(where=where, what=f'the column "{twice}" occurs twice')
    if missing:
        raise BadImportFile(where=where, what=f'no column "{missing}". {columns}')
    if strange:
        what = join_sentences(f'unknown column "{strange}"', did_you_mean(strange, COLUMNS), columns)
        raise BadImportFile(where=where, what=what)


def _build_row(where: str, row: Mapping[str, Any]) -> ImportRow:
    value = {True: "yes", False: "no"}[row["value"]] if isinstance(row["value"], bool) else row["value"]
    texts = {name: row[name] if row.get(name) is not None else "" for name in COLUMNS}
    texts["value"] = "" if value is None else value
    wrong = next((name for name, text in texts.items() if not isinstance(text, str)), None)
    if wrong:
        raise BadImportFile(where=where, what=f"{wrong} is not text")
    fields = {name: text.strip() for name, text in texts.items() if name != "value"}
    return ImportRow(where=where, value=value, void=row.get("void") in {True, "true"}, **fields)
