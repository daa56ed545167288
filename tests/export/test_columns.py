"""The columns of the tables are a contract: docs/export.md lists them, and nothing of a seat is forgotten."""

from __future__ import annotations

import dataclasses
import re
import sqlite3

import pytest

from orgtp.export.database import list_columns
from orgtp.model.records.table import Table
from orgtp.model.score import Score
from orgtp.model.seat import Metric, Seat
from orgtp.views.tables.columns import METRICS, SEATS, TABLES, VALUES
from tools.export_page import PAGE, build_page

# Fields that are in the table by another name or in another table, or that only say where in a file something is.
SEAT_FIELDS = {"id": "seat", "emails": "email", "metrics": "", "declared": "", "unread": "", "marks": ""}
METRIC_FIELDS = {"id": "metric", "own": ""}
SCORE_FIELDS = {"place": ""}


def test_the_docs_list_the_tables_and_columns_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == build_page(text), "docs/export.md is stale: python -m tools.export_page"
    for table in TABLES:
        part = text.split(f"### {table.name}\n")[1].split("\n### ")[0].split("<!--")[0]
        assert re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) == list(table.names)


def test_there_are_the_tables_that_other_programs_expect() -> None:
    assert [table.name for table in TABLES] == [
        "seats", "metrics", "values", "cells", "retirements", "escalations", "events", "todos", "reviews",
        "review_rows", "briefings",
    ]  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_described_and_unique_and_every_key_exists(table: Table) -> None:
    assert len(set(table.names)) == len(table.names)
    assert all(column.description.endswith(".") for column in table.columns)
    assert set(table.key) <= set(table.names)
    assert {name for names in table.references for name in names} <= set(table.names)


@pytest.mark.parametrize(
    ("kind", "table", "fields"),
    [(Seat, SEATS, SEAT_FIELDS), (Metric, METRICS, METRIC_FIELDS), (Score, VALUES, SCORE_FIELDS)],
)
def test_every_field_of_the_model_has_a_column_or_a_reason(kind: type, table: Table, fields: dict[str, str]) -> None:
    for field in dataclasses.fields(kind):
        column = fields.get(field.name, field.name)
        assert column == "" or column in table.names, f"add a column for {field.name}, or a reason to leave it out"


def test_no_column_needs_quotes_in_sql() -> None:
    connection = sqlite3.connect(":memory:")
    for name, columns in list_columns().items():
        connection.execute(f'create table "t_{name}" ({", ".join(columns)})')
        connection.execute(f'select {", ".join(columns)} from "t_{name}"')  # noqa: S608
    connection.close()
