"""Which words of a text describe work."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.views.seats.overlap.words import STOP_WORDS, list_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("What is the status of it, and who is there?", "status"),
        ("Use proactively after writing code.", "writing code"),
        ("MUST BE USED before a release. Use immediately after changes.", "release changes"),
        ("You are an expert in SQL.", "sql"),
        ("A seasoned specialist in search, with deep expertise.", "search"),
        ("Use this agent when invoices are late.", "invoices late"),
        ("<example>Context: a user asks. user: 'Pay it' assistant: 'Paying'</example>", "asks pay paying"),
        # Words of such phrases count elsewhere.
        ("Executive assistant", "executive assistant"),
        ("The focus of a campaign", "focus campaign"),
        ("ad-anomaly-detection", "ad anomaly detection"),
        ("lead_analyst", "lead analyst"),
        ("the client's plan doesn't", "client plan"),
        ("the client’s plan", "client plan"),
        ("A B c 1 42", "42"),
        ("Straße STRASSE", "strasse strasse"),
        ("Qualité, QUALITE", "qualite qualite"),
        ("Übersetzt für Köln", "ubersetzt fur koln"),
        ("проверка кода", "проверка кода"),
        ("कोड की समीक्षा", "कोड की समीक्षा"),
        ("コードレビュー", "コー ード ドレ レビ ビュ ュー"),
        ("审查代码 security", "审查 查代 代码 security"),
        ("코드 검토", "코드 검토"),
        ("re\u200bview re\u202eview", "review re view"),
        ("\x1b[31mred\x07", "31mred"),
    ],
)
def test_the_words_of_a_text(text: str, words: str) -> None:
    assert list_words(text) == words.split()


@given(st.text(max_size=80))
def test_any_text_has_words_without_spaces_and_controls(text: str) -> None:
    for word in list_words(text):
        assert word.split() == [word]
        assert word.isprintable()
        assert word not in STOP_WORDS


@given(st.text(max_size=60))
def test_how_accents_are_encoded_does_not_matter(text: str) -> None:
    assert list_words(unicodedata.normalize("NFC", text)) == list_words(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", ["review code", "Überprüft Rechnungen", "审查代码"])
def test_upper_case_does_not_matter(text: str) -> None:
    assert list_words(text.upper()) == list_words(text)
