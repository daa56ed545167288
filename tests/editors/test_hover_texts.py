"""What an editor shows over a key: the schemas say what everything means, with examples that hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT

SCHEMAS = {path.name.partition(".")[0]: json.loads(path.read_text()) for path in (ROOT / "schema").glob("*.json")}


def named(schema: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Every part of a schema that a person can write something for: keys, their values, items."""
    for word in ("properties", "patternProperties"):
        for key, part in schema.get(word, {}).items():
            yield from ((f"{at}.{key}", part), *named(part, f"{at}.{key}"))
    for word in ("additionalProperties", "propertyNames", "items"):
        if isinstance(schema.get(word), dict):
            yield from ((f"{at}.{word}", schema[word]), *named(schema[word], f"{at}.{word}"))
    # The forms of one thing share its text: an editor would show that of a form in its stead.
    for number, part in enumerate(schema.get("anyOf", [])):
        yield from named(part, f"{at}.{number}")


PARTS = [pytest.param(part, id=at) for name, schema in SCHEMAS.items() for at, part in named(schema, name)]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_says_what_it_means_with_an_example_that_holds(part: dict[str, Any]) -> None:
    assert part["description"].endswith((".", "?")), "a hover text is a sentence"
    assert part["examples"], "a hover text has an example"
    assert [list(Draft202012Validator(part).iter_errors(example)) for example in part["examples"]] == [
        [] for _ in part["examples"]
    ]


@pytest.mark.parametrize("part", PARTS)
def test_every_word_to_choose_from_is_explained(part: dict[str, Any]) -> None:
    assert [word for word in part.get("enum", []) if f"{word}" not in part["description"]] == []


def test_parts_are_found() -> None:
    """The walk sees the deepest key that there is, and every schema."""
    found = {at for schema in SCHEMAS for at, _ in named(SCHEMAS[schema], schema)}
    assert {"seat.metrics.additionalProperties.target.1.additionalProperties", "org.policy.words.outcome.items"} < found
    assert {at.partition(".")[0] for at in found} == {
        "briefing", "escalation", "explained", "org", "retirement", "review", "score", "seat", "silenced", "sources",
        "todo",
    }  # fmt: skip
