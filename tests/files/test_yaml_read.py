"""The strict loader: what plain words mean, and each thing that is refused, at its line and column."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.files.yaml.loader import MAX_BYTES, NotStrict, read_document
from orgtp.model.problem import Place, Problem
from tests.effort import count_calls

# What is refused is refused at the first fault, whatever follows: it takes less than half of this.
MOST_CALLS = 2_000


def read(text: str) -> object:
    return read_document("seats/dash.yaml", text.encode()).data


def refused(raw: bytes | str) -> tuple[str, int, int]:
    with pytest.raises(NotStrict) as caught:
        read_document("seats/dash.yaml", raw if isinstance(raw, bytes) else raw.encode())
    problem = caught.value.problem
    assert problem.place.path == "seats/dash.yaml"
    assert problem.message
    assert problem.hint
    return problem.rule, problem.place.line, problem.place.column


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "y", "n", "12:30", "2026-11-20", "2026-W47", "1_000", "0b11", "1e", ".inf", "nan"],
)
def test_what_the_core_schema_leaves_as_text(text: str) -> None:
    assert read(f"key: {text}\n") == {"key": text}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("-7", -7),
        ("1.50", Decimal("1.50")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal(1000)),
        ("0.1", Decimal("0.1")),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"12"', "12"),
        ("'true'", "true"),
        ('""', ""),
    ],
)
def test_what_the_core_schema_knows(text: str, meant: object) -> None:
    found = read(f"key: {text}\n")
    assert found == {"key": meant}
    assert isinstance(found, dict)
    assert type(found["key"]) is type(meant)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", ("yaml-duplicate-key", 3, 1)),
        ("m:\n  a: 1\n  a: 1\n", ("yaml-duplicate-key", 3, 3)),
        ('{a: 1, "a": 2}\n', ("yaml-duplicate-key", 1, 8)),
        ("a: &x 1\n", ("yaml-alias", 1, 4)),
        ("a: 1\nb: *x\n", ("yaml-alias", 2, 4)),
        ("&x a: 1\n", ("yaml-alias", 1, 1)),
        ("a: !!str 1\n", ("yaml-tag", 1, 4)),
        ("a: !python/object:os.system x\n", ("yaml-tag", 1, 4)),
        ("!!map\na: 1\n", ("yaml-tag", 1, 1)),
        ("a: 1\n<<: {b: 1}\n", ("yaml-merge", 2, 1)),
        ("a: 1\n? [b]\n: c\n", ("yaml-key", 2, 3)),
        ("capabilities:\n  true: x\n", ("yaml-key", 2, 3)),
        ("a: 1\n---\nb: 2\n", ("yaml-many-documents", 2, 1)),
        ("%YAML 1.1\n---\na: yes\n", ("yaml-directive", 1, 1)),
        ("", ("yaml-empty", 1, 1)),
        ("# nothing yet\n\n", ("yaml-empty", 1, 1)),
        ("a: 1\nb: \x00\n", ("yaml-syntax", 2, 4)),
        ("a: 1\nb: x\x1b[31m\n", ("yaml-syntax", 2, 5)),
        ("a: 1\nb: x\u2028c: y\n", ("yaml-syntax", 2, 5)),
        ("a:\n\tb: 1\n", ("yaml-syntax", 2, 1)),
        ("a: 1\n  b: 2\n", ("yaml-syntax", 2, 4)),
        ("a: one: two\n", ("yaml-syntax", 1, 7)),
        ("a: >= 95%\n", ("yaml-syntax", 1, 4)),
        ("a: @dash\n", ("yaml-syntax", 1, 4)),
        ("a: %x\n", ("yaml-syntax", 1, 4)),
        ("a: *bold* text\n", ("yaml-syntax", 1, 4)),
        ("a: 'it's'\n", ("yaml-syntax", 1, 8)),
        ('a: 1\nb: "open\nc: 2\n', ("yaml-syntax", 2, 4)),
        ("a: [1, 2\nb: 3\n", ("yaml-syntax", 1, 4)),
        ("a: {b: 1\n", ("yaml-syntax", 1, 4)),
        ("a: 1\nbc\nd: 1\n", ("yaml-syntax", 2, 1)),
        ("a:\n  b: 1\n c: 2\n", ("yaml-syntax", 3, 2)),
        ('a: "C:\\dash"\n', ("yaml-syntax", 1, 7)),
        ('a: "\\ud800"\n', ("yaml-syntax", 1, 7)),
    ],
)
def test_what_is_refused_and_where(text: str, place: tuple[str, int, int]) -> None:
    assert refused(text) == place


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("target: >= 95%", 'Put the value in quotes: target: ">= 95%"'),
        ("name: @dash", 'Put the value in quotes: name: "@dash"'),
        ("mission: Ads: all of them", 'Put the value in quotes: mission: "Ads: all of them"'),
        ("mission: 'it's late'", 'Put the value in quotes: mission: "it\'s late"'),
        ("mission: [draft] Ads", 'Put the value in quotes: mission: "[draft] Ads"'),
        ('mission: say "hi": now', r'Put the value in quotes: mission: "say \"hi\": now"'),
    ],
)
def test_the_remedy_is_the_line_to_write(line: str, hint: str) -> None:
    with pytest.raises(NotStrict) as caught:
        read(f"seat: dash\n{line}\n")
    assert caught.value.problem.hint == hint
    assert isinstance(read(f"{hint.partition(': ')[2]}\n"), dict)


def test_crlf_is_read_like_lf_and_lines_are_counted_alike() -> None:
    assert read("a: 1\r\nb: two\r\n") == {"a": 1, "b": "two"}
    assert refused("a: 1\r\nb: @x\r\n") == ("yaml-syntax", 2, 4)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read("\ufeffa: 1\n") == {"a": 1}
    assert refused("\ufeffa: \x01\n") == ("yaml-syntax", 1, 4)


def test_not_utf8_is_refused_at_the_character() -> None:
    assert refused("a: 1\nb: ü\xff".encode()[:-2] + b"\xff\n") == ("yaml-not-utf8", 2, 5)
    assert refused("a: 1\n".encode("utf-16")) == ("yaml-not-utf8", 1, 1)
    assert refused("seat: Müller\n".encode("latin-1")) == ("yaml-not-utf8", 1, 8)


def test_wide_characters_count_as_one_column() -> None:
    assert refused("名前: 1\n名前: 2\n") == ("yaml-duplicate-key", 2, 1)
    assert refused("{名前: 1, b: &x 2}\n") == ("yaml-alias", 1, 12)


def flow(depth: int) -> str:
    return "a: " + "[" * (depth - 1) + "]" * (depth - 1) + "\n"


def block(depth: int) -> str:
    return "".join(f"{' ' * level}a:\n" for level in range(depth))


def test_32_levels_are_read_and_33_are_not() -> None:
    assert read(flow(32))
    assert refused(flow(33)) == ("yaml-too-deep", 1, 35)
    assert read(block(31))
    assert refused(block(33))[0] == "yaml-too-deep"


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "{a: " * 60_000, "- " * 100_000, "? " * 100_000, "a: " + "[" * 200_000]
)
def test_a_tower_of_brackets_is_refused_at_once(text: str) -> None:
    said, calls = count_calls(lambda: refused(text))
    assert said[0] in {"yaml-too-deep", "yaml-key", "yaml-syntax"}
    assert calls < MOST_CALLS


def test_a_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    said, calls = count_calls(lambda: refused("\n".join(lines)))
    assert said == ("yaml-alias", 1, 5)
    assert calls < MOST_CALLS


def test_256_kib_are_read_and_a_byte_more_is_not() -> None:
    line = "a: 1\n# "
    whole = line + "x" * (MAX_BYTES - len(line))
    assert read(whole) == {"a": 1}
    assert refused(whole + "x") == ("yaml-too-large", 1, 1)


def test_the_places_of_keys_and_values() -> None:
    marks = read_document("seats/dash.yaml", b"# first\nseat: dash\nmetrics:\n  m: {target: '1'}\nl: [a, b]\n").marks
    assert marks.value_place("seat") == Place("seats/dash.yaml", 2, 7)
    assert marks.key_place("metrics", "m") == Place("seats/dash.yaml", 4, 3)
    assert marks.value_place("metrics", "m", "target") == Place("seats/dash.yaml", 4, 15)
    assert marks.value_place("l", "1") == Place("seats/dash.yaml", 5, 8)
    assert marks.value_place("metrics", "m", "name") == Place("seats/dash.yaml", 4, 6), (
        "what is missing: its parent's place"
    )


def problem_of(raw: bytes) -> Problem | None:
    try:
        read_document("f.yaml", raw)
    except NotStrict as error:
        return error.problem
    return None


@given(st.text(alphabet=st.sampled_from("abc:-?[]{}&*!|>'\"%@`#,~ \t\r\n\x00\u2028\ufeff0.9<="), max_size=40))
def test_any_text_is_read_or_refused_at_a_place_that_it_has(text: str) -> None:
    problem = problem_of(text.encode())
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert problem is None or (1 <= problem.place.line <= len(lines) + 1 and problem.place.column >= 1)
    assert problem is None or problem.hint


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    problem = problem_of(raw)
    assert problem is None or problem.rule.startswith("yaml-")
