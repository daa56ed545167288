"""Tables as CSV: what Python's reader and a spreadsheet see in them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.text import neutralise_formula, restore_formula
from orgtp.render.tables.csv import format_cell, format_csv


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    (_, (cell,)) = read(format_csv(["note"], [[f"{start}SUM(A1:A9)"]]))
    assert cell.startswith("'")


@pytest.mark.parametrize("number", ["-5", "+5", "-0.25", "12.5", "0"])
def test_a_number_with_a_sign_stays_a_number(number: str) -> None:
    assert format_cell(number) == number
    assert format_cell(Decimal(number)) == str(Decimal(number))


@pytest.mark.parametrize("text", ["-5+cmd", "-", "+1-1", "--5", "-5 ", "-1,2", "-5\n"])
def test_what_only_begins_like_a_number_is_a_formula(text: str) -> None:
    assert format_cell(text) == f"'{text}"


@given(st.text())
def test_the_text_of_a_neutralised_cell_can_be_restored(text: str) -> None:
    assert restore_formula(neutralise_formula(text)) == text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["C"])), min_size=2, max_size=2)))
def test_what_is_written_is_what_is_read(rows: list[list[str]]) -> None:
    assert [[restore_formula(cell) for cell in row] for row in read(format_csv(["a", "b"], rows))] == [
        ["a", "b"],
        *rows,
    ]


def test_each_kind_of_value_has_one_spelling() -> None:
    row = [None, True, False, datetime(2026, 11, 20, 13, tzinfo=UTC), date(2026, 11, 20), ["a", "b"], Decimal("1.50")]
    (line,) = read(format_csv(list("abcdefg"), [row]))[1:]
    assert line == ["", "true", "false", "2026-11-20T13:00:00Z", "2026-11-20", "a, b", "1.50"]


def test_a_control_character_of_a_user_reaches_no_terminal() -> None:
    text = format_csv(["note"], [["red \x1b[31m and \u202e back\nsecond line"]])
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert read(text)[1] == ["red \\x1b[31m and \\u202e back\nsecond line"]
