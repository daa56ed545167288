"""Files of many values: CSV with a head line, or JSON Lines, read into rows that the api records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.text import did_you_mean

COLUMNS = ("seat", "metric", "value", "period", "note", "id")
_NEEDED = COLUMNS[:3]


class BadFile(OrgtpError):
    """The file is not one of values; nothing of it is used."""

    text = "{where}: {what}. Nothing was written."


@dataclass(frozen=True, slots=True)
class Given:
    """One row, where it stands, and its texts; `value` None (JSON's null) says that nobody knows."""

    where: str
    seat: str
    metric: str
    value: str | None
    period: str = ""
    note: str = ""
    id: str = ""


def read_values(raw: bytes, name: str) -> list[Given]:
    """The rows of a file. JSON Lines begin with a brace, all else is CSV. Raises `BadFile`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(where=name, what="not UTF-8 text") from error
    if text.lstrip().startswith("["):
        raise BadFile(where=name, what="a JSON list; write one object a line, with no brackets around them")
    rows = _json_rows(text, name) if text.lstrip().startswith("{") else _csv_rows(text, name)
    return [_given(where, row) for where, row in rows]


def _csv_rows(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        reader.fieldnames = [column.strip().lower() for column in reader.fieldnames or []]
        _fit(reader.fieldnames, f"{name}:1")
        for row in reader:
            if None in row or None in row.values():
                raise BadFile(where=f"{name}:{reader.line_num}", what="not as many fields as the head line has")
            yield f"{name}:{reader.line_num}", row
    except csv.Error as error:
        raise BadFile(where=f"{name}:{reader.line_num}", what=f"not CSV: {error}") from error


def _json_rows(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{name}:{number}", _json_row(line, f"{name}:{number}")


def _json_row(line: str, where: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line, parse_float=str, parse_int=str, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadFile(where=where, what=f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise BadFile(where=where, what='a line holds one object: {"seat": …, "metric": …, "value": …}')
    _fit(row, where)
    return row


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each key of which stands once: of two values nobody could say which was meant."""
    twice = next((key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number])), None)
    if twice is not None:
        raise ValueError(f'"{twice}" is there twice')
    return dict(pairs)


def _fit(names: Iterable[str], where: str) -> None:
    """Refuse a file without the columns that are needed, or with one that nobody knows."""
    known = list(names)
    twice = next((name for name in known if known.count(name) > 1), None)
    missing = next((name for name in _NEEDED if name not in known), None)
    strange = next((name for name in known if name not in COLUMNS), None)
    columns = f"(the columns are {', '.join(COLUMNS)}, with commas between)"
    if twice:
        raise BadFile(where=where, what=f'the column "{twice}" is there twice')
    if missing:
        raise BadFile(where=where, what=f'no column "{missing}" {columns}')
    if strange:
        raise BadFile(where=where, what=f'unknown column "{strange}". {did_you_mean(strange, COLUMNS)} {columns}')


def _given(where: str, row: Mapping[str, Any]) -> Given:
    said = {True: "yes", False: "no"}[row["value"]] if isinstance(row["value"], bool) else row["value"]
    texts = {name: row[name] if row.get(name) is not None else "" for name in COLUMNS}
    texts["value"] = "" if said is None else said
    wrong = next((name for name, text in texts.items() if not isinstance(text, str)), None)
    if wrong:
        raise BadFile(where=where, what=f"{wrong} is no text")
    fields = {name: text.strip() for name, text in texts.items() if name != "value"}
    return Given(where=where, value=said, **fields)
