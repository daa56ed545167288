"""The YAML loader: strict, with limits, and with the exact place of each key and value.

It reads the event stream of libyaml and not its composer, because the C composer recurses on nesting and expands
aliases without limit. Scalars follow the YAML 1.2 core schema (yaml.org/spec/1.2.2, chapter 10.3), so `no`,
`on`, `12:30` and `2026-11-20` stay text and `012` is twelve. Fractions are decimals, never floats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any

import yaml

from orgtp.files.yaml.error_messages import BREAK, DEEP, explain_yaml_error
from orgtp.files.yaml.fast_loader import CORE, MAX_DEPTH, NotPlain, load_plain_yaml, resolve_scalar
from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Keys, Marks, Place, Problem

MAX_BYTES = 256 * 1024
# Each value takes a line or a comma in the file, and far more memory than that.
MAX_ITEMS = 20_000
_CACHED = 16384


@dataclass(slots=True)
class YamlNode:
    """One value of a document and its span: character offsets, and the line and column from 1.

    `data` is the plain value: text, int, Decimal, bool, None, dict or list. `items` holds a mapping's keys
    and values as nodes, `parts` a list's. `style` is the quote, `|`, `>` or "" of a scalar, `flow` or `block`
    of a collection.
    """

    start: int
    end: int
    line: int
    column: int
    style: str
    data: Any = None
    items: dict[str, tuple[YamlNode, YamlNode]] = field(default_factory=dict)
    parts: list[YamlNode] = field(default_factory=list)


class NotStrict(Exception):
    """The text breaks the rules of our strict YAML. `problem` is the first violation."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """The data of one file, and the place of each key and value."""

    data: Any
    marks: Marks


@lru_cache(maxsize=_CACHED)
def read_document(path: str, raw: bytes) -> YamlDocument:
    """Read the YAML file `path`. Raises `NotStrict` with the first line and column that break the rules."""
    text = decode_yaml(path, raw)
    try:
        if find_forbidden_character(path, text) is None:
            data = load_plain_yaml(text)
            return YamlDocument(data, _LazyPlaces(path, raw).make_marks(data))
    except NotPlain:
        pass
    return _LazyPlaces(path, raw).read_root()


@dataclass(slots=True)
class _LazyPlaces:
    """The places of the keys and values of a file, computed on demand: most files have no problems."""

    path: str
    raw: bytes
    known: YamlDocument | None = None

    def make_marks(self, data: Any) -> Marks:
        values = _LazyMapping(lambda: self.read_root().marks.values)
        return Marks(self.path, values, _LazyKeys(lambda: self.read_root().marks.keys, data))

    def read_root(self) -> YamlDocument:
        """The document from the slow loader. Raises `NotStrict`."""
        if self.known is None:
            root = parse_nodes(self.path, decode_yaml(self.path, self.raw))
            marks = Marks(self.path, {}, {})
            _collect_marks(root, (), marks)
            self.known = YamlDocument(root.data, marks)
        return self.known


@dataclass(slots=True)
class _LazyMapping(Mapping[Keys, tuple[int, int]]):
    """A mapping that is made on first use."""

    make: Callable[[], Mapping[Keys, tuple[int, int]]]

    def __getitem__(self, key: Keys) -> tuple[int, int]:
        return self.make()[key]

    def __iter__(self) -> Iterator[Keys]:
        return iter(self.make())

    def __len__(self) -> int:
        return len(self.make())


@dataclass(slots=True)
class _LazyKeys(_LazyMapping):
    """The places of the keys of `data`. Whether a key is there is known without them: rules ask it of every seat."""

    data: Any

    def __contains__(self, keys: object) -> bool:
        if not isinstance(keys, tuple) or not keys:
            return False
        *above, name = keys
        found = self.data
        for key in above:
            if isinstance(found, list):
                found = dict(zip(map(str, range(len(found))), found, strict=True))
            if not isinstance(found, dict) or key not in found:
                return False
            found = found[key]
        return isinstance(found, dict) and name in found


def decode_yaml(path: str, raw: bytes) -> str:
    """`raw` as text. Raises `NotStrict` if it is too large or not UTF-8."""
    if len(raw) > MAX_BYTES or (
        len(raw) > MAX_ITEMS and sum(raw.count(mark) for mark in (b"\n", b"\r", b",")) > MAX_ITEMS
    ):
        raise NotStrict(Problem("yaml-too-large", Place(path), *TOO_LARGE))
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        place = _find_place_after(path, raw[: error.start].decode())
        raise NotStrict(Problem("yaml-not-utf8", place, "not UTF-8 text", "Save the file as UTF-8.")) from error


def parse_nodes(path: str, text: str) -> YamlNode:
    """The document in `text` as a tree of nodes. Raises `NotStrict`."""
    if problem := find_forbidden_character(path, text):
        raise NotStrict(problem)
    reader = _NodeReader(path, text)
    try:
        return reader.read_root()
    except yaml.MarkedYAMLError as error:
        raise NotStrict(explain_yaml_error(path, text, error)) from error


class _NodeReader:
    """Builds nodes from events, and refuses whatever the rules forbid as soon as it appears."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def read_root(self) -> YamlNode:
        next(self.events)
        if isinstance(begin := next(self.events), yaml.StreamEndEvent):
            raise NotStrict(
                Problem("yaml-empty", Place(self.path), "the file is empty", "Add the keys, or remove the file.")
            )
        if begin.version or begin.tags:
            self.refuse_event(
                "yaml-directive", begin, "directives are not allowed", "Remove the line that begins with %."
            )
        root = self.read_value(next(self.events), 1)
        next(self.events)
        if not isinstance(after := next(self.events), yaml.StreamEndEvent):
            self.refuse_event(
                "yaml-many-documents", after, "a second document begins here", "Keep one document per file."
            )
        return root

    def refuse_event(self, rule: str, event: Any, message: str, hint: str) -> None:
        place = Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)
        raise NotStrict(Problem(rule, place, message, hint))

    def read_value(self, event: Any, depth: int) -> YamlNode:
        self.refuse_reference(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return _make_scalar_node(event)
        style = "flow" if event.flow_style else "block"
        start = event.start_mark
        node = YamlNode(start.index, start.index, start.line + 1, start.column + 1, style)
        fill = self.read_mapping if isinstance(event, yaml.MappingStartEvent) else self.read_sequence
        node.end = fill(node, depth)
        return node

    def refuse_reference(self, event: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.refuse_event("yaml-too-deep", event, *DEEP)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            hint = "Write the value out. Put a text that begins with * or & in quotes."
            self.refuse_event("yaml-alias", event, "anchors and aliases are not allowed", hint)
        if event.tag:
            hint = "Remove it. Put a text that begins with ! in quotes."
            self.refuse_event("yaml-tag", event, f"the tag {event.tag} is not allowed", hint)

    def read_mapping(self, node: YamlNode, depth: int) -> int:
        node.data = {}
        event = next(self.events)
        while not isinstance(event, yaml.MappingEndEvent):
            key = self.read_key(event, node)
            value = self.read_value(next(self.events), depth + 1)
            node.items[event.value] = (key, value)
            node.data[event.value] = value.data
            event = next(self.events)
        return _offset(event.end_mark)

    def read_key(self, event: Any, node: YamlNode) -> YamlNode:
        self.refuse_reference(event, 0)
        if not isinstance(event, yaml.ScalarEvent):
            self.refuse_event("yaml-key", event, "a key must be plain text", "Write the key as text.")
        if not event.style and event.value in CORE:
            # Other readers read it as true, false or null, which cannot be a key.
            hint = f'Put the key in quotes: "{event.value}".' if event.value else "Write the key before the colon."
            self.refuse_event("yaml-key", event, f'"{event.value}" is not text, so it cannot be a key', hint)
        if event.value == "<<" and not event.style:
            self.refuse_event("yaml-merge", event, "merge keys are not allowed", "Write the keys out.")
        if event.value in node.items:
            first = node.items[event.value][0].line
            hint = f"Keep one of the two; the first is on line {first}."
            self.refuse_event("yaml-duplicate-key", event, f'the key "{event.value}" occurs twice', hint)
        return _make_scalar_node(event)

    def read_sequence(self, node: YamlNode, depth: int) -> int:
        node.data = []
        event = next(self.events)
        while not isinstance(event, yaml.SequenceEndEvent):
            part = self.read_value(event, depth + 1)
            node.parts.append(part)
            node.data.append(part.data)
            event = next(self.events)
        return _offset(event.end_mark)


def _offset(mark: Any) -> int:
    return int(mark.index)


def _make_scalar_node(event: Any) -> YamlNode:
    start = event.start_mark
    data = event.value if event.style else resolve_scalar(event.value)
    return YamlNode(start.index, event.end_mark.index, start.line + 1, start.column + 1, event.style or "", data)


def _collect_marks(node: YamlNode, keys: Keys, marks: Marks) -> None:
    marks.values[keys] = (node.line, node.column)  # type: ignore[index]  # nobody else has it yet
    for name, (key, value) in node.items.items():
        marks.keys[(*keys, name)] = (key.line, key.column)  # type: ignore[index]
        _collect_marks(value, (*keys, name), marks)
    for number, part in enumerate(node.parts):
        _collect_marks(part, (*keys, str(number)), marks)


_MOST = f"larger than {MAX_BYTES // 1024} KiB, or more than {MAX_ITEMS:,} lines and items"
TOO_LARGE = (_MOST, "Remove what does not belong in this file.")
# Characters that YAML forbids, and line endings that only some readers recognise.
_FORBIDDEN = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
# The same for ASCII only: the full pattern takes milliseconds to compile.
_FORBIDDEN_ASCII = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def _find_place_after(path: str, before: str) -> Place:
    """The place directly after the text `before`."""
    lines = BREAK.split(before.removeprefix("\ufeff"))
    return Place(path, len(lines), len(lines[-1]) + 1)


def find_forbidden_character(path: str, text: str) -> Problem | None:
    """The problem of the first character that YAML forbids or that readers interpret differently."""
    signs = re.compile(_FORBIDDEN_ASCII if text.isascii() else _FORBIDDEN)
    match = signs.search(text, 1 if text.startswith("\ufeff") else 0)
    if match is None:
        return None
    place = _find_place_after(path, text[: match.start()])
    return Problem("yaml-syntax", place, f"the character U+{ord(match[0]):04X} is not allowed", "Remove it.")
