"""A source that reads a file: a column of CSV, or the value at a pointer of JSON or of each line of JSON Lines."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from orgtp.model.text import did_you_mean, join_sentences
from orgtp.model.value import write_number
from orgtp.sources.duration import parse_duration
from orgtp.sources.json_pointer import parse_json_document, read_pointer_value
from orgtp.sources.kind import Fault, Key, Kind, SourceFailed
from orgtp.sources.kinds.http import check_pointer
from orgtp.sources.value import average_numbers, parse_amount, sum_numbers

FORMATS = ("csv", "json", "jsonl")
ROLLUPS = ("sum", "mean", "min", "max", "last", "count")
_MOST = 64 << 20
# The keys that each format takes besides path and format.
_TAKES = {"csv": {"column", "rollup"}, "json": {"pointer"}, "jsonl": {"pointer", "rollup"}}
_MADE: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "sum": sum_numbers,
    "mean": average_numbers,
    "min": min,
    "max": max,
}


class File(Kind):
    """`file: {path: ~/exports/projects.csv, column: closed, rollup: sum}`."""

    keys: ClassVar[Mapping[str, Key]] = {
        "path": Key(required=True),
        "format": Key(options=FORMATS),
        "column": Key(),
        "pointer": Key(),
        "rollup": Key(options=ROLLUPS),
        "max_age": Key(),
    }

    def faults(self, settings: Mapping[str, Any]) -> Iterator[Fault]:
        """Check that the keys fit the format of the file."""
        yield from check_pointer(settings)
        if "max_age" in settings and parse_duration(settings["max_age"]) is None:
            yield Fault("max_age", f'max_age "{settings["max_age"]}" is not a duration', "Write it as 1d or 12h.")
        format_ = _detect_format(settings)
        if not format_:
            yield Fault("path", "the file's name does not show the format", "Add format: csv, json or jsonl.")
            return
        for key in sorted({"column", "pointer", "rollup"} & {*settings} - _TAKES[format_]):
            yield Fault(key, f"a {format_} file has no {key}", f"It has: {', '.join(sorted(_TAKES[format_]))}.")
        if format_ == "csv" and "column" not in settings and settings.get("rollup") != "count":
            yield Fault("path", "the column is missing", "Add column: NAME, or rollup: count.")

    def ask(self, settings: Mapping[str, Any]) -> str:
        """Read the file and return the value in it."""
        text = _read_file_text(Path(settings["path"]), settings.get("max_age", ""))
        read = {"csv": _read_csv_value, "json": _read_json_value, "jsonl": _read_jsonl_value}[_detect_format(settings)]
        return read(text, settings)


def _detect_format(settings: Mapping[str, Any]) -> str:
    ending = PurePosixPath(settings.get("path", "")).suffix.lower().removeprefix(".")
    found = settings.get("format") or {"ndjson": "jsonl"}.get(ending, ending)
    return found if found in FORMATS else ""


def _read_file_text(path: Path, max_age: str) -> str:
    """Return the content of a file. Raises `SourceFailed`."""
    try:
        path = path.expanduser()
        found = path.stat()
        if found.st_size > _MOST:
            raise SourceFailed(f"{path} is larger than {_MOST >> 20} MiB", again=False)
        _refuse_stale_file(path, found.st_mtime, max_age)
        return path.read_text(encoding="utf-8-sig")
    except (OSError, RuntimeError) as error:
        raise SourceFailed(f"{path}: {getattr(error, 'strerror', None) or error}", again=False) from error
    except ValueError as error:
        raise SourceFailed(f"{path} is not UTF-8 text", again=False) from error


def _refuse_stale_file(path: Path, written: float, max_age: str) -> None:
    """Refuse a file that is no longer updated: its value is out of date. Raises `SourceFailed`."""
    span = parse_duration(max_age)
    # Both times come from the machine's clock. The reason shows a date, not an age: a changed reason would be recorded.
    if span is not None and time.time() - written > span.total_seconds():
        when = datetime.fromtimestamp(written, UTC).strftime("%Y-%m-%d %H:%M UTC")
        raise SourceFailed(f"{path} was last written {when}, more than {max_age} ago", again=False)


def _read_json_value(text: str, settings: Mapping[str, Any]) -> str:
    return read_pointer_value(parse_json_document(text, "the file"), settings.get("pointer", ""), "the file")


def _read_jsonl_value(text: str, settings: Mapping[str, Any]) -> str:
    lines = [(f"line {number}", line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    read = [(where, parse_json_document(line, where)) for where, line in lines]
    if settings.get("rollup") == "count" and "pointer" not in settings:
        return _roll_up([(where, "1") for where, _ in read], settings)
    pointer = settings.get("pointer", "")
    return _roll_up([(where, read_pointer_value(found, pointer, where)) for where, found in read], settings)


def _read_csv_value(text: str, settings: Mapping[str, Any]) -> str:
    if not text.strip():
        raise SourceFailed("the file is empty")
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        return _roll_up(
            [(f"line {rows.line_num}", cell) for cell in _iterate_cells(rows, settings.get("column"))], settings
        )
    except csv.Error as error:
        raise SourceFailed(f"line {rows.line_num}: {error}") from error


def _iterate_cells(rows: csv.DictReader[str], column: str | None) -> Iterator[str]:
    """Yield the cell of each row; if no column is given, a placeholder."""
    names = list(rows.fieldnames or ())
    if column is not None and names.count(column) != 1:
        many = "more than one column" if column in names else "no column"
        what = join_sentences(f'the file has {many} "{column}"', did_you_mean(column, names))
        raise SourceFailed(what, again=False)
    for row in rows:
        # An unquoted 1,200 is read as two cells, which shifts all that follow.
        if None in row:
            raise SourceFailed(f"line {rows.line_num} has more cells than the first line", again=False)
        yield "1" if column is None else (row[column] or "").strip()


def _roll_up(cells: Sequence[tuple[str, str]], settings: Mapping[str, Any]) -> str:
    """Combine cells, each with its location, to one value. A blank cell is unknown, and so is a sum with it."""
    rollup = settings.get("rollup", "last")
    if rollup == "count":
        return str(sum(1 for _, cell in cells if cell))
    if not cells:
        raise SourceFailed("the file has no rows")
    blank = next((where for where, cell in (cells[-1:] if rollup == "last" else cells) if not cell), "")
    if blank:
        raise SourceFailed(f"{blank}: the cell is blank", again=False)
    if rollup == "last":
        return cells[-1][1]
    return write_number(_MADE[rollup]([parse_amount(cell, where) for where, cell in cells]))
