"""The one YAML loader: strict, bounded, and exact about places.

It reads the event stream of libyaml, never its composer: the C composer recurses on nesting and expands
aliases without limit. Scalars follow the YAML 1.2 core schema (yaml.org/spec/1.2.2, chapter 10.3), so `no`,
`on`, `12:30` and `2026-11-20` stay text and `012` is twelve; a fraction is a decimal, never a float.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any

import yaml

from orgtp.files.yaml.error_messages import BREAK, DEEP, explained
from orgtp.files.yaml.fast_loader import CORE, MAX_DEPTH, NotPlain, plain_data, resolve
from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Keys, Marks, Place, Problem

MAX_BYTES = 256 * 1024
# Each value of a document takes a line or a comma, and far more memory than that.
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
    """The text breaks the rules of our YAML; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Document:
    """What one file said: its data, and where each key and value stands."""

    data: Any
    marks: Marks


@lru_cache(maxsize=_CACHED)
def read_document(path: str, raw: bytes) -> Document:
    """Read the YAML file `path`. Raises `NotStrict` at the first line and column that break the rules."""
    text = decode(path, raw)
    try:
        if forbidden(path, text) is None:
            return Document(plain_data(text), _Places(path, raw).marks())
    except NotPlain:
        pass
    return _Places(path, raw).document()


@dataclass(slots=True)
class _Places:
    """Where each key and value of a file stands: worked out when somebody asks, for most files are in order."""

    path: str
    raw: bytes
    known: Document | None = None

    def marks(self) -> Marks:
        values = _Later(lambda: self.document().marks.values)
        return Marks(self.path, values, _Later(lambda: self.document().marks.keys))

    def document(self) -> Document:
        """The document, read slowly. Raises `NotStrict`."""
        if self.known is None:
            root = read_node(self.path, decode(self.path, self.raw))
            marks = Marks(self.path, {}, {})
            _mark(root, (), marks)
            self.known = Document(root.data, marks)
        return self.known


@dataclass(slots=True)
class _Later(Mapping[Keys, tuple[int, int]]):
    """A mapping that is made when it is first looked at."""

    make: Callable[[], Mapping[Keys, tuple[int, int]]]

    def __getitem__(self, key: Keys) -> tuple[int, int]:
        return self.make()[key]

    def __iter__(self) -> Iterator[Keys]:
        return iter(self.make())

    def __len__(self) -> int:
        return len(self.make())


def decode(path: str, raw: bytes) -> str:
    """`raw` as text. Raises `NotStrict` where it is too large or is not UTF-8."""
    if len(raw) > MAX_BYTES or (len(raw) > MAX_ITEMS and _items(raw) > MAX_ITEMS):
        raise NotStrict(_problem("yaml-too-large", Place(path), *TOO_LARGE))
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        place = _after(path, raw[: error.start].decode())
        raise NotStrict(_problem("yaml-not-utf8", place, "not UTF-8 text", "Save the file as UTF-8.")) from error


def read_node(path: str, text: str) -> YamlNode:
    """The document in `text` as a tree of nodes. Raises `NotStrict`."""
    if problem := forbidden(path, text):
        raise NotStrict(problem)
    reader = _Reader(path, text)
    try:
        return reader.document()
    except yaml.MarkedYAMLError as error:
        raise NotStrict(explained(path, text, error)) from error


class _Reader:
    """Builds nodes from events, and refuses what the rules do not allow before anything grows."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def document(self) -> YamlNode:
        next(self.events)
        if isinstance(begin := next(self.events), yaml.StreamEndEvent):
            raise NotStrict(
                _problem("yaml-empty", Place(self.path), "the file is empty", "Write the keys, or remove it.")
            )
        if begin.version or begin.tags:
            self.refuse("yaml-directive", begin, "directives are not read", "Remove the line that begins with %.")
        root = self.node(next(self.events), 1)
        next(self.events)
        if not isinstance(after := next(self.events), yaml.StreamEndEvent):
            self.refuse("yaml-many-documents", after, "a second document begins here", "Keep one document a file.")
        return root

    def refuse(self, rule: str, event: Any, message: str, hint: str) -> None:
        place = Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)
        raise NotStrict(_problem(rule, place, message, hint))

    def node(self, event: Any, depth: int) -> YamlNode:
        self.plain(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        style = "flow" if event.flow_style else "block"
        start = event.start_mark
        node = YamlNode(start.index, start.index, start.line + 1, start.column + 1, style)
        fill = self.mapping if isinstance(event, yaml.MappingStartEvent) else self.sequence
        node.end = fill(node, depth)
        return node

    def plain(self, event: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.refuse("yaml-too-deep", event, *DEEP)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            hint = "Write the value out. A text that begins with * or & stands in quotes."
            self.refuse("yaml-alias", event, "anchors and aliases are not read", hint)
        if event.tag:
            hint = "Remove it. A text that begins with ! stands in quotes."
            self.refuse("yaml-tag", event, f"the tag {event.tag} is not read", hint)

    def mapping(self, node: YamlNode, depth: int) -> int:
        node.data = {}
        event = next(self.events)
        while not isinstance(event, yaml.MappingEndEvent):
            key = self.key(event, node)
            value = self.node(next(self.events), depth + 1)
            node.items[event.value] = (key, value)
            node.data[event.value] = value.data
            event = next(self.events)
        return _offset(event.end_mark)

    def key(self, event: Any, node: YamlNode) -> YamlNode:
        self.plain(event, 0)
        if not isinstance(event, yaml.ScalarEvent):
            self.refuse("yaml-key", event, "a key that is not plain text", "Write the key as text.")
        if not event.style and event.value in CORE:
            # Other readers take it for true, false or null, which can name nothing.
            hint = f'Put the key in quotes: "{event.value}".' if event.value else "Write the key before the colon."
            self.refuse("yaml-key", event, f'"{event.value}" is no text, so it cannot be a key', hint)
        if event.value == "<<" and not event.style:
            self.refuse("yaml-merge", event, "merge keys are not read", "Write the keys out.")
        if event.value in node.items:
            first = node.items[event.value][0].line
            hint = f"Keep one of the two; the first is on line {first}."
            self.refuse("yaml-duplicate-key", event, f'the key "{event.value}" is there twice', hint)
        return _scalar(event)

    def sequence(self, node: YamlNode, depth: int) -> int:
        node.data = []
        event = next(self.events)
        while not isinstance(event, yaml.SequenceEndEvent):
            part = self.node(event, depth + 1)
            node.parts.append(part)
            node.data.append(part.data)
            event = next(self.events)
        return _offset(event.end_mark)


def _offset(mark: Any) -> int:
    return int(mark.index)


def _scalar(event: Any) -> YamlNode:
    start = event.start_mark
    data = event.value if event.style else resolve(event.value)
    return YamlNode(start.index, event.end_mark.index, start.line + 1, start.column + 1, event.style or "", data)


def _mark(node: YamlNode, keys: Keys, marks: Marks) -> None:
    marks.values[keys] = (node.line, node.column)  # type: ignore[index]  # ours until it is handed out
    for name, (key, value) in node.items.items():
        marks.keys[(*keys, name)] = (key.line, key.column)  # type: ignore[index]
        _mark(value, (*keys, name), marks)
    for number, part in enumerate(node.parts):
        _mark(part, (*keys, str(number)), marks)


def _problem(rule: str, place: Place, message: str, hint: str) -> Problem:
    return Problem(rule, place, message, hint)


def _items(raw: bytes) -> int:
    return sum(raw.count(mark) for mark in (b"\n", b"\r", b","))


_MOST = f"larger than {MAX_BYTES // 1024} KiB, or more than {MAX_ITEMS:,} lines and items"
TOO_LARGE = (_MOST, "Keep a file to what its seat needs.")
# What YAML forbids, and the line ends that only some of its readers know.
_FORBIDDEN = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
# The same of ASCII; the whole one takes milliseconds to compile.
_FORBIDDEN_ASCII = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def _after(path: str, before: str) -> Place:
    """The place right after the text `before`."""
    lines = BREAK.split(before.removeprefix("\ufeff"))
    return Place(path, len(lines), len(lines[-1]) + 1)


def forbidden(path: str, text: str) -> Problem | None:
    """The problem of a character that YAML does not allow, or that its readers take differently."""
    signs = re.compile(_FORBIDDEN_ASCII if text.isascii() else _FORBIDDEN)
    match = signs.search(text, 1 if text.startswith("\ufeff") else 0)
    if match is None:
        return None
    place = _after(path, text[: match.start()])
    return _problem("yaml-syntax", place, f"the character U+{ord(match[0]):04X} cannot stand here", "Remove it.")
