"""Read the YAML of other programs: several documents, anchors, merge keys, tags and comments, within limits.

Our own files are strict (`loader`). Those of others follow the rules of their own programs, so everything that YAML
allows is read, but nothing is constructed: a scalar stays the text that the file has (`012`, `no` and `2026-11-20`
too), and a tag is ignored. An alias is the node that it names, and counts as often as it is used, so that a few lines
cannot stand for a billion values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any, NoReturn, TypeAlias

import yaml

from orgtp.files.yaml.error_messages import BREAK, explain_yaml_error
from orgtp.files.yaml.loader import find_forbidden_character
from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place, Problem

MAX_FOREIGN_BYTES = 8 * 1024 * 1024
# Values of a file with all aliases expanded. A long text counts as several.
MAX_VALUES = 500_000
_TEXT_OF_ONE = 256
MAX_LEVELS = 64
_DEEP = (f"nested deeper than {MAX_LEVELS} levels", "Use fewer levels.")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
# Line breaks in YAML 1.1, and plain characters in 1.2 (yaml.org/spec/1.2.2, chapter 5.4).
_OLD_BREAKS = {0x85: " ", 0x2028: " ", 0x2029: " "}

ForeignData: TypeAlias = "str | list[ForeignData] | dict[str, ForeignData] | None"


@dataclass(slots=True)
class ForeignNode:
    """A value of a foreign file, with its line and column from 1.

    `data` is a text, None (for null), a list or a mapping. `items` has a mapping's values, `key_lines` the lines of its
    keys, and `parts` a list's values. `weight` is the number of values in it, with aliases expanded.
    """

    line: int
    column: int
    data: ForeignData = None
    items: dict[str, ForeignNode] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    parts: list[ForeignNode] = field(default_factory=list)
    weight: int = 1

    def text(self, *keys: str) -> str:
        """The text under `keys` without the white space around it; "" if there is none."""
        node = self.find(*keys)
        return node.data.strip() if node is not None and isinstance(node.data, str) else ""

    def find(self, *keys: str) -> ForeignNode | None:
        """The value under `keys`, or None."""
        node: ForeignNode | None = self
        for key in keys:
            node = node.items.get(key) if node is not None else None
        return node

    def list(self, *keys: str) -> list[ForeignNode]:
        """The parts of the list under `keys`; a text or a mapping is a list of one, and nothing is a list of none."""
        node = self.find(*keys)
        if node is None or node.data is None:
            return []
        return node.parts if isinstance(node.data, list) else [node]


class UnreadableYaml(Exception):
    """A foreign file is not YAML, or breaks a limit. `problem` says what is wrong, and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_foreign_yaml(path: str, raw: bytes) -> list[ForeignNode]:
    """The documents of the file `path`, without those that are empty. Raises `UnreadableYaml`."""
    text = _decode(path, raw)
    try:
        return _read_documents(path, text)
    except yaml.MarkedYAMLError as error:
        problem = explain_yaml_error(path, text, error)
        # libyaml looks ahead, and stops at its own limit first.
        is_deep = problem.rule == "yaml-too-deep"
        raise UnreadableYaml(Problem(problem.rule, problem.place, *_DEEP) if is_deep else problem) from error


def _read_documents(path: str, text: str) -> list[ForeignNode]:
    try:
        return list(_DocumentReader(path, text).read_documents())
    except yaml.MarkedYAMLError as error:
        # JSON writes an emoji as two escapes, and libyaml, which reads YAML 1.1, allows neither of them.
        joined = _PAIR.sub(_join_pair, text) if error.problem == _BAD_ESCAPE else text
        if joined == text:
            raise
        return list(_DocumentReader(path, joined).read_documents())


_BAD_ESCAPE = "found invalid Unicode character escape code"
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _join_pair(match: re.Match[str]) -> str:
    """One escape for the character that two surrogates stand for."""
    high, low = int(match[2], 16), int(match[3], 16)
    return f"{match[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _decode(path: str, raw: bytes) -> str:
    if len(raw) > MAX_FOREIGN_BYTES:
        message = f"larger than {MAX_FOREIGN_BYTES // 1024 // 1024} MiB"
        raise UnreadableYaml(Problem("yaml-too-large", Place(path), message, "Split the file."))
    try:
        text = raw.decode().translate(_OLD_BREAKS)
    except UnicodeDecodeError as error:
        lines = BREAK.split(raw[: error.start].decode())
        place = Place(path, len(lines), len(lines[-1]) + 1)
        raise UnreadableYaml(Problem("yaml-not-utf8", place, "not UTF-8 text", "Save the file as UTF-8.")) from error
    if problem := find_forbidden_character(path, text):
        raise UnreadableYaml(problem)
    return text


class _DocumentReader:
    """Builds the documents from the events of libyaml."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.anchors: dict[str, ForeignNode] = {}
        self.weight = 0

    def read_documents(self) -> Iterator[ForeignNode]:
        next(self.events)
        while not isinstance(next(self.events), yaml.StreamEndEvent):
            self.anchors = {}
            node = self.read_value(next(self.events), 1)
            next(self.events)
            if node.data is not None:
                yield node

    def read_value(self, event: Any, depth: int) -> ForeignNode:
        if isinstance(event, yaml.AliasEvent):
            return self.read_alias(event)
        if depth > MAX_LEVELS:
            self.refuse("yaml-too-deep", event, *_DEEP)
        mark = event.start_mark
        node = ForeignNode(mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            node.data = None if _is_null(event) else event.value
            node.weight += len(event.value) // _TEXT_OF_ONE
            self.count(node.weight, event)
        else:
            self.count(1, event)
            fill = self.fill_mapping if isinstance(event, yaml.MappingStartEvent) else self.fill_list
            fill(node, depth)
        # Only now: a value cannot contain itself.
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def read_alias(self, event: Any) -> ForeignNode:
        node = self.anchors.get(event.anchor)
        if node is None:
            message = f"*{event.anchor} names nothing above it, or what it is itself a part of"
            self.refuse("yaml-alias", event, message, "Write the value out.")
        self.count(node.weight, event)
        return node

    def fill_list(self, node: ForeignNode, depth: int) -> None:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            part = self.read_value(event, depth + 1)
            node.parts.append(part)
            node.weight += part.weight
        node.data = [part.data for part in node.parts]

    def fill_mapping(self, node: ForeignNode, depth: int) -> None:
        merged: list[ForeignNode] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.read_key(event)
            value = self.read_value(next(self.events), depth + 1)
            if key == "<<" and isinstance(event, yaml.ScalarEvent) and not event.style:
                merged += self.find_merged(value, event)
                continue
            if key in node.items:
                hint = f"Keep one of the two; the first is on line {node.key_lines[key]}."
                self.refuse("yaml-duplicate-key", event, f'the key "{key}" occurs twice', hint)
            node.items[key], node.key_lines[key] = value, event.start_mark.line + 1
            node.weight += value.weight
        for other in merged:
            self.merge(node, other, event)
        node.data = {name: value.data for name, value in node.items.items()}

    def merge(self, node: ForeignNode, other: ForeignNode, event: Any) -> None:
        """Add what `other` has and `node` has not (yaml.org/type/merge.html)."""
        for name, value in other.items.items():
            if name not in node.items:
                self.count(value.weight, event)
                node.items[name], node.key_lines[name] = value, other.key_lines[name]
                node.weight += value.weight

    def find_merged(self, value: ForeignNode, event: Any) -> list[ForeignNode]:
        parts = value.parts if isinstance(value.data, list) else [value]
        if not all(isinstance(part.data, dict) for part in parts):
            self.refuse("yaml-merge", event, "<< is followed by something that has no keys", "Write the keys out.")
        return parts

    def read_key(self, event: Any) -> str:
        key = self.read_value(event, 1) if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent) else None
        if key is None or isinstance(key.data, list | dict):
            self.refuse("yaml-key", event, "a key must be plain text", "Write the key as text.")
        return key.data if key.data is not None else str(getattr(event, "value", ""))

    def count(self, weight: int, event: Any) -> None:
        self.weight += weight
        if self.weight > MAX_VALUES:
            message = f"more than {MAX_VALUES:,} values, if each alias is written out"
            self.refuse("yaml-too-large", event, message, "Split the file, or use fewer aliases.")

    def refuse(self, rule: str, event: Any, message: str, hint: str) -> NoReturn:
        place = Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)
        raise UnreadableYaml(Problem(rule, place, message, hint))


def _is_null(event: Any) -> bool:
    return not event.style and not event.tag and event.value in _NULL
