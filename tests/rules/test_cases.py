"""Case files: every way to write a file in one, what is refused, and that none repeats a shared file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rules.cases import (
    CASES,
    FOLDERS,
    GOOD,
    RULES,
    SHARED,
    SIDES,
    RuleCase,
    decode_escaped,
    own_files,
    read_case,
    read_shared,
)

HEADS = {
    "from inbox org.yaml": "not a line that names shared files",
    "from nowhere: org.yaml": "there is no nowhere.shared",
    "from inbox: seats/nobody.yaml": "inbox.shared has no seats/nobody.yaml",
    "from inbox: org.yaml\n\n=== org.yaml\norg: acme": "org.yaml is there twice",
    "=== seats/ada.yaml (quoted)": "not the header of a file",
    "=== now: seats/ada.yaml": "not the header of a file",
}


def read_text(folder: Path, text: str) -> RuleCase:
    path = folder / "some-rule" / "bad-far.case"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_case(path)


def test_a_case_has_shared_files_its_own_files_and_what_is_expected(tmp_path: Path) -> None:
    text = "# Why.\nfrom inbox: org.yaml\n\n=== seats/é.yaml\na: é\n\n=== scores/.gitkeep\n=== expected\nx\n=== y\n"
    case = read_text(tmp_path, text)
    shared = {"org.yaml": read_shared("inbox")["org.yaml"]}
    assert case.files == {**shared, "seats/é.yaml": "a: é\n\n".encode(), "scores/.gitkeep": b""}
    assert case.expected == "x\n=== y\n"
    assert (case.rule, case.name, case.is_one_org) == ("some-rule", "bad-far", True)
    assert case.orgs == {"bad-far": case.files}


def test_a_change_has_files_on_each_side(tmp_path: Path) -> None:
    text = "before and after from inbox: org.yaml\n=== after and earlier: seats/a.yaml\na\n=== shallow\n"
    case = read_text(tmp_path, text)
    head = read_shared("inbox")["org.yaml"]
    sides = {
        "before/org.yaml": head,
        "after/org.yaml": head,
        "after/seats/a.yaml": b"a\n",
        "earlier/seats/a.yaml": b"a\n",
    }
    assert case.files == {**sides, "shallow": b""}
    assert {name: set(files) for name, files in case.orgs.items()} == {
        "bad-far/before": {"org.yaml"},
        "bad-far/after": {"org.yaml", "seats/a.yaml"},
        "bad-far/earlier": {"seats/a.yaml"},
    }


def test_an_org_is_written_as_the_case_has_it(tmp_path: Path) -> None:
    case = read_text(tmp_path, "=== seats/a.yaml (escaped)\n\\xef\\xbb\\xbfa\\r\n\\\n=== seats/b.yaml\n\\x41\n")
    case.write_org(tmp_path / "org")
    assert (tmp_path / "org/seats/a.yaml").read_bytes() == b"\xef\xbb\xbfa\r\n"
    assert (tmp_path / "org/seats/b.yaml").read_bytes() == b"\\x41\n"


@pytest.mark.parametrize("text", ["=== org.yaml\na\n", "=== org.yaml\na\n=== expected\nold\n"])
def test_what_is_expected_is_replaced_in_place(tmp_path: Path, text: str) -> None:
    case = read_text(tmp_path, text)
    case.write_expected("new\n")
    assert case.path.read_text(encoding="utf-8") == "=== org.yaml\na\n=== expected\nnew\n"


def test_escapes_stand_for_bytes() -> None:
    assert decode_escaped("é\\t\\r\\\\n\\x00\\xff\nend\\\n") == "é\t\r\\n".encode() + b"\x00\xff\nend"
    for wrong in ("\\n", "\\xF0", "\\x1", "\\"):
        with pytest.raises(AssertionError, match="not an escape"):
            decode_escaped(wrong)


@pytest.mark.parametrize("text", HEADS)
def test_a_mistake_in_a_case_file_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(AssertionError, match=HEADS[text]):
        read_text(tmp_path, f"{text}\n")


def test_a_case_file_shows_every_character() -> None:
    """What an editor or a checkout could hide or change is escaped."""
    texts = {path: path.read_bytes().decode() for path in RULES.rglob("*") if path.suffix in {".case", ".shared"}}
    assert len(texts) == len(CASES) + len(SHARED)
    hidden = [path for path, text in texts.items() if not text.replace("\n", "").isprintable() or text[-1:] != "\n"]
    assert hidden == []


def test_a_folder_holds_case_files_alone() -> None:
    names = {path.name for folder in FOLDERS for path in folder.iterdir() if path.suffix != ".case"}
    assert names <= {"README.md"}


def test_a_good_case_expects_nothing_but_what_the_reviewers_of_a_change_should_notice() -> None:
    told = {case.path: case.expected.splitlines() for case in GOOD if not case.is_one_org}
    assert [path for path, lines in told.items() if any(" (notice): " not in line for line in lines)] == []
    assert [case.path for case in GOOD if case.is_one_org and case.expected] == []


@pytest.mark.parametrize("name", SHARED)
def test_no_case_repeats_a_shared_file(name: str) -> None:
    shared = {*read_shared(name).items()}
    for case in CASES:
        own = own_files(case.path, case.path.read_text(encoding="utf-8").partition("=== expected\n")[0])
        repeated = [path for path, raw in own if (re.sub(f"^({'|'.join(SIDES)})/", "", path), raw) in shared]
        assert repeated == [], f"{case.path}: take them from {name}.shared"


@pytest.mark.parametrize("name", SHARED)
def test_several_cases_use_each_shared_file(name: str) -> None:
    lines = [line for case in CASES for line in case.path.read_text(encoding="utf-8").splitlines()]
    used = [path for line in lines if f"from {name}: " in line for path in line.partition(": ")[2].split(" ")]
    assert {path: used.count(path) > 1 for path in read_shared(name)} == dict.fromkeys(read_shared(name), True)
