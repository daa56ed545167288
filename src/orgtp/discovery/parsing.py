"""Parse JSON, TOML, YAML and property lists of others, within limits. What cannot be parsed says why."""

from __future__ import annotations

import json
import plistlib
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from orgtp.files.yaml.foreign import UnreadableYaml, read_foreign_yaml


class Unparsed(Exception):
    """A file is not of its format; the text says why, without a part of the file."""


# A text of JSON, or what only JSON with comments has. What is not closed goes on to the end: to look for the end again
# from each mark within it would take years for a hostile file.
_JSON_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=\s*[}\]])', re.DOTALL)


def parse_json(raw: bytes) -> Any:
    """The data of JSON, which may have comments and commas before a bracket. Raises `Unparsed`."""
    try:
        text = raw.decode("utf-8-sig")
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            bare = _JSON_PIECE.sub(lambda match: match[0] if match[0].startswith('"') else "", text)
            # A comma before a comment is found once the comment is gone.
            bare = _JSON_PIECE.sub(lambda match: match[0] if match[0].startswith('"') else "", bare)
            return json.loads(bare)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unparsed("it is not JSON, or nested too deeply") from error


_MOST_DOTS = 2_000
_BAD_TOML = "it is not TOML, or nested too deeply"


def parse_toml(raw: bytes) -> Any:
    """The data of TOML. Raises `Unparsed`."""
    try:
        text = raw.decode("utf-8-sig")
        # The time that the parser takes grows with the square of the parts of a key.
        if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
            raise Unparsed(_BAD_TOML)
        return tomllib.loads(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unparsed(_BAD_TOML) from error


def parse_plist(raw: bytes) -> Any:
    """The data of a property list, XML or binary. Raises `Unparsed`."""
    try:
        return plistlib.loads(raw)
    except Exception as error:  # the parser raises errors of many kinds, those of expat among them
        raise Unparsed("it is not a property list") from error


def parse_yaml(raw: bytes) -> Any:
    """The data of the first document of YAML; None if there is none. All scalars are texts. Raises `Unparsed`."""
    try:
        documents = read_foreign_yaml("", raw)
    except (UnreadableYaml, RecursionError) as error:
        raise Unparsed("it is not YAML, or breaks a limit") from error
    return documents[0].data if documents else None


def as_mapping(value: Any) -> dict[str, Any]:
    """The value, if it is a mapping; else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value, if it is a list; else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """The value, if it is a text or a number; else ""."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def list_texts(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts of a value: a text itself, or those of a list and of the lists in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < 8:  # noqa: PLR2004  (scripts are lists of lists at most)
        for one in value:
            yield from list_texts(one, depth + 1)


def list_all_texts(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts of a value, those of mappings in it too."""
    if isinstance(value, dict) and depth < 8:  # noqa: PLR2004
        for one in value.values():
            yield from list_all_texts(one, depth + 1)
    else:
        yield from list_texts(value, depth)
