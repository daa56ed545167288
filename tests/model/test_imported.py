"""What an import remembers in a seat's file: it is read back as it was written, whatever the source says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.files.apply import apply_change
from orgtp.files.seat import read_seat
from orgtp.model.change import Change, CreateFile, SetKey, YamlData
from orgtp.model.inventory.imported import (
    ImportedMark,
    build_imported_mark,
    hash_long_text,
    is_imported_proposal,
    is_mission_unreviewed,
    read_imported_mark,
    remember_value,
)
from orgtp.model.seat import Seat

_HEAD = {"seat": "ada", "name": "Ada", "role": "Analyst", "kind": "human", "status": "proposed"}
_PATH = "seats/ada.yaml"


def write_and_read(**keys: YamlData) -> Seat:
    """The seat that a file with these keys is read as."""
    return read_text(_HEAD | keys)


def read_text(content: dict[str, YamlData] | str) -> Seat:
    files = apply_change({}, Change("import", "", ("ada",), (CreateFile(_PATH, content),)))
    seat, problems = read_seat(_PATH, files[_PATH])
    assert seat is not None
    assert not problems
    return seat


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=120)
KEYS = st.sampled_from(["name", "role", "reports_to", "mission", "email", "x-cost.center", "capabilities.a.b"])
VALUES = (
    TEXTS | st.lists(TEXTS, max_size=3) | st.booleans() | st.integers() | st.sampled_from(["1.50", "0x1f", "no", "~"])
)


@given(TEXTS.filter(str.strip), st.dictionaries(KEYS, VALUES), st.lists(st.sampled_from(["mission", "role"])))
def test_a_mark_is_read_as_it_was_built(source: str, was: dict[str, YamlData], unreviewed: list[str]) -> None:
    seat = write_and_read(**{"x-imported": build_imported_mark(source, "people", was, unreviewed)})
    mark = read_imported_mark(seat)
    assert mark == ImportedMark(
        source, "people", tuple(dict.fromkeys(unreviewed)), {key: remember_value(value) for key, value in was.items()}
    )
    assert all(mark.is_as_imported(key, value) for key, value in was.items())


def test_a_seat_that_nobody_imported_has_no_mark() -> None:
    assert read_imported_mark(write_and_read()) is None
    assert read_imported_mark(write_and_read(**{"x-imported": "by hand, in May", "x-importedly.from": "here"})) is None
    assert not is_mission_unreviewed(write_and_read(mission="Counts.", **{"x-imported": "mission"}))


@pytest.mark.parametrize("unreviewed", ["mission", "role, mission", ["mission"], "[mission"])
def test_a_mission_is_unreviewed_while_it_is_the_imported_text(unreviewed: YamlData) -> None:
    was = {"mission": "Counts what " + "moved, " * 40}
    mark = build_imported_mark("people", "people", was) | {"unreviewed": unreviewed}
    assert is_mission_unreviewed(write_and_read(mission=was["mission"], **{"x-imported": mark}))
    assert not is_mission_unreviewed(write_and_read(mission="Counts.", **{"x-imported": mark}))
    assert not is_mission_unreviewed(write_and_read(**{"x-imported": mark}))
    reviewed = {key: value for key, value in mark.items() if key != "unreviewed"}
    assert not is_mission_unreviewed(write_and_read(mission=was["mission"], **{"x-imported": reviewed}))
    # Nobody can make a mission look reviewed by leaving out what was imported.
    without = {key: value for key, value in mark.items() if key != "was"}
    assert is_mission_unreviewed(write_and_read(mission="Counts.", **{"x-imported": without}))


def test_an_imported_seat_is_a_proposal_until_its_status_changes() -> None:
    mark = {"x-imported": build_imported_mark("people", "people", {})}
    assert is_imported_proposal(write_and_read(**mark))
    assert not is_imported_proposal(write_and_read(**mark | {"status": "active"}))
    assert not is_imported_proposal(write_and_read())


def test_long_texts_are_remembered_as_hashes() -> None:
    assert hash_long_text("a" * 80) == "a" * 80
    assert hash_long_text("a" * 81) == "sha256:8c48280d57fb88f1"
    assert hash_long_text("a" * 82) != hash_long_text("a" * 81)
    # A source cannot write the hash of another text.
    assert hash_long_text("sha256:8c48280d57fb88f1") != hash_long_text("a" * 81)


def test_numbers_keep_their_digits_and_an_absent_value_is_an_empty_text() -> None:
    assert remember_value(Decimal("1.50")) == '"1.50"'
    assert remember_value({"b": [1, True], "a": None}) == '{"a": null, "b": [1, true]}'
    assert remember_value(None) == remember_value("") == ""


def test_the_mark_of_a_changed_key_can_be_set_alone() -> None:
    content = _HEAD | {"x-imported": build_imported_mark("people", "people", {"name": "Ada", "role": "012"})}
    files = apply_change({}, Change("import", "", ("ada",), (CreateFile(_PATH, content),)))
    edit = SetKey(_PATH, ("x-imported", "was", "role"), "1e3")
    files = apply_change(files, Change("import", "", ("ada",), (edit,)))
    seat, _ = read_seat(_PATH, files[_PATH])
    assert seat is not None
    mark = read_imported_mark(seat)
    assert mark is not None
    assert mark.was == {"name": "Ada", "role": "1e3"}
