"""The readers and anything at all: each claim of `claims.py`, on each kind of input that fits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz import claims
from tests.fuzz.conftest import PROFILE
from tests.fuzz.inputs import BYTES, SAID, SCORES, SEATS, TOP, TREES, bent

PROPERTIES: dict[str, tuple[Callable[[Any], None], SearchStrategy[Any]]] = {
    "yaml-bytes": (claims.yaml_is_strict, BYTES),
    "yaml-data": (claims.yaml_is_strict, TOP),
    "yaml-bent": (claims.yaml_is_strict, bent(SEATS)),
    "scores": (claims.a_score_file_is_read, SCORES),
    "trees": (claims.an_org_is_judged, TREES),
    "texts": (claims.a_text_is_judged, SAID),
    "words": (claims.words_are_harmless, st.text(max_size=60)),
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_claim_holds(name: str, persistently: Callable[[Callable[[], Any]], None]) -> None:
    claim, inputs = PROPERTIES[name]
    tried = []

    @PROFILE
    @given(inputs)
    def prove(given_: Any) -> None:
        tried.append(1)
        claim(given_)

    persistently(prove)
    assert len(tried) > 100


FOUND = (
    (claims.yaml_is_strict, b"a: {"),
    (claims.yaml_is_strict, b"- a\n- [b"),
    (claims.yaml_is_strict, b"a:\r\x00"),
    (claims.yaml_is_strict, b"a:\r\xff"),
    (claims.yaml_is_strict, b"\xef\xbb\xbf{"),
    (
        claims.a_score_file_is_read,
        b'{"id":"a","at":"0001-01-01T00:00:00Z","metric":"a","period":"2026-W47","value":"1"}\n',
    ),
)


@pytest.mark.parametrize(("claim", "raw"), FOUND)
def test_what_was_found_once_stays_mended(claim: Callable[[bytes], None], raw: bytes) -> None:
    claim(raw)
    assert raw
