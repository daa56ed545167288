"""The plain data of a YAML document, and nothing else: the quick way for a file in order, as nearly all files are.

Where a document is anything but plain (`NotPlain`), `yaml_read` goes through it again, slowly, and says what is wrong
at which place. Scalars follow the YAML 1.2 core schema (yaml.org/spec/1.2.2, chapter 10.3).
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
# How everything begins that may be something else than text.
_NUMERIC = frozenset("+-.0123456789")
_ODD = frozenset({*_NUMERIC, *(word[:1] for word in CORE)})
_NO_KEYS = frozenset({*CORE, "<<"})


class NotPlain(Exception):
    """The document has something in it that is not read, or that only the slow way can explain."""


def resolve(text: str) -> str | int | bool | Decimal | None:
    """What an unquoted scalar means in the YAML 1.2 core schema; infinity and NaN stay text."""
    if text in CORE:
        return CORE[text]
    if not text or text[0] not in _NUMERIC or len(text) > _MAX_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return Decimal(text) if _FRACTION.fullmatch(text) else text


def plain_data(text: str) -> Any:
    """What the document `text` says. Raises `NotPlain`."""
    try:
        return _document(yaml.CSafeLoader(text).get_event)
    except yaml.YAMLError as error:
        raise NotPlain from error


def _document(event: Any) -> Any:
    """The data of the one document in a stream of events."""
    event()
    begin = event()
    if type(begin) is not yaml.DocumentStartEvent or begin.version or begin.tags:
        raise NotPlain
    data = _value(event, event(), 1)
    event()
    if type(event()) is not yaml.StreamEndEvent:
        raise NotPlain
    return data


def _value(event: Any, first: Any, depth: int) -> Any:
    """The value that begins with the event `first`."""
    kind = type(first)
    if kind is AliasEvent or first.anchor or first.tag or depth > MAX_DEPTH:
        raise NotPlain
    if kind is ScalarEvent:
        text = first.value
        return text if first.style or text[:1] not in _ODD else resolve(text)
    return _mapping(event, depth) if kind is MappingStartEvent else _sequence(event, depth)


def _sequence(event: Any, depth: int) -> list[Any]:
    data = []
    item = event()
    while type(item) is not SequenceEndEvent:
        data.append(_value(event, item, depth + 1))
        item = event()
    return data


def _mapping(event: Any, depth: int) -> dict[str, Any]:
    """The keys and values up to the end of a mapping. Written out for scalars: most of what is read passes here."""
    data: dict[str, Any] = {}
    if depth == MAX_DEPTH:
        raise NotPlain
    key = event()
    while type(key) is not MappingEndEvent:
        if type(key) is not ScalarEvent or key.anchor or key.tag:
            raise NotPlain
        name = key.value
        # A key stands there once; what other readers take for no text can name nothing.
        if name in data or (name in _NO_KEYS and not key.style):
            raise NotPlain
        first = event()
        if type(first) is ScalarEvent and not first.anchor and not first.tag:
            text = first.value
            data[name] = text if first.style or text[:1] not in _ODD else resolve(text)
        else:
            data[name] = _value(event, first, depth + 1)
        key = event()
    return data
