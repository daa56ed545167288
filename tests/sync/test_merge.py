"""Merges of YAML by its keys: what both sides changed, or a clash that is named."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orgtp.files.yaml.dumper import format_yaml_entry
from orgtp.files.yaml.loader import read_document
from orgtp.git.repo import Repo
from orgtp.sync.merge import MergeClash, find_new_records, merge_files, read_record_id
from tests.conftest import NOW
from tests.sync.clones import Clones

PATH = "seats/bot.yaml"
HERE = Repo(Path(tempfile.gettempdir()))
KEYS = ("role", "mission", "status", "x-one", "x-two", "capabilities")
WORDS = ("one", "two: three", "# four", "no", "12:30", "true", "it's", 'so "said"', "ä")
SCALARS = st.sampled_from(WORDS)
GROUPS = st.dictionaries(st.sampled_from(["a", "b", "c-d"]), SCALARS, min_size=1, max_size=3)
VALUES = st.one_of(SCALARS, SCALARS, GROUPS)
SEATS = st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1)
GONE = object()
LEAVES = st.one_of(SCALARS, st.just(GONE))
NEW = st.one_of(VALUES, st.just(GONE))
Data = dict[str, Any]


def edits(keys: Iterable[str], new: st.SearchStrategy[Any] = NEW) -> st.SearchStrategy[Data]:
    """What somebody does to some of these keys."""
    return st.dictionaries(st.sampled_from(list(keys)), new)


def text(data: Mapping[str, Any]) -> bytes:
    """A seat file of these keys, `seat` first, as orgtp writes one."""
    return "".join(format_yaml_entry(key, value, 0) for key, value in {"seat": "bot", **data}.items()).encode()


def data(raw: bytes) -> Any:
    return read_document(PATH, raw).data


def changed(base: Mapping[str, Any], edits: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**base, **edits}.items() if value is not GONE}


def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    return merge_files(HERE, PATH, base, ours, theirs)


@settings(max_examples=60, deadline=None)
@given(base=SEATS, mine=edits(KEYS[::2]), theirs=edits(KEYS[1::2]))
def test_changes_of_different_keys_come_together(base: Data, mine: Data, theirs: Data) -> None:
    raw = merge(text(base), text(changed(base, mine)), text(changed(base, theirs)))
    assert data(raw) == {"seat": "bot", **changed(changed(base, mine), theirs)}


@settings(max_examples=60, deadline=None)
@given(base=SEATS, key=st.sampled_from(KEYS), mine=NEW, theirs=NEW, other=SCALARS)
def test_changes_of_one_key_clash(base: Data, key: str, mine: Any, theirs: Any, other: str) -> None:
    before, one, two = base.get(key, GONE), changed(base, {key: mine}), changed(base, {key: theirs, "x-other": other})
    assume(mine != before and theirs not in (before, mine))
    # Two groups are compared key by key.
    assume(not (isinstance(before, dict) and (isinstance(mine, dict) or isinstance(theirs, dict))))
    with pytest.raises(MergeClash) as clash:
        merge(text(base), text(one), text(two))
    assert clash.value.what == key


@settings(max_examples=40, deadline=None)
@given(base=SEATS, key=st.sampled_from(KEYS), both=NEW, mine=SCALARS, theirs=SCALARS)
def test_the_same_change_on_both_sides_is_one(base: Data, key: str, both: Any, mine: str, theirs: str) -> None:
    one, two = {key: both, "x-mine": mine}, {key: both, "x-theirs": theirs}
    raw = merge(text(base), text(changed(base, one)), text(changed(base, two)))
    assert data(raw) == {"seat": "bot", **changed(base, one | two)}


@settings(max_examples=40, deadline=None)
@given(base=GROUPS, mine=edits("a", LEAVES), theirs=edits(["b", "c-d", "e"], LEAVES))
def test_changes_below_one_key_come_together(base: Data, mine: Data, theirs: Data) -> None:
    one, two = changed(base, mine), changed(base, theirs)
    assume(one and two)
    both = changed(one, theirs)
    raw = merge(text({"capabilities": base}), text({"capabilities": one}), text({"capabilities": two}))
    assert data(raw).get("capabilities", {}) == both


LINES = [f"x-{number}: {number}" for number in range(12)]


@settings(max_examples=40, deadline=None)
@given(mine=st.integers(0, 4), theirs=st.integers(7, 11), words=st.tuples(SCALARS, SCALARS))
def test_comments_of_both_sides_are_kept_where_they_are_apart(mine: int, theirs: int, words: tuple[str, str]) -> None:
    base, one, two = list(LINES), list(LINES), list(LINES)
    one[mine] += f"  # mine: {words[0]}"
    one.insert(mine, f"# above: {words[0]}")
    two[theirs] = f"x-{theirs}: changed  # theirs: {words[1]}"
    raw = merge(*("\n".join([*lines, ""]).encode() for lines in (base, one, two)))
    assert {one[mine], one[mine + 1], two[theirs]} <= set(raw.decode().splitlines())
    assert len(raw.decode().splitlines()) == len(LINES) + 1


def test_a_comment_on_the_very_line_that_the_other_side_changed_is_the_changed_side_s() -> None:
    base, ours = b"seat: bot\nrole: Desk\n", b"seat: bot\nrole: Help desk  # since May\n"
    assert merge(base, ours, b"seat: bot\nrole: Desk\nx-a: 1\n") == ours + b"x-a: 1\n"
    assert merge(base, b"seat: bot\nrole: Desk  # one\n", b"seat: bot\nrole: Help desk  # two\n").startswith(
        b"seat: bot\nrole: Help desk"
    )


@pytest.mark.parametrize(("one", "two"), [("1", "true"), ("0", "false"), ("1.0", "1"), ("1", '"1"'), ("[1]", "[true]")])
def test_values_that_are_equal_to_python_are_not_the_same(one: str, two: str) -> None:
    base, ours, theirs = (f"seat: bot\nx-a: {value}\n".encode() for value in ("other", one, two))
    with pytest.raises(MergeClash):
        merge(base, ours, theirs)


@pytest.mark.parametrize(("one", "two"), [("1", "true"), ("1.0", "1")])
def test_a_change_to_what_is_equal_to_python_is_not_dropped(one: str, two: str) -> None:
    """The other side changes the line above, so that a merge by lines does not help."""
    base, ours, theirs = f"x-b: 1\nx-a: {one}\n", f"x-b: 2\nx-a: {one}\n", f"x-b: 1\nx-a: {two}\n"
    try:
        raw = merge(base.encode(), ours.encode(), theirs.encode())
    except MergeClash:
        return
    assert repr(data(raw)["x-a"]) == repr(data(theirs.encode())["x-a"])


def test_numbers_lists_and_nothing_come_along() -> None:
    theirs = b"x-b: 2\nx-list: [1, two]\nx-none:\nx-number: 1.50\nx-a: 1\n"
    assert data(merge(b"x-a: 1\nx-b: 1\n", b"x-a: 1\nx-b: 1\nx-c: 3\n", theirs)) == {
        "x-a": 1,
        "x-b": 2,
        "x-c": 3,
        "x-list": [1, "two"],
        "x-none": None,
        "x-number": Decimal("1.50"),
    }


@pytest.mark.parametrize("broken", [b"seat: bot\nseat: bot\n", b"a: &x 1\n", b"\xff\n", b"- list\n", b""])
def test_what_is_no_strict_yaml_is_merged_by_lines_or_clashes(broken: bytes) -> None:
    assert merge(b"a\n", b"a\n", broken) == broken
    with pytest.raises(MergeClash):
        merge(b"seat: bot\n", b"seat: cat\n", broken + b"more: 1\n")


@given(st.lists(st.integers(0, 9), max_size=6, unique=True), st.lists(st.integers(10, 19), max_size=6, unique=True))
def test_records_that_are_added_anywhere_are_found(base: list[int], added: list[int]) -> None:
    lines = [b'{"id":"%d"}\n' % number for number in base]
    more = [b'{"id":"%d"}\n' % number for number in added]
    assert find_new_records(b"".join(lines), b"".join(lines + more)) == b"".join(more)
    assert find_new_records(b"".join(lines), b"".join(more + lines)) == b"".join(more)
    assert find_new_records(b"".join(lines).rstrip(b"\n"), b"".join(lines + more)) == b"".join(more)
    if lines:
        with pytest.raises(MergeClash):
            find_new_records(b"".join(lines), b"".join(lines[1:] + more))


@pytest.mark.parametrize("line", [b"", b"no", b"[]", b"1", b'{"id"', b"[" * 100_000, b"\xff", b'{"no":"id"}'])
def test_a_line_that_is_no_record_has_no_id(line: bytes) -> None:
    assert read_record_id(line) == ""


def test_a_replayed_delivery_still_names_its_recipient(clones: Clones) -> None:
    """Each clone adds a line to the same file, and the audit finds the seat of each line in its own commit."""
    line = '{{"id":"{0}","at":"2026-11-20T12:45:00Z","to":"{0}","day":"2026-11-20","by":"ada"}}\n'
    for here, to in ((clones.a, "bot"), (clones.b, "cat")):
        here.write("briefings/2026-11.jsonl", line.format(to))
        here.git("add", ".")
        trailers = f"Orgtp-Action: brief\nOrgtp-Seat: {to}\nOrgtp-By: ada"
        here.git(
            "commit", "-qm", f"brief({to}): 2026-11-20 delivered\n\n{trailers}",
            GIT_AUTHOR_DATE=NOW, GIT_COMMITTER_DATE=NOW,
        )  # fmt: skip
        here("sync")
    assert clones.b.read("briefings/2026-11.jsonl") == line.format("bot") + line.format("cat")
    assert "Orgtp-Seat: cat" in clones.b.git("log", "-1", "--format=%B").out
    assert clones.b("audit", "verify", "--full", "--json").json["violations"] == []
