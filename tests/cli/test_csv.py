"""`--format csv` of every view: one table, with the columns that the docs name, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.conftest import ROOT, Shell

VIEWS = {
    "chart": "chart",
    "seat list": "seat list",
    "scorecard": "scorecard --weeks 2",
    "stale": "stale",
    "why": "why jeff",
    "score list": "score list dash",
    "escalate list": "escalate list --all",
    "log": "log --limit 5",
    "seat blame": "seat blame dash",
    "seat history": "seat history jeff",
    "diff": "diff HEAD~20",
    "source list": "source list",
    "org show": "org show",
    "validate": "validate",
    "seat show": "seat show dash",
    "context": "context dash",
}
LISTS = {
    "chart": "seats", "seat list": "seats", "scorecard": "rows", "stale": "stale", "why": "evidence",
    "score list": "scores",
    "escalate list": "escalations", "log": "commits", "seat blame": "fields", "source list": "sources",
    "org show": "settings", "validate": "problems",
}  # fmt: skip


def table(here: Shell, words: str) -> list[dict[str, str]]:
    text = here(*words.split(), "--format", "csv", code=None).out
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def documented(command: str) -> list[str]:
    page = (ROOT / "docs/csv.md").read_text(encoding="utf-8")
    for line in page.splitlines():
        commands, _, columns = line.removeprefix("| ").partition(" | ")
        if f"`{command}`" in commands and columns:
            bare = re.sub(r"\([^)]*\)", "", columns).partition(";")[0].partition(":")[0]
            return re.findall(r"`([^`]+)`", bare)
    raise AssertionError(command)


@pytest.mark.parametrize("view", VIEWS)
def test_the_columns_of_each_view_are_the_documented_ones(sample: Shell, view: str) -> None:
    sample("escalate", "open", "dash", "The ad account is locked", "--by", "bogdan")
    (header, *_) = csv.reader(io.StringIO(sample(*VIEWS[view].split(), "--format", "csv", code=None).out))
    known = documented(view)
    assert header[: len(known)] == known
    if view != "scorecard":
        assert header == known


@pytest.mark.parametrize("view", LISTS)
def test_a_table_has_a_row_for_each_item_of_the_json(sample: Shell, view: str) -> None:
    sample("escalate", "open", "dash", "The ad account is locked", "--by", "bogdan")
    items = sample(*VIEWS[view].split(), "--json", code=None).json[LISTS[view]]
    rows = table(sample, VIEWS[view])
    assert len(rows) == len(items)
    for row, item in zip(rows, items, strict=True):
        for key, text in row.items():
            value = item.get(key)
            if isinstance(value, str) and not value.startswith(("=", "-", "+", "@")):
                assert text == value
            elif key in item and value is None:
                assert text == ""


def test_the_cells_of_a_scorecard_are_values_and_states(sample: Shell) -> None:
    card = sample("scorecard", "--weeks", "2", "--json").json
    for row, shown in zip(card["rows"], table(sample, "scorecard --weeks 2"), strict=True):
        for period, cell in zip(card["columns"], row["cells"], strict=True):
            assert (shown[period], shown[f"{period} state"]) == (cell["value"] or "", cell["state"])


def test_a_formula_in_a_name_or_a_note_is_neutralised_everywhere(acme: Shell) -> None:
    acme("seat", "set", "bot", "name==HYPERLINK(0)", "metrics.number.name=@SUM(A1)", "role=+cmd")
    acme("score", "add", "bot", "number", "13", "--note", "-2+3 people")
    for words in (
        "chart",
        "seat list",
        "scorecard",
        "score list",
        "seat show bot",
        "log",
        "context bot",
        "seat blame bot",
    ):
        text = acme(*words.split(), "--format", "csv").out
        for cell in (cell for row in csv.reader(io.StringIO(text)) for cell in row):
            assert not cell.startswith(("=", "+", "@")), (words, cell)
            assert not cell.startswith("-") or re.fullmatch(r"-[0-9.]+", cell), (words, cell)
    assert "'-2+3 people" in acme("score", "list", "--format", "csv").out


def test_what_a_selection_leaves_out_is_counted_on_standard_error(sample: Shell) -> None:
    ran = sample("seat", "list", "--only", "human", "--format", "csv")
    assert re.search(r"left out of the table: [0-9]+ seats and [0-9]+ metrics", ran.err)


def test_the_exit_code_and_the_warnings_are_those_of_the_view(sample: Shell) -> None:
    late = "2026-12-24T12:00:00-05:00"
    assert table(sample, "stale")
    sample("stale", "--format", "csv", code=1, ORGTP_NOW=late)
    sample.write("seats/crystal.yaml", "<<<<<<< HEAD\n")
    assert "could not be read" in sample("chart", "--format", "csv", code=1).err
