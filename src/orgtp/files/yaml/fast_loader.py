"""Load the plain data of a valid YAML document quickly, without places.

If the document is not plain (`NotPlain`), `loader` parses it again, slowly, and reports what is wrong and where.
Scalars follow the YAML 1.2 core schema (yaml.org/spec/1.2.2, chapter 10.3).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml
from yaml import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

MAX_DEPTH = 32
_MAX_NUMBER = 40
CORE = {"null": None, "Null": None, "NULL": None, "~": None, "": None} | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FRACTION = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?")
# The first characters of all scalars that may not be text.
_NUMERIC = frozenset("+-.0123456789")
_ODD = frozenset({*_NUMERIC, *(word[:1] for word in CORE)})
_NO_KEYS = frozenset({*CORE, "<<"})


class NotPlain(Exception):
    """The document contains something that is not allowed, or that needs the slow loader."""


def resolve_scalar(text: str) -> str | int | bool | Decimal | None:
    """The value of an unquoted scalar in the YAML 1.2 core schema. Infinity and NaN stay text."""
    if text in CORE:
        return CORE[text]
    if not text or text[0] not in _NUMERIC or len(text) > _MAX_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return Decimal(text) if _FRACTION.fullmatch(text) else text


def load_plain_yaml(text: str) -> Any:
    """The data of the document `text`. Raises `NotPlain`."""
    try:
        return _load_document(yaml.CSafeLoader(text).get_event)
    except yaml.YAMLError as error:
        raise NotPlain from error


def _load_document(event: Any) -> Any:
    """The data of the one document in a stream of events."""
    event()
    begin = event()
    if type(begin) is not yaml.DocumentStartEvent or begin.version or begin.tags:
        raise NotPlain
    data = _load_value(event, event(), 1)
    event()
    if type(event()) is not yaml.StreamEndEvent:
        raise NotPlain
    return data


def _load_value(event: Any, first: Any, depth: int) -> Any:
    """The value that begins with the event `first`."""
    kind = type(first)
    if kind is AliasEvent or first.anchor or first.tag or depth > MAX_DEPTH:
        raise NotPlain
    if kind is ScalarEvent:
        text = first.value
        return text if first.style or text[:1] not in _ODD else resolve_scalar(text)
    return _load_mapping(event, depth) if kind is MappingStartEvent else _load_sequence(event, depth)


def _load_sequence(event: Any, depth: int) -> list[Any]:
    data = []
    item = event()
    while type(item) is not SequenceEndEvent:
        data.append(_load_value(event, item, depth + 1))
        item = event()
    return data


def _load_mapping(event: Any, depth: int) -> dict[str, Any]:
    """The keys and values up to the end of a mapping. Scalars are handled inline, because they are most of the data."""
    data: dict[str, Any] = {}
    if depth == MAX_DEPTH:
        raise NotPlain
    key = event()
    while type(key) is not MappingEndEvent:
        if type(key) is not ScalarEvent or key.anchor or key.tag:
            raise NotPlain
        name = key.value
        # Keys are unique, and a key that other readers would not read as text is refused.
        if name in data or (name in _NO_KEYS and not key.style):
            raise NotPlain
        first = event()
        if type(first) is ScalarEvent and not first.anchor and not first.tag:
            text = first.value
            data[name] = text if first.style or text[:1] not in _ODD else resolve_scalar(text)
        else:
            data[name] = _load_value(event, first, depth + 1)
        key = event()
    return data
