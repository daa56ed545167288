"""A list that is written as it comes is the document that would have been written at once, byte by byte."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orgtp.render.json import dump_view, format_envelope, stream_envelope, to_json_value


class Word(StrEnum):
    A = "a"


@dataclass(frozen=True)
class Thing:
    name: Any
    below: Any
    who: str = "only in text"


LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.just(Decimal("1.50")) | st.just(Word.A)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=3)
        | st.builds(Thing, inner, inner)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_laid_out_as_json_does(value: Any) -> None:
    assert dump_view(value, "\n") == json.dumps(to_json_value(value), ensure_ascii=False, indent=2)


@given(st.lists(st.lists(VALUES, max_size=3), max_size=3))
def test_the_same_document(pages: list[list[Any]]) -> None:
    whole = format_envelope(
        "log", "acme", None, False, {"seat": "[]", "commits": [item for page in pages for item in page]}
    )
    empty = format_envelope("log", "acme", None, False, {"seat": "[]", "commits": []})
    assert "".join(stream_envelope(empty, pages)) == whole
