"""Tables as a SQLite database, with views for people and for tools such as Datasette."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import TypeAlias

from orgtp.export.cells import to_binary_number, to_plain_text
from orgtp.model.records.table import ColumnType, Table, TableCell
from orgtp.model.value import write_number
from orgtp.views.tables.build import TableSet
from orgtp.views.tables.columns import TABLES, TABLES_BY_NAME

SqliteValue: TypeAlias = str | int | float | None
# SQLite itself chooses between a whole and a binary number for a NUMERIC column.
_TYPES = {ColumnType.INTEGER: "INTEGER", ColumnType.NUMBER: "NUMERIC", ColumnType.FLAG: "INTEGER"}
# Each view with its description and its query.
VIEWS = {
    "current_seats": ("The seats that are not retired.", "select * from seats where status <> 'retired'"),
    "scorecard": (
        "The newest verdict on each current metric of the seats that are not retired, with names.",
        (
            "select m.seat, s.name as seat_name, s.owner, s.owner_name, m.metric, m.name, m.outcome, m.target, m.unit, "
            "m.latest_period, m.latest, m.latest_amount, m.state, m.misses_in_a_row, m.on_target, m.known, "
            "m.stale_since from metrics as m join seats as s on s.seat = m.seat "
            "where s.status <> 'retired' and m.current"
        ),
    ),
    "latest_values": (
        "The record in effect for the newest period of each metric, in its present cadence if it has one.",
        # The texts of periods of two sizes do not sort by time.
        (
            "select seat, metric, period, value, amount, unit, note, at, by, id from (select v.*, row_number() over "
            "(partition by v.seat, v.metric order by v.period glob case m.cadence when 'weekly' then '????-W??' "
            "when 'monthly' then '????-[01]?' when 'quarterly' then '????-Q?' when 'hourly' then '????-??-??T*' "
            "else '????-??-??' end desc, v.period desc) as place from \"values\" as v left join metrics as m "
            "on m.seat = v.seat and m.metric = v.metric where v.standing = 'counts') where place = 1"
        ),
    ),
    "recorded_values": ("The table `values`, by a name that needs no quotes in SQL.", 'select * from "values"'),
    "open_escalations": (
        "The escalations that are not resolved.",
        "select * from escalations where state <> 'resolved'",
    ),
}


def list_columns() -> Mapping[str, list[str]]:
    """The columns of every table and view."""
    connection = sqlite3.connect(":memory:")
    try:
        create_schema(connection)
        names = [*TABLES_BY_NAME, *VIEWS]
        return {name: [row[1] for row in connection.execute(f'pragma table_info("{name}")')] for name in names}
    finally:
        connection.close()


def create_schema(connection: sqlite3.Connection) -> None:
    """Create the tables and views, empty."""
    for table in TABLES:
        connection.execute(_describe_table(table))
    for name, (_, query) in VIEWS.items():
        connection.execute(f"create view {name} as {query}")


def _describe_table(table: Table) -> str:
    columns = [f"{column.name} {_TYPES.get(column.type, 'TEXT')}" for column in table.columns]
    keys = [f"primary key ({', '.join(table.key)})"]
    keys += [
        f"foreign key ({', '.join(names)}) references {other} ({', '.join(TABLES_BY_NAME[other].key)})"
        for names, other in table.references.items()
    ]
    return f'create table "{table.name}" ({", ".join([*columns, *keys])})'


def fill_tables(connection: sqlite3.Connection, tables: TableSet, names: Iterable[str]) -> dict[str, int]:
    """Insert the rows of these tables, and return how many each has."""
    return {name: _fill_table(connection, TABLES_BY_NAME[name], tables) for name in names}


def _fill_table(connection: sqlite3.Connection, table: Table, tables: TableSet) -> int:
    places = ", ".join("?" * len(table.columns))
    insert, inserted = f'insert into "{table.name}" values ({places})', 0  # noqa: S608  (names of our own)
    for row in tables.rows(table.name):
        for cells in _number_repeated_id(table, [_to_sqlite_value(cell) for cell in row]):
            try:
                connection.execute(insert, cells)
            except sqlite3.IntegrityError:
                continue
            inserted += 1
            break
    return inserted


def _number_repeated_id(table: Table, cells: list[SqliteValue]) -> Iterator[list[SqliteValue]]:
    """The row, then the same with its id numbered: in an org with that problem, two records may have one id."""
    yield cells
    place = table.names.index(table.key[-1])
    for number in count(2):
        yield [*cells[:place], f"{cells[place]}#{number}", *cells[place + 1 :]]


def _to_sqlite_value(cell: TableCell) -> SqliteValue:
    if isinstance(cell, int):
        return int(cell)
    if isinstance(cell, Decimal):
        number = to_binary_number(cell)
        return float(write_number(cell)) if number is None else number
    return to_plain_text(cell)


def write_database(tables: TableSet, path: Path) -> dict[str, int]:
    """Write a database file, and return the number of rows of each table."""
    connection = sqlite3.connect(path)
    try:
        # If it fails, the file is thrown away, so no journal is needed.
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        connection.execute("pragma user_version = 1")
        create_schema(connection)
        counts = fill_tables(connection, tables, TABLES_BY_NAME)
        connection.commit()
        return counts
    finally:
        connection.close()
