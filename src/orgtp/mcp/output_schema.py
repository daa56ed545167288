"""JSON Schemas of the answers. Their keys come from the views, so that the two cannot differ.

Clients load the schemas into their context, so they are short: rows are described by their required keys alone, which
docs/json.md explains, and the keys of every answer, which docs/mcp.md explains, are left out. All schemas allow more
keys, for later versions.
"""

from __future__ import annotations

from typing import Any

from orgtp.render.json import list_json_keys

Schema = dict[str, Any]
TEXT, NUMBER, FLAG, OBJECT = ({"type": name} for name in ("string", "integer", "boolean", "object"))
# Some providers refuse a list that does not say what is in it.
OBJECTS: Schema = {"type": "array", "items": OBJECT}
TEXTS: Schema = {"type": "array", "items": TEXT}


def view_schema(view: type) -> Schema:
    """The schema of an object with the keys of a view."""
    return object_schema(*list_json_keys(view))


def object_schema(*keys: str, **properties: Schema) -> Schema:
    """The schema of an object with these keys, and full schemas of some."""
    return {
        "type": "object",
        **({"properties": properties} if properties else {}),
        "required": list(dict.fromkeys([*properties, *keys])),
    }


def list_schema(items: Schema) -> Schema:
    """The schema of a list."""
    return {"type": "array", "items": items}


def rows_schema(name: str, items: Schema, *keys: str, **properties: Schema) -> Schema:
    """The schema of an answer with a list that may be truncated, and these other keys and properties."""
    found = {**properties, name: list_schema(items), "total": NUMBER, "truncated": FLAG}
    return object_schema("narrow", *keys, **found)
