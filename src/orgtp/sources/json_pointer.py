"""Parse JSON from sources, with numbers as decimals, and resolve pointers in it (RFC 6901)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from orgtp.model.text import did_you_mean, join_sentences
from orgtp.sources.kind import SourceFailed
from orgtp.sources.value import format_raw_value

# The empty pointer, which means the whole document, is not matched.
POINTER_PATTERN = re.compile(r"(?:/(?:[^~/]|~[01])*)+")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def parse_json_document(text: str, what: str) -> Any:
    """Parse the document `text`, which messages call `what`. Raises `SourceFailed`."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_json_constant)
    except json.JSONDecodeError as error:
        kind = "is HTML, not JSON" if text.lstrip()[:1] == "<" else "is not JSON"
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise SourceFailed(f"{what} {kind}: {where}") from error
    except RecursionError as error:
        raise SourceFailed(f"{what} is nested too deeply", again=False) from error


def _refuse_json_constant(word: str) -> NoReturn:
    raise SourceFailed(f"{word} is not a value", again=False)


def resolve_pointer(document: Any, pointer: str) -> Any:
    """Return the value at `pointer` in the document. Raises `SourceFailed`."""
    value, path = document, ""
    for part in pointer.split("/")[1:]:
        value = _read_child(value, part.replace("~1", "/").replace("~0", "~"), path)
        path += f"/{part}"
    return value


def read_pointer_value(document: Any, pointer: str, what: str) -> str:
    """Return the text of the value at `pointer` ("": the whole document). Messages call the document `what`.

    Raises `SourceFailed`.
    """
    found = resolve_pointer(document, pointer)
    if not pointer and isinstance(found, (dict, list)):
        kind = "an object" if isinstance(found, dict) else "a list"
        why = f"{what} is {kind}, not a value. Add a pointer to the value, such as /radar/stale"
        raise SourceFailed(why, again=False)
    return format_raw_value(found, pointer or what)


def _read_child(parent: Any, name: str, path: str) -> Any:
    if isinstance(parent, dict) and name in parent:
        return parent[name]
    if isinstance(parent, list) and _INDEX.fullmatch(name) and int(name) < len(parent):
        return parent[int(name)]
    raise SourceFailed(
        f"the pointer matches nothing: {path or 'the document'} {_describe_missing_child(parent, name)}", again=False
    )


def _describe_missing_child(parent: Any, name: str) -> str:
    if isinstance(parent, dict):
        return join_sentences(f'has no "{name}"', did_you_mean(name, parent))
    return f'has {len(parent)} items and no "{name}"' if isinstance(parent, list) else "has nothing below it"
