"""JSON Schemas of answers, their keys read off the views themselves, so that the two cannot differ.

A client pays for every word of them before it asks anything: a row is told by its keys, each of which is always there;
docs/json.md says what they mean. All schemas are open: a later version may say more.
"""

from __future__ import annotations

from typing import Any

from orgtp.render.json import list_json_keys

Schema = dict[str, Any]
TEXT, NUMBER, FLAG, OBJECT, LIST = ({"type": name} for name in ("string", "integer", "boolean", "object", "array"))
_HEAD = ("org", "revision", "dirty", "as_of", "problems", "problems_total", "quoted")


def view_schema(*views: type, without: str = "", **properties: Schema) -> Schema:
    """The object that one or more views become together, some of its properties told in full."""
    keys = [key for view in views for key in list_json_keys(view) if key != without]
    return object_schema(*keys, **properties)


def object_schema(*keys: str, **properties: Schema) -> Schema:
    """An object with these keys, some of which are told in full."""
    return {
        "type": "object",
        **({"properties": properties} if properties else {}),
        "required": list(dict.fromkeys(keys)),
    }


def list_schema(items: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": items}


def answer_schema(**properties: Schema) -> Schema:
    """An answer with these properties, beside what every answer has."""
    return object_schema(*_HEAD, *properties, **properties)


def answer_schema_of_keys(*keys: str) -> Schema:
    """An answer with these keys, beside those that every answer has."""
    return object_schema(*_HEAD, *keys)


def rows_schema(name: str, items: Schema, *keys: str, **properties: Schema) -> Schema:
    """An answer that is mostly a list, of which some may be left out; beside it what is said of it by key alone."""
    found = answer_schema(**properties, **{name: list_schema(items)}, total=NUMBER, truncated=FLAG)
    return {**found, "required": [*found["required"], "narrow", *keys]}
