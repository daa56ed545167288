"""The reader of other programs' YAML: what it reads, where things are, and its limits."""

from __future__ import annotations

import json

import pytest

from orgtp.files.yaml.foreign import MAX_FOREIGN_BYTES, MAX_LEVELS, UnreadableYaml, read_foreign_yaml
from tests.formats.readers import node, npm_file
from tests.importers.test_catalogs import CATALOGS

TEXTS = [
    "a: 1\n",
    "- no\n- 012\n- 2026-11-20\n- 1e400\n- .nan\n",
    "a: &x {b: 1, c: [d]}\ne: *x\n",
    "base: &b {a: 1, b: 2}\nown: {<<: *b, b: 3}\n",
    "one: &o {a: 1}\ntwo: &t {a: 2, b: 2}\nboth:\n  <<: [*o, *t]\n  c: 3\n",
    "a: |\n  two\n  lines\nb: >-\n  one\n  line\n",
    "# comment\na: 'x' # another\n---\nb: \"\\u00e9\\n\"\n...\n---\nc: z\n",
    "%YAML 1.2\n---\n? plain\n: value\n",
    '{"json": ["too", {"nested": "x"}]}\n',
    "a: !!str 12\nb: !custom {c: d}\n",
    "? &k key\n: value\nother: *k\n",
    "empty: ''\ntext: null and void\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_document_is_read_as_the_package_of_backstage_reads_it(text: str) -> None:
    (theirs,) = json.loads(node(CATALOGS.parent / "yaml_package.mjs", str(npm_file("yaml")), stdin=[text]))
    assert [one.data for one in read_foreign_yaml("x.yaml", text.encode())] == theirs


def test_every_fixture_is_read_as_the_package_of_backstage_reads_it() -> None:
    files = [*CATALOGS.glob("**/*.yaml"), *CATALOGS.glob("**/*.yml"), *CATALOGS.glob("**/*.json")]
    assert len(files) > 10
    texts = [file.read_text(encoding="utf-8") for file in files]
    theirs = json.loads(node(CATALOGS.parent / "yaml_package.mjs", str(npm_file("yaml")), stdin=texts))
    assert [[one.data for one in read_foreign_yaml("x", text.encode())] for text in texts] == theirs


def test_null_is_nothing_and_quoted_null_is_a_text() -> None:
    (document,) = read_foreign_yaml("x", b"a:\nb: ~\nc: null\nd: 'null'\ne: !!str null\n")
    assert document.data == {"a": None, "b": None, "c": None, "d": "null", "e": "null"}
    assert (document.text("a"), document.text("d"), document.text("missing", "too")) == ("", "null", "")


def test_a_node_knows_its_place_and_the_line_of_each_key() -> None:
    (document,) = read_foreign_yaml("x", b"# first\na:\n  - b\n  -  c: d\n")
    assert document.key_lines == {"a": 2}
    first, second = document.list("a")
    assert [(one.line, one.column) for one in (first, second)] == [(3, 5), (4, 6)]


def test_an_emoji_of_json_is_read() -> None:
    texts = [f"{name} \U0001f916 \\ud83e" for name in ("Bot", "\\")]
    (document,) = read_foreign_yaml("x.json", json.dumps(texts).encode())
    assert document.data == texts
    with pytest.raises(UnreadableYaml, match="invalid Unicode"):
        read_foreign_yaml("x.json", b'["\\ud83e alone"]')


def test_empty_documents_are_left_out() -> None:
    assert [one.data for one in read_foreign_yaml("x", b"---\n---\na: b\n---\n# only a comment\n")] == [{"a": "b"}]
    assert read_foreign_yaml("x", b"") == []


def nine_of_nine(levels: int) -> str:
    """The file that stands for 9 ** levels values."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


BAD = {
    "a: b: c\n": ("x.yaml:1:5", "unexpected colon"),
    "a: 1\nb: 2\na: 3\n": ("x.yaml:3:1", 'the key "a" occurs twice'),
    "a: *nobody\n": ("x.yaml:1:4", "names nothing above it"),
    "a: &a [1, *a]\n": ("x.yaml:1:11", "names nothing above it"),
    "<<: text\n": ("x.yaml:1:1", "followed by something that has no keys"),
    "? [a, b]\n: c\n": ("x.yaml:1:3", "a key must be plain text"),
    "a: b\x00c\n": ("x.yaml:1:5", "U+0000"),
    "a:\n  b: c\n d: e\n": ("x.yaml:3:2", "does not fit"),
    nine_of_nine(12): ("x.yaml:6:34", "more than 500,000 values"),
    "- " * (MAX_LEVELS + 1) + "a\n": (f"x.yaml:1:{2 * MAX_LEVELS + 1}", "nested deeper than 64 levels"),
    "[" * 10_000: ("x.yaml:1:", "nested deeper than 64 levels"),
    "{a: " * 10_000: ("x.yaml:1:", "nested deeper than 64 levels"),
    "- " * 10_000: ("x.yaml:1:", "nested deeper than 64 levels"),
    f"a: &a {'x' * 1000}\nb: [{','.join(['*a'] * 200_000)}]\n": ("x.yaml:2:", "more than 500,000 values"),
    f"b: &b {{{', '.join(f'k{n}: v' for n in range(900))}}}\nc: [{', '.join(['{<<: *b}'] * 900)}]\n": (
        "x.yaml:2:",
        "more than 500,000 values",
    ),
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: repr(text[:20]))
def test_what_breaks_a_rule_is_refused_at_its_place(text: str) -> None:
    place, message = BAD[text]
    with pytest.raises(UnreadableYaml) as caught:
        read_foreign_yaml("x.yaml", text.encode())
    assert str(caught.value.problem.place).startswith(place)
    assert message in caught.value.problem.message
    assert caught.value.problem.hint


def test_bytes_that_are_no_text_and_files_that_are_too_large_are_refused() -> None:
    for raw, message in ((b"a: b\nc: \xff\n", "not UTF-8"), (b"#" * (MAX_FOREIGN_BYTES + 1), "larger than 8 MiB")):
        with pytest.raises(UnreadableYaml, match=message):
            read_foreign_yaml("x.yaml", raw)


def test_a_tag_constructs_nothing() -> None:
    raw = b"a: !!python/object/apply:os.system ['exit 1']\nb: !!binary aGVsbG8=\nc: !!timestamp 2026-01-01\n"
    (document,) = read_foreign_yaml("x.yaml", raw)
    assert document.data == {"a": ["exit 1"], "b": "aGVsbG8=", "c": "2026-01-01"}
