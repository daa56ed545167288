"""What we write is read back as it was meant, by us and by the YAML 1.1 readers that many tools still are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from orgtp.files.yaml.dumper import format_document, format_inline, format_scalar
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.change import YamlData

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
TRICKY = st.one_of(
    st.from_regex(r"[-+]?[0-9_.,:eExob+-]{1,12}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]{0,8}Z?)?", fullmatch=True),
    st.sampled_from(["yes", "No", "ON", "off", "y", "N", "true", "Null", "~", "", "=", "<<", ".inf", "-.INF", ".NaN"]),
    st.sampled_from(
        ["---", "...", "- a", "? a", "a: b", "a:", "a #b", "#a", "a ", " a", "\ta", "a\nb", "[", "{}", "&a"]
    ),
    st.sampled_from(
        ["*a", "!a", "|", ">= 95%", "'a'", '"a"', "%a", "@a", "`a`", ">", "<= 2", "0x1F", "1_000", "12:30"]
    ),
    TEXTS,
)
IDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
DATA: st.SearchStrategy[YamlData] = st.recursive(
    st.one_of(TRICKY, st.booleans(), st.integers(-(10**12), 10**12), st.none()),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(IDS, below, max_size=3)),
    max_leaves=8,
)


class TextDates(yaml.SafeLoader):
    """PyYAML's own YAML 1.1 reader, save that a date stays text: the design writes those plain."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's way)
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def ours(text: str) -> Any:
    return read_document("f.yaml", text.encode()).data


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@given(TRICKY)
@example("\ufffe")
@example("a\x85b")
def test_any_text_is_read_back_by_us(text: str) -> None:
    assert ours(f"key: {format_scalar(text)}\n") == {"key": text}


@given(TRICKY)
@example("2026-13-45")
@example("0b101")
@example("685_230.15")
def test_any_text_is_the_same_to_a_yaml_1_1_reader(text: str) -> None:
    found = yaml.safe_load(f"key: {format_scalar(text)}\n")["key"]
    assert found == (date.fromisoformat(text) if is_day(text) else text)


@given(TRICKY, TRICKY)
def test_any_text_keeps_in_a_flow_collection(one: str, other: str) -> None:
    line = f"key: {format_inline({'a': one, 'b': [other, one]})}\n"
    assert ours(line) == {"key": {"a": one, "b": [other, one]}}
    assert yaml.load(line, TextDates) == {"key": {"a": one, "b": [other, one]}}  # noqa: S506  (a SafeLoader)


@given(TRICKY)
def test_any_text_can_be_a_key(key: str) -> None:
    assert ours(format_document({key: "value", "z": {key: 1}} if key != "z" else {key: 1})) == (
        {key: "value", "z": {key: 1}} if key != "z" else {key: 1}
    )


@pytest.mark.parametrize("style", ["", "'", '"'])
@given(text=TRICKY)
def test_any_text_is_read_back_whatever_quotes_it_had(style: str, text: str) -> None:
    assert ours(f"key: {format_scalar(text, style)}\n") == {"key": text}


@given(st.dictionaries(IDS, DATA, min_size=1, max_size=4))
@example({"a": ["0?"]})
def test_any_document_is_read_back(data: Mapping[str, YamlData]) -> None:
    text = format_document(data, "yaml-language-server: $schema=x")
    assert text.startswith("# yaml-language-server: $schema=x\n")
    assert ours(text) == data
    assert yaml.load(text, TextDates) == data  # noqa: S506  (a SafeLoader)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Finds what moved.", "Finds what moved."),
        ("2026-11-20", "2026-11-20"),
        ("2026-02-30", '"2026-02-30"'),
        ("2026-W47", "2026-W47"),
        ("2026-11", "2026-11"),
        ("1h30m", "1h30m"),
        ("dash@example.com", "dash@example.com"),
        ("America/New_York", "America/New_York"),
        (">= 95%", '">= 95%"'),
        ("10..20", '"10..20"'),
        ("by 08:00", "by 08:00"),
        ("yes", '"yes"'),
        ("No", '"No"'),
        ("12", '"12"'),
        ("012", '"012"'),
        ("12:30", '"12:30"'),
        ("true", '"true"'),
        ("", '""'),
        ("Ads: all", '"Ads: all"'),
        ("C# code", "C# code"),
        ("a #b", '"a #b"'),
        ("it's", "it's"),
        ('"so"', '"\\"so\\""'),
        ("two\nlines", '"two\\nlines"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ("Zoë 名前 🙂", "Zoë 名前 🙂"),
    ],
)
def test_quotes_stand_only_where_a_reader_could_be_misled(text: str, written: str) -> None:
    assert format_scalar(text) == written


def test_a_document_as_the_design_writes_it() -> None:
    data: dict[str, YamlData] = {
        "seat": "dash",
        "since": "2025-02-03",
        "capabilities": {"ads": "Flags anomalies."},
        "metrics": {"m": {"target": {"2026-W01": ">= 90%", "2026-W30": ">= 95%"}, "cadence": "weekly"}},
        "policy": {"scorekeepers": ["tally"], "ends": {"m": {"to": "dash"}, "o": {"ended": "nobody asked"}}},
    }
    assert format_document(data) == (
        "seat: dash\n"
        "since: 2025-02-03\n"
        "capabilities:\n"
        "  ads: Flags anomalies.\n"
        "metrics:\n"
        "  m:\n"
        '    target: {2026-W01: ">= 90%", 2026-W30: ">= 95%"}\n'
        "    cadence: weekly\n"
        "policy:\n"
        "  scorekeepers: [tally]\n"
        "  ends:\n"
        "    m: {to: dash}\n"
        "    o: {ended: nobody asked}\n"
    )


def test_the_yaml_1_1_reader_of_these_tests_does_read_old_words() -> None:
    assert yaml.load("a: yes\nb: 012\nc: 2026-11-20", TextDates) == {  # noqa: S506  (a SafeLoader)
        "a": True,
        "b": 10,
        "c": "2026-11-20",
    }
    with pytest.raises(NotStrict):
        ours("a: *b\n")
