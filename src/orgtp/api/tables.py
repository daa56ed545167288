"""The org as tables: export them for other programs, and query them with SQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from orgtp.history.locate import OrgSnapshot
from orgtp.lazy_dataclass import dataclass

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from orgtp.export.query import QueryResult, TableInfo
    from orgtp.export.write import Exported
    from orgtp.views.log import LogEntry
    from orgtp.views.selection import Selection
    from orgtp.views.tables.build import TableSet


@dataclass(frozen=True)
class TableQueries:
    """The tables of one org. docs/export.md lists them with their columns."""

    snapshot: OrgSnapshot

    def build(self, selection: Selection | None = None) -> TableSet:
        """The tables of a selection; their rows are computed when they are read. Raises `UnknownSeat`."""
        from orgtp.views.selection import EVERYTHING
        from orgtp.views.tables.build import build_tables

        return build_tables(self.snapshot.staff.org, self.snapshot.now, selection or EVERYTHING, self._read_log)

    def _read_log(self) -> Iterator[LogEntry]:
        """The commits, newest first; none without git."""
        if self.snapshot.repo is None:
            return
        from orgtp.history.queries import stream_log_pages
        from orgtp.views.log import LogFilter

        for page in stream_log_pages(self.snapshot, LogFilter(), None, None):
            yield from page

    def export(
        self,
        name: str,
        *,
        format: str = "",  # noqa: A002  (the same word as the option)
        table: str = "",
        selection: Selection | None = None,
        force: bool = False,
        out: IO[bytes] | None = None,
    ) -> Exported:
        """Write the tables to the file or folder `name`, or for `-` to `out` (default: standard output).

        `format` is csv, xlsx, sqlite, ics, openmetrics, jsonl or seats; "" is that of the extension. csv and jsonl have
        a file for each table, or only that of one `table`. Raises `BadInput`, `UnknownFormat`, `UnknownSeat`,
        `OutputExists` (unless `force`), `CannotWriteOutput`, `NoOpenpyxl` and `TooManyRows`.
        """
        from orgtp.export.formats import find_target
        from orgtp.export.write import write_export

        target = find_target(name, format, table)
        sources = self.snapshot.staff.files
        return write_export(self.build(selection), target, out or sys.stdout.buffer, force=force, sources=sources)

    def query(self, query: str, *, limit: int = 1000, seconds: float = 10.0) -> QueryResult:
        """Run one SQL query that only reads. Raises `BadInput`, `BadQuery`, `QueryRefused` and `QueryTooLong`."""
        from orgtp.export.query import run_query

        return run_query(self.build(), query, limit=limit, seconds=seconds)

    def list_tables(self) -> list[TableInfo]:
        """The tables and views that a query can read, with their columns."""
        from orgtp.export.query import list_tables

        return list_tables()
