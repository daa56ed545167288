"""The formats of an export, and which one a name or an option means."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.text import did_you_mean, join_sentences
from orgtp.views.tables.columns import TABLES_BY_NAME

STDOUT = "-"


class ExportFormat(StrEnum):
    """The formats. CSV and JSON Lines have a file for each table; the others are one file.

    `seats` is JSON Lines too: whole seats, with all keys of their files.
    """

    CSV = "csv"
    XLSX = "xlsx"
    SQLITE = "sqlite"
    ICS = "ics"
    OPENMETRICS = "openmetrics"
    JSONL = "jsonl"
    SEATS = "seats"

    @property
    def has_file_per_table(self) -> bool:
        """Whether each table is a file of its own."""
        return self in {ExportFormat.CSV, ExportFormat.JSONL}

    @property
    def is_binary(self) -> bool:
        """Whether a terminal cannot show it."""
        return self in {ExportFormat.XLSX, ExportFormat.SQLITE}

    @property
    def suffix(self) -> str:
        """The usual end of a file's name."""
        return _SUFFIXES.get(self.value, f".{self.value}")


_SUFFIXES = {"openmetrics": ".prom", "seats": ".jsonl"}
SUFFIXES = {
    ".csv": ExportFormat.CSV,
    ".jsonl": ExportFormat.JSONL,
    ".ndjson": ExportFormat.JSONL,
    ".xlsx": ExportFormat.XLSX,
    ".sqlite": ExportFormat.SQLITE,
    ".sqlite3": ExportFormat.SQLITE,
    ".db": ExportFormat.SQLITE,
    ".ics": ExportFormat.ICS,
    ".prom": ExportFormat.OPENMETRICS,
    ".openmetrics": ExportFormat.OPENMETRICS,
}


class UnknownFormat(OrgtpError):
    """The format of an export cannot be told from the name of the file."""

    text = "{why} Name the format: --format {formats}"


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """Where an export goes: to a file, to standard output (no path), or to a folder with a file for each table.

    `table` is the only table, or "".
    """

    format: ExportFormat
    path: Path | None
    table: str = ""
    is_folder: bool = False


def find_target(name: str, format_: str = "", table: str = "") -> ExportTarget:
    """Find out where an export goes. `name` is a file, a folder or `-`; `format_` and `table` may be "".

    The format is that of the option, else of the file's extension, else CSV for a folder. Raises `BadInput` and
    `UnknownFormat`.
    """
    if not name:
        raise BadInput(what="name a file or a folder to write, or - for standard output")
    if table and table not in TABLES_BY_NAME:
        hint = join_sentences(did_you_mean(table, TABLES_BY_NAME), f"There are: {', '.join(TABLES_BY_NAME)}")
        raise BadInput(what=f'unknown table "{table}". {hint}')
    path = None if name == STDOUT else Path(name).expanduser()
    chosen = _find_format(name, path, format_, table)
    return _find_tables_target(chosen, path, table) if chosen.has_file_per_table else _find_file(chosen, path, table)


def _find_file(chosen: ExportFormat, path: Path | None, table: str) -> ExportTarget:
    """The target of a format that is one file."""
    if table:
        raise BadInput(what=f"--table is for csv and jsonl: {chosen} contains what it needs of all tables")
    if path is not None and path.is_dir():
        inside = path / f"org{chosen.suffix}"
        raise BadInput(what=f"{path} is a folder. Name a file in it: orgtp export {inside} --format {chosen}")
    return ExportTarget(chosen, path)


def _find_tables_target(chosen: ExportFormat, path: Path | None, table: str) -> ExportTarget:
    """The target of a format that has a file for each table: a folder, or the file of one table."""
    every = "|".join(TABLES_BY_NAME)
    if path is None:
        if not table:
            raise BadInput(what=f"{chosen} has a file for each table. Name one of them: --table {every}")
        return ExportTarget(chosen, None, table)
    if path.suffix.lower() not in SUFFIXES or path.is_dir():
        return ExportTarget(chosen, path, table, is_folder=True)
    if not table and path.stem not in TABLES_BY_NAME:
        folder = path.with_suffix("")
        raise BadInput(
            what=f"{chosen} has a file for each table. Name a folder: orgtp export {folder} --format {chosen}. Or name "
            f"the table of this file: --table {every}"
        )
    return ExportTarget(chosen, path, table or path.stem)


def _find_format(name: str, path: Path | None, format_: str, table: str) -> ExportFormat:
    known = None if path is None or path.is_dir() else SUFFIXES.get(path.suffix.lower())
    formats = "|".join(ExportFormat)
    if format_:
        try:
            chosen = ExportFormat(format_.strip().lower())
        except ValueError as error:
            hint = join_sentences(did_you_mean(format_, list(ExportFormat)), f"There are: {', '.join(ExportFormat)}")
            raise BadInput(what=f'"{format_}" is not a format. {hint}') from error
        is_seats = chosen is ExportFormat.SEATS and known is ExportFormat.JSONL
        if known is not None and known is not chosen and not is_seats:
            raise BadInput(what=f"{name} is a name for {known}, but the format is {chosen}. Choose a name that fits")
        return chosen
    if known is not None:
        return known
    if path is None and not table:
        raise UnknownFormat(why="standard output has no extension that says the format.", formats=formats)
    if path is not None and path.suffix and not path.is_dir():
        raise UnknownFormat(why=f'no format has the extension "{path.suffix}".', formats=formats)
    return ExportFormat.CSV
