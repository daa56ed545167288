"""Tables of other programs: CSV, with commas, semicolons or tabs, or a workbook, as rows of texts with their places.

Nothing is guessed: a text that is not Unicode, a title above the header, or a second sheet is an error that says what
to type. A cell stays the text that it is; a formula is never evaluated.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.importers.table_rows import (
    MOST_BYTES,
    MOST_COLUMNS,
    RawTable,
    SourceTable,
    TableRow,
    check_size,
    write_cells,
)
from orgtp.model.inventory.draft import BadDraft
from orgtp.model.text import did_you_mean

_DELIMITERS = ",;\t"
# The lines in which a header is looked for, if the first line is none.
_LOOKED_AT = 20
_ENCODINGS = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859-1", "iso8859-15", "mac-roman",
              "cp932", "shift_jis", "gb18030", "big5", "euc-kr", "utf-16")  # fmt: skip
# A text in one of these is no table, whatever its lines look like.
_NO_TABLES = frozenset({".md", ".markdown", ".yaml", ".yml", ".json", ".toml", ".html", ".xml", ".py"})
_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = 'In a spreadsheet program, save it as "CSV UTF-8" or as .xlsx'
IsHeader = Callable[[Sequence[str]], bool]


def name_source(path: Path) -> str:
    """The name under which later files of the same source are known: that of the file without digits and dates."""
    stem = path.name.partition(".")[0] or path.name.strip(".")
    words = re.sub(r"[0-9]+", " ", stem)
    name = re.sub(r"[\s_.()-]+", "-", words).strip("-").lower()
    return name or stem.lower()


def peek_headers(path: Path, start: bytes) -> list[tuple[str, ...]]:
    """The rows that may be the header of a file, to recognise its format; none if it is no table.

    `start` has the first part of the file. Raises `BadSource` for a workbook that cannot be read.
    """
    if path.suffix.lower() in _NO_TABLES:
        return []
    if start.startswith((_OLD_WORKBOOK, _WORKBOOK)):
        if path.suffix.lower() not in {".xlsx", ".xlsm", ".xls", ".xltx", ".ods", ".csv", ".xlsb", ".numbers"}:
            return []
        _refuse_other_files(path, start)
        from orgtp.importers.workbook import peek_rows

        return peek_rows(path, _LOOKED_AT)
    try:
        text = _decode(path, start, "", is_part=True)
    except BadSource:
        # `read` says what is wrong with the text.
        text = start.decode("cp1252", "replace")
    if "\0" in text or text.lstrip()[:1] in {"{", "[", "<"}:
        return []
    lines = text.splitlines()[:_LOOKED_AT]
    return [tuple(_split_line(line, _find_delimiter(line))) for line in lines if line.strip()]


def read_table(request: SourceRequest, is_header: IsHeader) -> SourceTable:
    """Read a table, as the `TABLE_KEYS` of the mapping say. `is_header` tells a header of the format.

    Raises `BadSource`.
    """
    path = request.path
    mapping = {**request.remembered.get(name_source(path), {}), **request.mapping}
    try:
        raw = read_regular_file(path, MOST_BYTES)
    except UnreadableFile as error:
        raise BadSource(where=path, what=str(error)) from error
    _refuse_other_files(path, raw)
    if raw.startswith(_WORKBOOK):
        from orgtp.importers.workbook import read_workbook

        table = read_workbook(path, raw, mapping.get("sheet", ""))
    elif mapping.get("sheet"):
        raise BadSource(where=path, what="it is not a workbook, so it has no sheets. Leave out --map sheet")
    else:
        table = _read_text(path, _decode(path, raw, mapping.get("encoding", "")))
    header = _find_header(path, table, mapping.get("header", ""), is_header)
    return _build_table(path, table, header)


def _refuse_other_files(path: Path, start: bytes) -> None:
    """Raise `BadSource` for what spreadsheet programs open, and is neither CSV nor .xlsx."""
    if start.startswith(_OLD_WORKBOOK):
        is_locked = "EncryptedPackage".encode("utf-16-le") in start
        what = "it is a workbook with a password" if is_locked else "it is a workbook of an old format (.xls)"
        how = "Save it without the password" if is_locked else _SAVE_AS
        raise BadSource(where=path, what=f"{what}. {how}")
    if start[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise BadSource(where=path, what=f"it is HTML or XML, whatever its name says. {_SAVE_AS}")


def _decode(path: Path, raw: bytes, encoding: str, *, is_part: bool = False) -> str:
    """The text of a file. `is_part`: the last character may be cut. Raises `BadSource`."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(path, raw[: len(raw) - len(raw) % 2] if is_part else raw, "utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if is_part and error.end == len(raw):
            return raw[: error.start].decode("utf-8-sig")
        if encoding:
            return _decode_as(path, raw, _check_encoding(path, encoding))
        _refuse_encoding(path, raw, error.start)


def _refuse_encoding(path: Path, raw: bytes, at: int) -> NoReturn:
    """Raise `BadSource` for a text that is not UTF-8, with the line as Excel for Windows would have written it."""
    number = raw[:at].count(b"\n") + 1
    line = raw[raw.rfind(b"\n", 0, at) + 1 :].partition(b"\n")[0][:200].decode("cp1252", "replace").strip()
    what = (
        f"line {number} is not UTF-8 text. {_SAVE_AS}. Or name its encoding, such as that of Windows in Western Europe "
        f"and America, --map encoding=cp1252: then the line is: {line}"
    )
    raise BadSource(where=path, what=what)


def _check_encoding(path: Path, name: str) -> str:
    import codecs

    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = ""
    if known not in {codecs.lookup(one).name for one in _ENCODINGS}:
        hint = did_you_mean(name.lower(), _ENCODINGS) or f"There are: {', '.join(_ENCODINGS)}"
        raise BadSource(where=path, what=f'unknown encoding "{name}". {hint}')
    return known


def _decode_as(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadSource(where=path, what=f"line {line} is not text of the encoding {encoding}. {_SAVE_AS}") from error


def _read_text(path: Path, text: str) -> RawTable:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadSource(where=f"{path}:{line}", what=f"it contains NUL characters, so it is no CSV file. {_SAVE_AS}")
    told = re.match(r"sep=(.)\r?\n", text)
    skipped = 1 if told else 0
    body = text[told.end() :] if told else text
    delimiter = told[1] if told else _choose_delimiter(body)
    rows = tuple(_read_rows(path, body, delimiter, skipped))
    return RawTable(rows, delimiter)


def _read_rows(path: Path, body: str, delimiter: str, skipped: int) -> Iterator[TableRow]:
    """The rows that are not blank. The place of a row is its first line."""
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    count, line = 0, 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                count += 1
                check_size(path, count, len(cells))
                yield TableRow(line + skipped, tuple(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadSource(where=f"{path}:{line + skipped}", what=_explain_csv_error(str(error))) from error


def _explain_csv_error(message: str) -> str:
    if "expected after" in message:
        return (
            "there is text after a closing quotation mark. Double each quotation mark within a cell, as spreadsheet "
            'programs do: "Ada ""Countess"" Lovelace"'
        )
    if "unexpected end" in message:
        return "a quotation mark is opened in this row and never closed. Close it, or double it if it belongs to a text"
    if "field limit" in message:
        return "a cell has more than 131,072 characters. Perhaps a quotation mark before it is not closed"
    return f"it is not CSV: {message}"


def _choose_delimiter(text: str) -> str:
    """The mark that separates most columns in the first line that has one; a comma if there is none."""
    lines = [line for line in text[:65536].splitlines()[:_LOOKED_AT] if line.strip()]
    return next((mark for line in lines if (mark := _find_delimiter(line)) in line), ",")


def _find_delimiter(line: str) -> str:
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda mark: (bare.count(mark), mark == ","))


def _split_line(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])[:MOST_COLUMNS]
    except csv.Error:
        return []


def _find_header(path: Path, table: RawTable, named: str, is_header: IsHeader) -> TableRow:
    """The header: the first row, or the one in the line that `--map header` names. Raises `BadSource`."""
    if not table.rows:
        raise BadSource(where=path, what="it has no rows")
    if named:
        wanted = [row for row in table.rows if str(row.line) == named.strip()]
        if not wanted:
            first_line = f"--map header={table.rows[0].line}"
            raise BadSource(where=path, what=f'there is no row in line "{named}" for the header. Try {first_line}')
        return wanted[0]
    first, *others = table.rows[:_LOOKED_AT]
    if is_header(first.cells):
        return first
    meant = next((row for row in others if is_header(row.cells)), None)
    widest = max(map(_count_texts, [first, *others]))
    if meant is None and _count_texts(first) == 1 and widest > 1:
        meant = next(row for row in others if _count_texts(row) == widest)
    if meant is None:
        return first
    above = "is a line" if meant.line - first.line == 1 else "are lines"
    raise BadSource(
        where=f"{path}:{first.line}",
        what=f"there {above} above the header, which seems to be line {meant.line}. Delete what is above it, or "
        f"add: --map header={meant.line}",
    )


def _count_texts(row: TableRow) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def _build_table(path: Path, table: RawTable, header: TableRow) -> SourceTable:
    """The rows below the header. One with another number of cells is bad; blank cells at its end do not count."""
    names = _trim(header.cells)
    width = len(names)
    name, faults = path.name, table.faults or {}
    rows: list[TableRow] = []
    bad: list[BadDraft] = []
    for row in table.rows:
        if row.line <= header.line:
            continue
        cells = row.cells + ("",) * (width - len(row.cells)) if table.is_sheet else row.cells
        why = faults.get(row.line) or _find_width_fault(cells, width, len(header.cells))
        if why:
            bad.append(BadDraft(f"{name}:{row.line}", why, write_cells(cells, table.delimiter)))
        else:
            rows.append(TableRow(row.line, cells[:width]))
    return SourceTable(name, TableRow(header.line, names), tuple(rows), tuple(bad), table.delimiter, table.notes)


def _trim(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, without blank ones at the end."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _find_width_fault(cells: Sequence[str], width: int, written: int) -> str:
    """Why a row does not fit below its header, which was `written` with that many cells; "" if it does."""
    count = len(cells)
    if count >= width and not any(map(str.strip, cells[width:])):
        return ""
    if count > width and count <= written:
        return "it has a text in a column without a name. Name the column"
    marks = "a text with a comma or a line break needs quotation marks around it"
    return f"it has {count} cells, and the header has {width}. {marks[0].upper()}{marks[1:]}"
