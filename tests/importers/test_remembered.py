"""The maps that a machine remembers: read, changed in place, and never in the way of an import."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.importers.remembered import find_imports_path, read_remembered, remember_mapping
from tests.size import choose_size


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "orgtp" / "imports.yaml"


def test_a_map_is_remembered_by_the_name_of_its_source(file: Path) -> None:
    assert find_imports_path() == file
    assert read_remembered().maps == {}
    assert remember_mapping("people", {"parent": "Manager ID", "header": "3"}) == ""
    assert remember_mapping("scorecard", {"decimal": ","}) == ""
    assert read_remembered().maps == {"people": {"parent": "Manager ID", "header": "3"}, "scorecard": {"decimal": ","}}
    assert remember_mapping("people", {}) == ""
    assert read_remembered().maps == {"scorecard": {"decimal": ","}}
    assert list(file.parent.iterdir()) == [file]


def test_what_people_wrote_into_the_file_stays(file: Path) -> None:
    file.parent.mkdir(parents=True)
    text = "# ours\npeople:\n  parent: Boss   # the column\nx-own: 1\n"
    file.write_text(text, encoding="utf-8")
    remember_mapping("scorecard", {"seat": "Who"})
    assert file.read_text(encoding="utf-8") == text + "scorecard:\n  seat: Who\n"
    before = file.stat().st_mtime_ns
    remember_mapping("people", {"parent": "Boss"})
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"people: [\n", "imports.yaml:"),
        (b"people: x\n", '"people" does not have keys with columns'),
        (b"people: {parent: 3}\n", '"people" does not have keys with columns'),
        (b"- a\n", "it has no names of sources"),
        (b"\xff\xfe", "imports.yaml"),
        (b"a: &b x\n", "imports.yaml:"),
        (b"#" * 300_000, "larger than 256 KiB"),
    ],
)
def test_a_broken_file_says_why_and_is_not_overwritten(content: bytes, words: str, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    found = read_remembered()
    assert found.maps == {}
    assert words in found.fault
    assert "No --map is remembered until it is corrected or deleted" in found.fault
    assert remember_mapping("people", {"parent": "Boss"}) == found.fault
    assert file.read_bytes() == content


def test_a_pipe_and_a_folder_do_not_hang(file: Path) -> None:
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    assert "not a regular file" in read_remembered().fault
    file.unlink()
    file.mkdir()
    assert read_remembered().fault


def test_a_place_that_cannot_be_written_says_so(file: Path) -> None:
    file.parent.parent.mkdir(parents=True)
    file.parent.write_text("", encoding="utf-8")
    assert "the --map is not remembered" in remember_mapping("people", {"parent": "Boss"})


def test_a_link_is_followed(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir(parents=True)
    real = tmp_path / "real.yaml"
    real.write_text("people: {parent: Boss}\n", encoding="utf-8")
    file.symlink_to(real)
    remember_mapping("people", {"parent": "Manager"})
    assert file.is_symlink()
    assert "Manager" in real.read_text(encoding="utf-8")


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


@settings(max_examples=choose_size(60, 1000), deadline=None)
@given(
    maps=st.lists(
        st.tuples(
            TEXTS.filter(lambda name: not name.startswith("x-")), st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3)
        ),
        max_size=4,
    )
)
def test_any_names_of_sources_and_columns_are_remembered(
    maps: list[tuple[str, dict[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("config")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        for name, mapping in maps:
            assert remember_mapping(name, mapping) == ""
        assert read_remembered().maps == dict(maps)
