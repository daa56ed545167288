"""Read a sheet of an Excel workbook with openpyxl, as texts.

A workbook is a zip of XML. Before openpyxl sees it, its size is bounded, and entities, encodings other than UTF-8, and
parts that are not what they say are refused. Of a formula, the saved result is read; nothing is evaluated.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.importers.formats import BadSource
from orgtp.importers.table_rows import MOST_BYTES, MOST_ROWS, RawTable, TableRow, check_size
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.text import did_you_mean, join_sentences

MOST_UNPACKED = 128 * 1024 * 1024
_MOST_PARTS = 2_000
# Rows that only have a format are rows, too.
_MOST_CELLS = 4_000_000
_MOST_BLANK_ROWS = 1_048_576
_CHUNK = 1024 * 1024
# The longest prolog of an XML part in which its encoding is looked for.
_PROLOG = 1024
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)""")
_MERGED = re.compile(
    rb"<(?:[\w.-]+:)?mergeCell\b[^<>]*?\bref\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"
)
# A cell with a formula, and nothing or an empty element as its result.
_UNSAVED = re.compile(
    rb"<(?:[\w.-]+:)?c\b([^>]{0,300})>\s*<(?:[\w.-]+:)?f\b[^>]{0,500}?(?:/>|>[^<]{0,8192}</(?:[\w.-]+:)?f>)"
    rb"(\s*<(?:[\w.-]+:)?v\s*(?:/>|>\s*</(?:[\w.-]+:)?v>))?\s*</(?:[\w.-]+:)?c>"
)
_CELL_NAME = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_TEXT_TYPE = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
_PERCENT = re.compile(r"[0#,.]*%")
_ZEROS = re.compile(r"0{2,20}")
# An error names so many sheets.
_MOST_NAMED = 10
_EXACT_INTEGERS = 10**15


class CannotReadWorkbook(OrgtpError):
    """The library that reads Excel workbooks is not installed."""

    text = "reading {path} needs openpyxl. Install it: pip install 'orgtp[export]'. Or save the sheet as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class _SheetFacts:
    """What openpyxl does not say about a sheet: merged cells, and formulas without a saved result, by row."""

    merged: Mapping[int, str] = field(default_factory=dict)
    unsaved: Mapping[int, str] = field(default_factory=dict)


def read_workbook(path: Path, raw: bytes, sheet: str) -> RawTable:
    """The rows of a sheet: the one that is named, else the only one that is visible and has cells. Raises `BadSource`.

    Raises `CannotReadWorkbook` if openpyxl is not installed.
    """
    facts = _check_parts(path, raw)
    with catch_warnings():
        # openpyxl warns of whatever it leaves out, such as pictures and rules for input.
        simplefilter("ignore")
        try:
            book = _open_book(path, raw)
            chosen, notes = _choose_sheet(path, book, sheet)
            rows = tuple(_read_rows(path, chosen))
        except OrgtpError:
            raise
        except Exception as error:  # whatever openpyxl raises, the file is no workbook
            raise BadSource(where=path, what=_explain_error(error)) from error
    faults = _find_faults(rows, facts.get(_find_part(chosen), _SheetFacts()))
    return RawTable(rows, ",", faults, notes, is_sheet=True)


def peek_rows(path: Path, count: int) -> list[tuple[str, ...]]:
    """The first rows of each sheet that is visible. Raises as `read_workbook` does."""
    try:
        raw = read_regular_file(path, MOST_BYTES)
    except UnreadableFile as error:
        raise BadSource(where=path, what=str(error)) from error
    _check_parts(path, raw)
    found: list[tuple[str, ...]] = []
    with catch_warnings():
        simplefilter("ignore")
        try:
            book = _open_book(path, raw)
            for one in _list_visible(book):
                found += [row.cells for _, row in zip(range(count), _read_rows(path, one), strict=False)]
        except OrgtpError:
            raise
        except Exception as error:  # whatever openpyxl raises, the file is no workbook
            raise BadSource(where=path, what=_explain_error(error)) from error
    return found


def _explain_error(error: Exception) -> str:
    words = " ".join(str(error).split())[:200]
    return f"it cannot be read as a workbook ({type(error).__name__}: {words}). Save it again as .xlsx, or as CSV UTF-8"


def _open_book(path: Path, raw: bytes) -> Any:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise CannotReadWorkbook(path=path) from error
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    parts = [_find_part(sheet) for sheet in book.worksheets]
    if len(set(parts)) < len(parts):
        # Each of thousands of sheets would be read to its end, to see whether it has cells.
        raise BadSource(where=path, what="two sheets are the same part. Save it again as .xlsx, or as CSV UTF-8")
    return book


def _check_parts(path: Path, raw: bytes) -> dict[str, _SheetFacts]:
    """Refuse a zip that is too large or has XML that could do harm, and return the facts of its sheets by part."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            _check_sizes(path, parts)
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                _refuse_other_zip(path, names)
            return {part.filename: _check_part(path, archive, part) for part in parts if not part.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise BadSource(where=path, what=_explain_error(error)) from error


def _check_sizes(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > _MOST_PARTS:
        raise BadSource(where=path, what=f"the workbook has more than {_MOST_PARTS:,} parts")
    # No more than the declared size of a part is ever unpacked.
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        limit = f"{MOST_UNPACKED // 1024 // 1024} MiB"
        raise BadSource(
            where=path, what=f"the workbook has more than {limit} when it is unpacked. Save it as CSV UTF-8"
        )
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        raise BadSource(where=path, what="the workbook has a part twice. Save it again, or as CSV UTF-8")


def _refuse_other_zip(path: Path, names: set[str]) -> None:
    kinds = {
        "xl/workbook.bin": "a binary workbook (.xlsb)",
        "content.xml": "an OpenDocument file",
        "Index.zip": "a Numbers file",
        "Index/Document.iwa": "a Numbers file",
        "word/document.xml": "a Word document",
    }
    kind = next((what for name, what in kinds.items() if name in names), "a zip file without a workbook")
    raise BadSource(where=path, what=f"it is {kind}. Save the sheet as .xlsx, or as CSV UTF-8")


def _check_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> _SheetFacts:
    """Read a part to its end, refuse XML with entities, and find the facts of a sheet."""
    is_sheet = part.filename.startswith("xl/worksheets/")
    if not part.filename.endswith((".xml", ".rels", ".vml")):
        return _SheetFacts()
    pieces: list[bytes] = []
    with archive.open(part) as file:
        tail = b""
        while piece := file.read(_CHUNK):
            if not tail and not pieces:
                _check_prolog(path, part.filename, piece)
            if b"\0" in piece or _FORBIDDEN.search(tail + piece):
                raise BadSource(where=path, what=f"its part {part.filename} defines entities, which no workbook does")
            tail = piece[-16:]
            if is_sheet:
                pieces.append(piece)
    return _find_facts(b"".join(pieces)) if is_sheet else _SheetFacts()


def _check_prolog(path: Path, name: str, start: bytes) -> None:
    """Refuse XML that is not UTF-8: in another encoding, entities could not be seen."""
    bare = start[:_PROLOG].removeprefix(b"\xef\xbb\xbf")
    told = _ENCODING.match(bare)
    encoding = told[1].decode("ascii", "replace").lower() if told else "utf-8"
    if not bare.lstrip().startswith(b"<") or encoding not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise BadSource(
            where=path, what=f"its part {name} is not XML in UTF-8. Save it again as .xlsx, or as CSV UTF-8"
        )


def _find_facts(xml: bytes) -> _SheetFacts:
    merged: dict[int, str] = {}
    for match in _MERGED.finditer(xml):
        left, top, right, bottom = (group.decode() for group in match.groups())
        # Of cells in one column, the first has the text, as it is shown.
        first = int(top) + (left == right)
        for row in range(first, min(int(bottom), first + MOST_ROWS) + 1):
            merged.setdefault(row, f"{left}{top}:{right}{bottom}")
    unsaved: dict[int, str] = {}
    for match in _UNSAVED.finditer(xml):
        named = _CELL_NAME.search(match[1])
        # The result of a formula of text can be empty.
        if named and not (match[2] and _TEXT_TYPE.search(match[1])):
            unsaved.setdefault(int(named[2]), f"{named[1].decode()}{named[2].decode()}")
    return _SheetFacts(merged, unsaved)


def _find_faults(rows: Sequence[TableRow], facts: _SheetFacts) -> dict[int, str]:
    """Why rows cannot be used, by their numbers."""
    numbers = {row.line for row in rows}
    merged = {
        row: f"the cells {cells} are merged, so this row has no text of its own there. Unmerge them, and fill each cell"
        for row, cells in facts.merged.items()
        if row in numbers
    }
    unsaved = {
        row: f"the formula in {cell} has no saved result. Open the workbook in a spreadsheet program, and save it"
        for row, cell in facts.unsaved.items()
        if row in numbers
    }
    return merged | unsaved


def _find_part(sheet: Any) -> str:
    return str(sheet._worksheet_path).lstrip("/")  # noqa: SLF001  (no public name says where a sheet is)


def _list_visible(book: Any) -> list[Any]:
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def _choose_sheet(path: Path, book: Any, named: str) -> tuple[Any, tuple[str, ...]]:
    """The sheet to read, and sentences about others. Raises `BadSource` if several could be meant."""
    every = list(book.worksheets)
    titles = [str(sheet.title) for sheet in every]
    listed = ", ".join([*(f'"{title}"' for title in titles[:_MOST_NAMED]), *["…"][: len(titles) > _MOST_NAMED]])
    if named:
        exact = [sheet for sheet in every if sheet.title == named]
        found = exact or [sheet for sheet in every if str(sheet.title).strip().casefold() == named.strip().casefold()]
        if len(found) != 1:
            hint = join_sentences(did_you_mean(named, titles), f"Its sheets are: {listed}")
            raise BadSource(where=path, what=f'there is no sheet "{named}". {hint}')
        return found[0], ()
    filled = [sheet for sheet in every if _has_cells(path, sheet)]
    visible = [sheet for sheet in filled if sheet.sheet_state == "visible"]
    if len(visible) > 1:
        options = " or ".join(f'--map sheet="{sheet.title}"' for sheet in visible[:_MOST_NAMED])
        more = f" (or one of {len(visible) - _MOST_NAMED:,} more)" if len(visible) > _MOST_NAMED else ""
        raise BadSource(where=path, what=f"the workbook has several sheets. Add {options}{more}")
    if not visible:
        hint = f'. It is hidden: --map sheet="{filled[0].title}"' if filled else ""
        raise BadSource(where=path, what=f"the workbook has no sheet with cells{hint and ' that is visible'}{hint}")
    hidden = [sheet.title for sheet in filled if sheet is not visible[0]]
    return visible[0], tuple(f'the hidden sheet "{title}" was not read' for title in hidden)


def _has_cells(path: Path, sheet: Any) -> bool:
    return next(_read_rows(path, sheet), None) is not None


def _read_rows(path: Path, sheet: Any) -> Iterator[TableRow]:
    """The rows that are not blank, with their numbers in the sheet."""
    # The size that a sheet declares need not be its size.
    sheet.reset_dimensions()
    count, cells, blank = 0, 0, 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells += len(row)
        if cells > _MOST_CELLS or blank > _MOST_BLANK_ROWS:
            what = f"the sheet has more than {_MOST_CELLS:,} cells or {_MOST_BLANK_ROWS:,} rows. Delete blank ones"
            raise BadSource(where=path, what=what)
        texts = tuple(_to_text(cell) for cell in row)
        if not any(texts):
            blank += 1
            continue
        count += 1
        while texts and not texts[-1]:
            texts = texts[:-1]
        check_size(path, count, len(texts))
        yield TableRow(number, texts)


def _to_text(cell: Any) -> str:
    """The text of a cell, as a person would type it. A number has the digits that are shown."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value if value and not value.isspace() else ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        # A spreadsheet program shows 15 digits. What a binary number has beyond them, nobody typed.
        digits = repr(value) if isinstance(value, int) else f"{value:.15g}"
        return _write_number(Decimal(digits), str(cell.number_format or ""))
    return _write_moment(value)


def _write_moment(value: object) -> str:
    """A date or a time as orgtp reads it: `2026-11-20`, `07:52`, `1h30m`."""
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, time):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        return _write_duration(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_number(number: Decimal, form: str) -> str:
    """A number without an exponent and needless zeros: `1001`. A percentage is one, and an id keeps its zeros."""
    if not number.is_finite():
        return str(number)
    if _PERCENT.fullmatch(form):
        return f"{_write_plain(number * 100)}%"
    plain = _write_plain(number)
    return plain.zfill(len(form)) if _ZEROS.fullmatch(form) and plain.isdecimal() else plain


def _write_plain(number: Decimal) -> str:
    if number == number.to_integral_value() and abs(number) < _EXACT_INTEGERS:
        return str(int(number))
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_duration(value: timedelta) -> str:
    """A length of time as orgtp reads it: `1h30m`."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return sign + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0s")
