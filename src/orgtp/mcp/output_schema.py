"""JSON Schemas of the answers. Their keys come from the views, so that the two cannot differ.

Clients load the schemas into their context, so they are short: rows are described by their required keys alone, which
docs/json.md explains. All schemas allow more keys, for later versions.
"""

from __future__ import annotations

from typing import Any

from orgtp.render.json import list_json_keys

Schema = dict[str, Any]
TEXT, NUMBER, FLAG, OBJECT, LIST = ({"type": name} for name in ("string", "integer", "boolean", "object", "array"))
_HEAD = ("org", "revision", "dirty", "as_of", "problems", "problems_total", "quoted")


def view_schema(*views: type, without: str = "", **properties: Schema) -> Schema:
    """The schema of an object with the keys of one or more views, and full schemas of some properties."""
    keys = [key for view in views for key in list_json_keys(view) if key != without]
    return object_schema(*keys, **properties)


def object_schema(*keys: str, **properties: Schema) -> Schema:
    """The schema of an object with these keys, and full schemas of some."""
    return {
        "type": "object",
        **({"properties": properties} if properties else {}),
        "required": list(dict.fromkeys(keys)),
    }


def list_schema(items: Schema) -> Schema:
    """The schema of a list."""
    return {"type": "array", "items": items}


def answer_schema(**properties: Schema) -> Schema:
    """The schema of an answer with these properties and those of every answer."""
    return object_schema(*_HEAD, *properties, **properties)


def answer_schema_of_keys(*keys: str) -> Schema:
    """The schema of an answer with these keys and those of every answer."""
    return object_schema(*_HEAD, *keys)


def rows_schema(name: str, items: Schema, *keys: str, **properties: Schema) -> Schema:
    """The schema of an answer with a list that may be truncated, and these other keys and properties."""
    found = answer_schema(**properties, **{name: list_schema(items)}, total=NUMBER, truncated=FLAG)
    return {**found, "required": [*found["required"], "narrow", *keys]}
