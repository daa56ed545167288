"""The quick reader and the slow one say the same of every document; the quick one takes nothing that is not strict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orgtp.files.yaml.fast_loader import MAX_DEPTH, NotPlain, load_plain_yaml
from orgtp.files.yaml.loader import NotStrict, find_forbidden_character, parse_nodes, read_document
from tests.conftest import ROOT

FILES = sorted({path.read_bytes(): path for path in (ROOT / "tests").rglob("*.yaml")}.values())
WORDS = [
    "a",
    "b",
    "1",
    "012",
    "0x1F",
    "-1.5",
    "1e3",
    "yes",
    "null",
    "~",
    "true",
    "<<",
    "2026-11-20",
    "é",
    "'q'",
    '"d"',
    "''",
]
SIGNS = [": ", ":", "- ", ", ", "{", "}", "[", "]", "\n", "  ", "\n  ", "\n- ", "# c\n", "|\n  ", ">\n  ", "? "]
ODD = ["&x ", "*x", "!!str ", "!t ", "---\n", "...\n", "%YAML 1.1\n", "\t", "\ufeff", "\r\n", "\\", "@", "`"]
PIECES = st.sampled_from([*WORDS, *SIGNS, *ODD])


def slow(text: str) -> Any:
    """What the slow reader says: the data, or that it refuses."""
    try:
        return typed(parse_nodes("x.yaml", text).data)
    except NotStrict:
        return NotStrict


def quick(text: str) -> Any:
    """What the quick reader says of what may be read at all: the data, or that it gives up."""
    try:
        return typed(load_plain_yaml(text)) if find_forbidden_character("x.yaml", text) is None else NotPlain
    except NotPlain:
        return NotPlain


def typed(data: Any) -> Any:
    """Data with its types, so that 1 is not true."""
    if isinstance(data, dict):
        return {key: typed(value) for key, value in data.items()}
    return [typed(item) for item in data] if isinstance(data, list) else (type(data).__name__, data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "tests")))
def test_both_say_the_same_of_every_file_of_the_tests(path: Any) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        assert path.name != "org.yaml" or "utf8" in str(path)
        return
    found = quick(text)
    assert found in (NotPlain, slow(text))


@given(st.lists(PIECES, max_size=24).map("".join))
@example("a: 1\na: 2")
@example("a: {b: [1, {c: 2}]}")
@example("'': 1")
@example("'null': 1")
@example("null: 1")
def test_both_say_the_same_of_any_text(text: str) -> None:
    found = quick(text)
    assert found in (NotPlain, slow(text))


@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1])
def test_both_go_equally_deep(levels: int) -> None:
    for text in ("[" * levels + "]" * levels, "{a: " * levels + "1" + "}" * levels):
        assert quick(text) in (NotPlain, slow(text))
    assert quick("[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)) is not NotPlain


def test_places_are_worked_out_when_they_are_asked_for() -> None:
    document = read_document("seats/x.yaml", b"seat: x\nmetrics:\n  m:\n    name: N\n")
    assert document.data == {"seat": "x", "metrics": {"m": {"name": "N"}}}
    assert str(document.marks.value_place("metrics", "m", "name")) == "seats/x.yaml:4:11"
    assert str(document.marks.key_place("metrics", "m")) == "seats/x.yaml:3:3"
    assert ("metrics", "m") in document.marks.keys
    assert len(document.marks.values) == 5


@given(st.lists(PIECES, max_size=30).map("".join))
@example("a:\n  - {b: 1}\n  - [c, {d: e}]\nf: {g: {}}\n")
def test_the_keys_of_a_document_are_known_before_their_places(text: str) -> None:
    try:
        root = parse_nodes("x.yaml", text).data
        keys = read_document("x.yaml", text.encode()).marks.keys
    except NotStrict:
        return
    asked = set(list_paths((), root)) | {(), ("a", "0"), ("a", "b"), ("0",), ("a", "-1"), ("a", "00")}
    known = {path for path in asked if path in keys}
    assert known == set(keys)


def list_paths(above: tuple[str, ...], data: Any) -> Iterator[tuple[str, ...]]:
    """Every key and every item of a document, each with what is above it."""
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in below:
        yield (*above, str(key))
        yield from list_paths((*above, str(key)), value)
