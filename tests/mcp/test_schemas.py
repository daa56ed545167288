"""What a client is told of the tools: each word of it is context, and a change of it is meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from tests.conftest import Shell
from tests.mcp.clients import ERAS, served, talk

READ = {
    "org_chart",
    "get_seat",
    "seat_context",
    "list_seats",
    "scorecard",
    "health",
    "metric_history",
    "what_changed",
    "query",
    "validate",
}
WRITE = {"add_score", "mark_unavailable", "withdraw_score", "todo", "prepare_review", "propose_retirement"}


def _listed(shell: Shell, *, allow_write: bool, mode: str = "auto") -> Any:
    server = served(shell, "tally", allow_write=allow_write)
    result = talk(server, lambda client: client.list_tools(), mode)
    return result.model_dump(mode="json", by_alias=True, exclude_unset=True)


@pytest.mark.parametrize("mode", ERAS)
def test_all_of_it_is_small(asked: Shell, mode: str) -> None:
    """People with many servers pay for each of them in context: all tools, those that write too, are below 17.2 kB."""
    wire = json.dumps(_listed(asked, allow_write=True, mode=mode), separators=(",", ":"), ensure_ascii=False)
    # What stands around it on the wire takes the rest.
    assert len(wire.encode()) < 17_000


def test_only_what_is_allowed_is_there(asked: Shell) -> None:
    assert {tool["name"] for tool in _listed(asked, allow_write=False)["tools"]} == READ
    assert {tool["name"] for tool in _listed(asked, allow_write=True)["tools"]} == READ | WRITE


def test_the_snapshot(asked: Shell, matches_snapshot: Callable[[str, str], None]) -> None:
    tools = _listed(asked, allow_write=True)["tools"]
    matches_snapshot("tools.json", json.dumps(tools, indent=1, ensure_ascii=False) + "\n")


def test_each_tool_says_what_it_is_for(asked: Shell) -> None:
    for tool in _listed(asked, allow_write=True)["tools"]:
        writes = tool["name"] in WRITE
        assert tool["annotations"] == {
            "readOnlyHint": not writes,
            "destructiveHint": False,
            "idempotentHint": not writes,
            "openWorldHint": False,
        }
        assert tool["title"]
        assert 60 < len(tool["description"]) < 330
        assert "\n" not in tool["description"]
        assert ("at" in tool["inputSchema"]["properties"]) is not writes
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
            assert "title" not in schema


# What the function declarations of every large provider take: one error in one tool, and all of them are refused.
INPUT_KEYWORDS = {"type", "description", "enum", "items", "properties", "required"}


def _walk(schema: Any, place: str) -> Any:
    """Each schema inside a schema, with its place."""
    yield place, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _walk(inner, f"{place}.{name}")
    if "items" in schema:
        yield from _walk(schema["items"], f"{place}[]")


def test_no_provider_refuses_an_input_schema(asked: Shell) -> None:
    for tool in _listed(asked, allow_write=True)["tools"]:
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", tool["name"])
        assert len(tool["description"]) <= 1024
        for place, schema in _walk(tool["inputSchema"], tool["name"]):
            # No union, reference, default, title, constant, pattern or object with any keys, and one type each.
            assert schema.keys() <= INPUT_KEYWORDS, place
            assert schema["type"] in {"object", "array", "string", "integer", "boolean"}, place
            assert ("items" in schema) is (schema["type"] == "array"), place
            assert bool(schema.get("properties")) is (schema["type"] == "object"), place
            assert set(schema.get("required", ())) <= schema.get("properties", {}).keys(), place
            if "enum" in schema:
                # Choices are texts, none of them empty: an optional choice is left out of `required`.
                assert schema["type"] == "string", place
                assert schema["enum"], place
                assert all(isinstance(word, str) and word for word in schema["enum"]), place


def test_every_list_of_an_answer_says_what_is_in_it(asked: Shell) -> None:
    for tool in _listed(asked, allow_write=True)["tools"]:
        for place, schema in _walk(tool["outputSchema"], tool["name"]):
            assert isinstance(schema["type"], str), place
            assert ("items" in schema) is (schema["type"] == "array"), place
