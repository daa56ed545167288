"""Deliveries of briefings: who got one, for which day, and of which commit. Records are only ever appended."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import field
from datetime import UTC, date, datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place
from orgtp.model.records.table import BY_SEAT, Column, ColumnType, RecordTable, Table, TableRow
from orgtp.model.score import format_timestamp

BRIEFINGS_FOLDER = "briefings/"
DELIVERY_KEYS = ("id", "at", "to", "day", "commit", "by", "note")
_PATH = re.compile(r"briefings/[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One briefing that a service accepted for the seat `to`. A seat gets one for each `day` of the org's time zone.

    `at` is when it was accepted, `commit` what it showed ("" for an org without a commit), and `by` the seat that sent
    it. `note` says what a reader has to know, such as that one of two addresses did not accept it.
    """

    id: str
    at: datetime
    to: str
    day: date
    commit: str = ""
    by: str = ""
    note: str = ""
    place: Place = field(default=Place(""), compare=False)

    @property
    def line(self) -> str:
        """The record as a line of its file, without the newline."""
        record = {"id": self.id, "at": format_timestamp(self.at), "to": self.to, "day": self.day.isoformat()}
        rest = {"commit": self.commit, "by": self.by, "note": self.note}
        record |= {key: text for key, text in rest.items() if text}
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    @property
    def path(self) -> str:
        """The file that the record belongs in: that of the calendar month of `at` in UTC."""
        at = self.at.astimezone(UTC)
        return f"{BRIEFINGS_FOLDER}{at.year:04}-{at.month:02}.jsonl"

    def repeats(self, other: Delivery) -> bool:
        """Whether both records are of the same day's briefing for the same seat."""
        return (self.to, self.day) == (other.to, other.day)


def is_briefing_path(path: str) -> bool:
    """Whether `path` is that of a file of deliveries."""
    return _PATH.fullmatch(path) is not None


def _list_table_rows(_key: str, one: Delivery, _today: date) -> Iterator[TableRow]:
    yield one.id, one.at, one.to, one.day, one.commit or None, one.by or None, one.note or None


_BRIEFINGS = Table(
    "briefings",
    "Every briefing that was delivered.",
    ("id",),
    (
        Column("id", "The id."),
        Column("at", "When a service accepted it.", ColumnType.TIME),
        Column("seat", "The seat that it was for."),
        Column("day", "The day that it was for.", ColumnType.DATE),
        Column("commit_id", "The commit that it showed."),
        Column("by", "The seat that sent it."),
        Column("note", "What a reader has to know, such as that an address did not accept it."),
    ),
    BY_SEAT,
)
BRIEFING_TABLES = (RecordTable(_BRIEFINGS, _list_table_rows),)
