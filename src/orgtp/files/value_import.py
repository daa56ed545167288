"""Read files of values to record: CSV with a header line, or JSON Lines.

A CSV file is separated by commas, semicolons or tabs. It has a row for each value, or it is wide: a row for each
metric, and a column for each period.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError
from orgtp.model.period import parse_period
from orgtp.model.text import did_you_mean, join_sentences, restore_formula
from orgtp.model.value import remove_group_marks, replace_decimal_commas

COLUMNS = ("seat", "metric", "value", "period", "note", "id", "n")
# The column in which `--skip-bad` says why a row was not recorded. It is ignored when the file is read again.
WHY = "why"
_NEEDED = COLUMNS[:3]
# A file with the first of these is the table `values` of `orgtp export`, which has the others, too.
EXPORTED_COLUMNS = ("standing", "void", "amount", "unit", "at", "by")
_DELIMITERS = ",;\t"
_UNAVAILABLE = ("unavailable", "n/a")


class BadImportFile(OrgtpError):
    """The file cannot be imported. Nothing of it is used."""

    text = "{where}: {what}. Nothing was written."


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One value of the file: `where` (file:line, and for a wide file the column) and its texts.

    `value` None means unavailable, or with `void` that the row withdraws the earlier ones of its period. `line` and
    `column` say where the value is: the number of its row, counted from 0, and of its cell in a wide file. `n` is the
    number of cases that a ratio covers.
    """

    where: str
    seat: str
    metric: str
    value: str | None
    period: str = ""
    note: str = ""
    id: str = ""
    void: bool = False
    line: int = 0
    column: int = -1
    n: int | None = None

    def at(self, seat: str, metric: str) -> ImportRow:
        """The same for a metric that is found."""
        return replace(self, seat=seat, metric=metric)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row, or a cell of a wide file, that cannot be recorded, and why."""

    where: str
    why: str
    line: int
    column: int = -1


@dataclass(frozen=True, slots=True)
class ImportFile:
    """The values of a file, and the rows that cannot be read.

    `header` and `lines` are the file as it was read, to write rows of it again: the texts of each row, or one text for
    each line of JSON. `empty` counts the cells of a wide file that have no value, so that nothing is recorded for
    them.
    """

    name: str
    rows: tuple[ImportRow, ...]
    bad: tuple[BadRow, ...]
    header: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    delimiter: str = ""
    is_wide: bool = False
    empty: int = 0

    def format_rows(self, bad: Sequence[BadRow]) -> str:
        """The rows that are bad as a file of the same form, with a column that says why. It can be imported again.

        Of a wide file, the cells that are good are left out.
        """
        whys: dict[int, list[BadRow]] = {}
        for one in bad:
            whys.setdefault(one.line, []).append(one)
        if not self.delimiter:
            return "".join(_add_json_why(self.lines[line][0], some) for line, some in sorted(whys.items()))
        out = io.StringIO()
        write = csv.writer(out, delimiter=self.delimiter, lineterminator="\n").writerow
        keep = [number for number, name in enumerate(self.header) if _fold(name) != WHY]
        write([*(self.header[number] for number in keep), WHY])
        for line, some in sorted(whys.items()):
            write([*self._select_cells(line, keep, some), "; ".join(dict.fromkeys(one.why for one in some))])
        return out.getvalue()

    def _select_cells(self, line: int, keep: Sequence[int], some: Sequence[BadRow]) -> list[str]:
        cells = self.lines[line]
        wrong = {one.column for one in some}
        if not self.is_wide or -1 in wrong:
            return [cells[number] if number < len(cells) else "" for number in keep] + list(cells[len(self.header) :])
        return [
            cells[number] if number in wrong or not parse_period(_name_period(self.header[number])) else ""
            for number in keep
        ]


def _add_json_why(line: str, some: Sequence[BadRow]) -> str:
    why = "; ".join(dict.fromkeys(one.why for one in some))
    try:
        row = json.loads(line, parse_float=_JsonNumber, parse_int=_JsonNumber)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        # A line that is not an object cannot say why. It stays as it is.
        return f"{line}\n"
    inside = line.strip().removesuffix("}").rstrip().removesuffix(",")
    old = row.pop(WHY, None)
    if old is not None:
        inside = re.sub(rf',?\s*"{WHY}"\s*:\s*"(?:[^"\\]|\\.)*"', "", inside)
    comma = ", " if row else ""
    return f"{inside}{comma}{json.dumps(WHY)}: {json.dumps(why, ensure_ascii=False)}}}\n"


class _JsonNumber(str):
    """A number of JSON as it is written. It has a decimal point, whatever the file has in its texts."""

    __slots__ = ()


def read_import_rows(raw: bytes, name: str) -> list[ImportRow]:
    """The values of a file of which every row can be read. Raises `BadImportFile`."""
    found = read_import_file(raw, name)
    for bad in found.bad:
        raise BadImportFile(where=bad.where, what=bad.why.removesuffix("."))
    return list(found.rows)


def read_import_file(raw: bytes, name: str, decimal: str = "") -> ImportFile:
    """The values of a file. One that begins with a brace is JSON Lines, any other is CSV.

    `decimal` is the mark before the decimals of its numbers, "," or "."; if it is "", it is a point, and a comma that
    could be either is an error in a file that is not separated by commas. Raises `BadImportFile` for a file that is
    neither, and for a wrong header line.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadImportFile(
            where=name, what="not UTF-8 text. In a spreadsheet program, save it as CSV UTF-8"
        ) from error
    if text.lstrip().startswith("["):
        raise BadImportFile(where=name, what="a JSON list. Write one object per line, without brackets around them")
    reader = _FileReader(name, decimal)
    return reader.read_json(text) if text.lstrip().startswith("{") else reader.read_csv(text)


class _FileReader:
    """Collects the values and the bad rows of one file."""

    def __init__(self, name: str, decimal: str) -> None:
        self.name, self.decimal = name, decimal
        self.rows: list[ImportRow] = []
        self.bad: list[BadRow] = []
        self.lines: list[tuple[str, ...]] = []
        self.empty = 0
        self.delimiter = ""

    def read_json(self, text: str) -> ImportFile:
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            where = f"{self.name}:{number}"
            self.lines.append((line.strip("\r"),))
            try:
                self._add_row(where, _parse_json_row(line))
            except _BadRowError as error:
                self._add_bad(where, error)
        return self._build_file((), is_wide=False)

    def read_csv(self, text: str) -> ImportFile:
        told = re.match(r"sep=(.)\r?\n", text)
        skipped = 1 if told else 0
        body = text[told.end() :] if told else text
        self.delimiter = told[1] if told else _find_delimiter(body)
        reader = csv.reader(io.StringIO(body, newline=""), delimiter=self.delimiter, strict=True)
        try:
            header = next(reader, [])
            names = [_fold(column) for column in header]
            is_wide = _is_wide(names)
            check = _check_wide_columns if is_wide else _check_columns
            check(names, f"{self.name}:{1 + skipped}")
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    self._read_line(f"{self.name}:{reader.line_num + skipped}", names, cells, is_wide=is_wide)
        except csv.Error as error:
            raise BadImportFile(where=f"{self.name}:{reader.line_num + skipped}", what=f"not CSV: {error}") from error
        return self._build_file(header, is_wide=is_wide)

    def _read_line(self, where: str, names: Sequence[str], cells: Sequence[str], *, is_wide: bool) -> None:
        self.lines.append(tuple(cells))
        texts = [restore_formula(cell) for cell in cells]
        if len(cells) != len(names):
            self._add_bad(where, _BadRowError("the number of fields differs from the header line"))
            return
        try:
            if is_wide:
                self._add_wide_row(where, names, texts)
            else:
                self._add_row(where, dict(zip(names, texts, strict=True)))
        except _BadRowError as error:
            self._add_bad(where, error)

    def _add_wide_row(self, where: str, names: Sequence[str], texts: Sequence[str]) -> None:
        row = {name: text.strip() for name, text in zip(names, texts, strict=True)}
        metric = row.get("metric", "") or row.get("", "") or row.get("name", "")
        if not metric:
            raise _BadRowError("it has no metric")
        # With several periods, nobody knows which of the blank cells the note is about.
        is_explained = (
            bool(row.get("note")) and sum(parse_period(_name_period(name)) is not None for name in names) == 1
        )
        for column, (name, text) in enumerate(zip(names, texts, strict=True)):
            period = parse_period(_name_period(name))
            if not period:
                continue
            place = f"{where} ({period.text})"
            if not text.strip() and not is_explained:
                self.empty += 1
                continue
            try:
                value, note = self._read_value(text, row.get("note", ""))
                self.rows.append(
                    ImportRow(
                        where=place,
                        seat=row.get("seat", ""),
                        metric=metric,
                        value=value,
                        period=period.text,
                        note=note,
                        line=len(self.lines) - 1,
                        column=column,
                    )
                )
            except _BadRowError as error:
                self._add_bad(place, error, column)

    def _add_row(self, where: str, row: Mapping[str, Any]) -> None:
        given = {True: "yes", False: "no"}[row["value"]] if isinstance(row["value"], bool) else row["value"]
        texts = {name: row[name] if row.get(name) is not None else "" for name in COLUMNS}
        texts["value"] = "" if given is None else given
        is_exported = EXPORTED_COLUMNS[0] in row
        if is_exported and row[EXPORTED_COLUMNS[0]] == "ignored":
            # A record that was older than its period never counted, and would count if it were recorded now.
            return
        if is_exported and given == "":
            given = None
        wrong = next((name for name, text in texts.items() if not isinstance(text, str)), None)
        if wrong:
            raise _BadRowError(f"{wrong} is not text")
        seat, metric, period, note, score_id = (
            texts[name].strip() for name in ("seat", "metric", "period", "note", "id")
        )
        value = None
        if given is not None:
            value, note = self._read_value(given, note)
        void, line = row.get("void") in {True, "true"}, len(self.lines) - 1
        n = _parse_cases(texts["n"].strip())
        self.rows.append(ImportRow(where, seat, metric, value, period, note, score_id, void, line, n=n))

    def _read_value(self, text: str, note: str) -> tuple[str | None, str]:
        """The value, None if it is unavailable, and its note. Raises `_BadRowError`."""
        if not text.strip():
            if not note:
                raise _BadRowError(
                    "the value is blank. Write the value, or say in the column note why nobody knows it, and it is "
                    "recorded as unavailable"
                )
            return None, note
        if text.strip().lower() in _UNAVAILABLE:
            where = "an imported file" if self.name == "-" else self.name
            return None, note or f'"{text.strip()}" in {where}'
        return self._read_decimals(text), note

    def _read_decimals(self, text: str) -> str:
        """The value with a point before its decimals. Raises `_BadRowError` for a mark that could be either."""
        if isinstance(text, _JsonNumber):
            return text
        if self.decimal == ",":
            return _replace_decimal_commas(text)
        parts = [part for part in _NUMBER_WITH_MARKS.findall(text) if "," in part]
        if not self.decimal and not all(map(_GROUPED.fullmatch, parts)):
            meant = replace_decimal_commas(text.strip())
            hint = f' Did you mean "{meant}"?' if meant != text.strip() else ""
            raise _BadRowError(
                f'"{text.strip()}" has a comma that does not separate groups of three digits, as in 1,200.{hint} If '
                "the file has decimal commas, add: --decimal ,"
            )
        if parts and not self.decimal and self.delimiter == ";":
            raise _BadRowError(
                f'"{text.strip()}" has a comma that can be a decimal comma or separate groups of three digits. Add '
                "--decimal , for the first, or --decimal . for the second"
            )
        return text

    def _add_bad(self, where: str, error: _BadRowError, column: int = -1) -> None:
        self.bad.append(BadRow(where, str(error), len(self.lines) - 1, column))

    def _build_file(self, header: Sequence[str], *, is_wide: bool) -> ImportFile:
        return ImportFile(
            self.name,
            tuple(self.rows),
            tuple(self.bad),
            tuple(header),
            tuple(self.lines),
            self.delimiter,
            is_wide,
            self.empty,
        )


def _parse_cases(text: str) -> int | None:
    """The number of cases in a text; None if it is empty. Raises `_BadRowError`."""
    plain = remove_group_marks(text)
    if text and not (plain.isascii() and plain.isdecimal()):
        raise _BadRowError(f'n "{text}" is not a whole number, the number of cases that the value covers')
    return int(plain) if text else None


class _BadRowError(Exception):
    """A row that cannot be read, with the reason as its text. It never leaves this module."""


_NUMBER_WITH_MARKS = re.compile(r"[0-9.,]*[0-9][0-9.,]*")
_DECIMAL_COMMA = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?")
_GROUPED = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?|\.[0-9]+")


def _replace_decimal_commas(text: str) -> str:
    """`1234.5` for `1.234,5`. Raises `_BadRowError` for a number that has another form."""
    wrong = next((part for part in _NUMBER_WITH_MARKS.findall(text) if not _DECIMAL_COMMA.fullmatch(part)), None)
    if wrong is not None:
        raise _BadRowError(
            f'"{text.strip()}" is not a number with a decimal comma. With --decimal , a dot only separates groups of '
            "three digits, as in 1.234,5"
        )
    return _NUMBER_WITH_MARKS.sub(lambda match: match[0].replace(".", "").replace(",", "."), text)


def _fold(column: str) -> str:
    return column.strip().lower()


def _name_period(column: str) -> str:
    return column.strip().upper()


def _find_delimiter(text: str) -> str:
    """The mark that separates most columns of the header line; a comma if there is none."""
    header = text.partition("\n")[0]
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=lambda mark: (bare.count(mark), mark == ","))


def _is_wide(names: Sequence[str]) -> bool:
    """Whether the columns are periods: a file with one row for each value has a column `value`."""
    return "value" not in names and any(parse_period(_name_period(name)) for name in names)


def _check_wide_columns(names: Sequence[str], where: str) -> None:
    """Refuse unknown and duplicate columns of a wide file, and one that does not say which metric a row is for."""
    periods = [period.text for name in names if (period := parse_period(_name_period(name)))]
    twice = next((name for name in [*names, *periods] if names.count(name) > 1 or periods.count(name) > 1), None)
    if twice is not None:
        raise BadImportFile(where=where, what=f'the column "{twice}" occurs twice')
    known = ("seat", "metric", "name", "note", WHY, "")
    strange = next((name for name in names if name not in known and not parse_period(_name_period(name))), None)
    if strange is not None:
        what = (
            f'the column "{strange}" is neither a period, such as 2026-W47 or 2026-11, nor one of seat, metric, name '
            "and note. Correct it, or remove it"
        )
        raise BadImportFile(where=where, what=what)
    if not {"metric", "name", ""} & set(names):
        raise BadImportFile(where=where, what='no column "metric", which has the id or the name of each row\'s metric')


def _parse_json_row(line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line, parse_float=_JsonNumber, parse_int=_JsonNumber, object_pairs_hook=_refuse_repeated_keys)
    except (ValueError, RecursionError) as error:
        raise _BadRowError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise _BadRowError('a line must be one object: {"seat": …, "metric": …, "value": …}')
    why = _explain_wrong_columns(row)
    if why:
        raise _BadRowError(f"{why}.")
    return row


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Raises `ValueError` if a key occurs twice."""
    twice = next((key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number])), None)
    if twice is not None:
        raise ValueError(f'the key "{twice}" occurs twice')
    return dict(pairs)


def _check_columns(names: Sequence[str], where: str) -> None:
    """Refuse missing, unknown and duplicate columns."""
    why = _explain_wrong_columns(names)
    if why:
        is_maybe_wide = "value" not in names and {"metric", "name"} & set(names)
        wide = "In a wide file, a column of values is named after its period, such as 2026-W47 or 2026-11"
        raise BadImportFile(where=where, what=join_sentences(why, wide) if is_maybe_wide else why)


def _explain_wrong_columns(names: Iterable[str]) -> str:
    """Which column is missing, unknown or there twice; "" if all is well."""
    known = list(names)
    twice = next((name for name in known if known.count(name) > 1), None)
    missing = next((name for name in _NEEDED if name not in known), None)
    accepted = {*COLUMNS, WHY, *(EXPORTED_COLUMNS if EXPORTED_COLUMNS[0] in known else ())}
    strange = next((name for name in known if name not in accepted), None)
    columns = f"The columns are {', '.join(COLUMNS)}, separated by commas"
    if twice:
        return f'the column "{twice}" occurs twice'
    if missing:
        return f'no column "{missing}". {columns}'
    if strange:
        return join_sentences(f'unknown column "{strange}"', did_you_mean(strange, COLUMNS), columns)
    return ""
