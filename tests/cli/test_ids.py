"""The same id with the same content changes nothing; with anything else it is refused, and both are shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.changes import nothing_written
from tests.conftest import Shell

ADD = ("score", "add", "bot")


def test_the_same_content_in_another_spelling_is_a_success(acme: Shell) -> None:
    acme(*ADD, "money", "$185,000", "--id", "a", "--note", "first")
    with nothing_written(acme):
        for words in (("185000",), ("USD 185000", "--for", "2026-W47"), ("1.85e5", "--note", "another note")):
            assert "already recorded: bot money 2026-W47 = 185000" in acme(*ADD, "money", *words, "--id", "a").err


@pytest.mark.parametrize(
    ("words", "new"),
    [
        (("number", "14"), "bot number = 14"),
        (("number", "13", "--for", "2026-W46"), "bot number 2026-W46 = 13"),
        (("number", "13", "--for", "last"), "bot number 2026-W46 = 13"),
        (("percent", "13"), "bot percent = 13"),
        (("number", "--unavailable", "nobody counted"), "bot number unavailable"),
        (("nmber", "13"), "bot nmber = 13"),
        (("number", "many"), "bot number = many"),
    ],
)
def test_any_other_content_is_refused_and_both_are_shown(acme: Shell, words: tuple[str, ...], new: str) -> None:
    acme(*ADD, "number", "13", "--id", "run-1")
    with nothing_written(acme):
        said = acme(*ADD, *words, "--id", "run-1", code=2).err
    assert "the id run-1 belongs to another value: bot number 2026-W47 = 13, recorded at 2026-11-20T23:00:00Z" in said
    assert f"The new one is {new}." in said


def test_a_period_that_nobody_named_does_not_count(acme: Shell) -> None:
    """A retry after midnight has another current period."""
    acme(*ADD, "number", "13", "--id", "run-1")
    with nothing_written(acme):
        acme(*ADD, "number", "13", "--id", "run-1", ORGTP_NOW="2026-11-23T06:00:00Z")
        acme(*ADD, "number", "13", "--id", "run-1", "--for", "2026-W48", code=2, ORGTP_NOW="2026-11-23T06:00:00Z")


def rows(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps({"seat": "bot", **row}) + "\n" for row in rows)


def test_within_one_file_the_same_id_with_other_content_is_refused(acme: Shell) -> None:
    """Neither row is dropped without a word."""
    first = {"metric": "number", "value": "13", "id": "a"}
    for other in ({"value": "14"}, {"metric": "percent"}, {"period": "2026-W46"}, {"value": None, "note": "x"}):
        with nothing_written(acme):
            said = acme("score", "add", "--from", "-", stdin=rows(first, {**first, **other}), code=2).err
        assert "1 of 2 values cannot be recorded" in said
        assert "-:2: the id a belongs to another value: bot number 2026-W47 = 13" in said


def test_within_one_file_the_same_row_twice_is_one_value(acme: Shell) -> None:
    row = {"metric": "number", "value": "13", "id": "a"}
    acme("score", "add", "--from", "-", stdin=rows(row, {**row, "value": "13.0"}, {**row, "period": "2026-W47"}))
    assert [line["id"] for line in acme("score", "list", "--json").json["scores"]] == ["a"]


def test_a_file_that_repeats_an_id_of_the_org_with_another_value_is_refused(acme: Shell) -> None:
    acme(*ADD, "number", "13", "--id", "a")
    fresh = {"metric": "percent", "value": "97", "id": "b"}
    with nothing_written(acme):
        said = acme(
            "score", "add", "--from", "-", stdin=rows(fresh, {"metric": "number", "value": "14", "id": "a"}), code=2
        )
    assert "-:2: the id a belongs to another value" in said.err
    acme("score", "add", "--from", "-", stdin=rows(fresh, {"metric": "number", "value": "13", "id": "a"}))
    assert {line["id"] for line in acme("score", "list", "--json").json["scores"]} == {"a", "b"}


def test_a_withdrawal_and_an_unavailable_value_are_not_the_same(acme: Shell) -> None:
    acme(*ADD, "number", "13", "--id", "a")
    acme("score", "withdraw", "bot", "number", "--for", "2026-W47", "--reason", "x", "--id", "b", "--by", "ada")
    with nothing_written(acme):
        said = acme(*ADD, "number", "--unavailable", "x", "--id", "b", code=2).err
    assert "the id b belongs to another value: bot number 2026-W47 withdrawn" in said
    assert "The new one is bot number unavailable." in said
