"""The tool that queries the org with SQL."""

from __future__ import annotations

from typing import Annotated

from orgtp.api import OrgHandle, name_row
from orgtp.mcp.answer import ROOM, Answer, bound_rows, build_answer, clamp_limit

# A client waits for the answer, and its other calls wait, too.
_SECONDS = 5.0
_NARROW = "Select fewer rows or columns, or aggregate them."


def query(handle: OrgHandle, sql: Annotated[str, "One SELECT of SQLite"], limit: int = 100) -> Answer:
    """Query the org with SQL, read only, for counts and joins that no other tool has.

    Tables: seats, metrics, values (all), cells (judged), retirements, escalations, events, todos, reviews, review_rows,
    briefings. Columns: select sql from sqlite_schema. total counts the rows that were read.
    """
    found = handle.tables.query(sql, limit=min(max(clamp_limit(limit), 1), ROOM), seconds=_SECONDS)
    rows = [name_row(found.columns, row) for row in found.rows]
    body = bound_rows("table", rows, limit, _NARROW)
    # How many rows follow is unknown, and a query says itself where it begins.
    body = {**body, "truncated": body["truncated"] or found.is_cut}
    body = {**body, "narrow": _NARROW if body["truncated"] else None}
    del body["next_offset"]
    return build_answer(handle, "sql", {"columns": found.columns, **body})
