"""Write an export: to a file or a folder, completely or not at all, or to standard output."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from orgtp.export.calendar import count_events, write_calendar
from orgtp.export.database import write_database
from orgtp.export.formats import STDOUT, ExportFormat, ExportTarget
from orgtp.export.openmetrics import count_samples, write_openmetrics
from orgtp.export.seat_lines import write_seat_lines
from orgtp.export.text_tables import write_table_lines
from orgtp.export.xlsx import write_workbook
from orgtp.files.output import refuse_existing, write_atomically
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.views.selection import NOTHING_OMITTED, Omitted
from orgtp.views.tables.build import TableSet
from orgtp.views.tables.columns import TABLES_BY_NAME


class CannotWriteOutput(OrgtpError):
    """The output file cannot be written."""

    text = "{path} cannot be written: {why}"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written, and the number of rows of each table in it; `dates` of a calendar, or `metrics`."""

    path: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, and what the selection left out."""

    format: ExportFormat
    files: tuple[ExportedFile, ...]
    left_out: Omitted = NOTHING_OMITTED


def write_export(
    tables: TableSet,
    target: ExportTarget,
    out: IO[bytes],
    *,
    force: bool = False,
    sources: Mapping[str, bytes] | None = None,
) -> Exported:
    """Write the tables to `target`, or to `out` if it has no path. `sources` are the org's files, for whole seats.

    A file that exists is replaced only with `force`; other files of a folder stay. Raises `OutputExists`, `BadInput`
    for something that is not a file, `CannotWriteOutput`, and the errors of the format.
    """
    if target.path is None:
        streamed = _write_stream(_Content(tables, sources or {}), target, out)
        return Exported(target.format, (streamed,), tables.left_out)
    content, paths = _Content(tables, sources or {}), _list_paths(target)
    for path in paths.values():
        if path.exists() and not path.is_file():
            raise BadInput(what=f"{path} is not a file. To write to standard output, name the file {STDOUT}")
        if not force:
            refuse_existing(path)
    try:
        if target.is_folder:
            target.path.mkdir(parents=True, exist_ok=True)
        # All files are complete before the first gets its name.
        with ExitStack() as stack:
            files = []
            for table, path in paths.items():
                temporary = stack.enter_context(write_atomically(path, force=force))
                files.append(ExportedFile(str(path), _write_file(content, target.format, table, temporary)))
    except OSError as error:
        raise CannotWriteOutput(path=target.path, why=error.strerror or error) from error
    return Exported(target.format, tuple(files), tables.left_out)


@dataclass(frozen=True, slots=True)
class _Content:
    """What is exported: the tables, and the files of the org."""

    tables: TableSet
    sources: Mapping[str, bytes]


def _list_paths(target: ExportTarget) -> dict[str, Path]:
    """The files to write, by table; by "" if all tables are in one file. A link is followed, not replaced."""
    if target.path is None:
        return {}
    if not target.is_folder:
        return {target.table: target.path.resolve() if target.path.is_symlink() else target.path}
    names = [target.table] if target.table else [*TABLES_BY_NAME]
    return {name: target.path / f"{name}{target.format.suffix}" for name in names}


def _write_stream(content: _Content, target: ExportTarget, out: IO[bytes]) -> ExportedFile:
    if not target.format.is_binary:
        return ExportedFile(STDOUT, _write_lines(content, target.format, target.table, out))
    with tempfile.TemporaryDirectory(prefix="orgtp-") as folder:
        path = Path(folder) / f"export{target.format.suffix}"
        rows = _write_file(content, target.format, "", path)
        out.write(path.read_bytes())
    return ExportedFile(STDOUT, rows)


def _write_file(content: _Content, format_: ExportFormat, table: str, path: Path) -> dict[str, int]:
    if format_ in _WRITERS:
        return _WRITERS[format_](content.tables, path)
    with path.open("xb") as out:
        return _write_lines(content, format_, table, out)


_WRITERS: dict[ExportFormat, Callable[[TableSet, Path], dict[str, int]]] = {
    ExportFormat.XLSX: write_workbook,
    ExportFormat.SQLITE: write_database,
}


def _write_lines(content: _Content, format_: ExportFormat, table: str, out: IO[bytes]) -> dict[str, int]:
    tables = content.tables
    if format_ is ExportFormat.ICS:
        _write_all(write_calendar(tables), out)
        return {"dates": count_events(tables)}
    if format_ is ExportFormat.OPENMETRICS:
        _write_all(write_openmetrics(tables), out)
        return {"metrics": count_samples(tables)}
    if format_ is ExportFormat.SEATS:
        return {"seats": _write_all(write_seat_lines(tables.seats, content.sources), out)}
    header = 1 if format_ is ExportFormat.CSV else 0
    return {table: _write_all(write_table_lines(tables, table, format_), out) - header}


def _write_all(lines: Iterable[str], out: IO[bytes]) -> int:
    """Write lines, and return how many there were."""
    written = 0
    for line in lines:
        out.write(line.encode())
        written += 1
    return written
