"""Tables: the columns of what `orgtp export` writes, and how a record becomes rows of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from orgtp.lazy_dataclass import dataclass

# A cell of a table: a text, a number, a date, a time (aware), texts by id, or None for what there is not.
TableCell: TypeAlias = str | bool | int | Decimal | date | datetime | Mapping[str, str] | None
TableRow: TypeAlias = tuple[TableCell, ...]


class ColumnType(StrEnum):
    """What a column contains, besides blanks."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"  # an exact decimal
    FLAG = "true or false"
    DATE = "date"  # 2026-11-20
    TIME = "time"  # 2026-11-20T13:00:02Z
    MAP = "JSON object"  # texts by id


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    description: str
    type: ColumnType = ColumnType.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `key` identifies a row, and `references` maps columns to the table whose key they contain."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: Mapping[tuple[str, ...], str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class RecordTable:
    """A table of the records of one kind.

    `list_rows` gets the key of a record ("" for a line of JSON Lines), the record, and the day in the org, and returns
    its rows. With a selection of seats, the rows whose column `seat` is one of them are shown; of a table without that
    column, those of the records that are about one of them.
    """

    table: Table
    list_rows: Callable[[str, Any, date], Iterable[TableRow]]


# The column `seat` is an id in the table of the seats.
BY_SEAT: Mapping[tuple[str, ...], str] = {("seat",): "seats"}
