"""Whole small orgs, each a test by lying in tests/examples: the good ones have no problem, the bad ones exactly theirs.

A bad example's `expected.txt` is what a person reads of it. After a change of a message run
`ORGTP_ACCEPT=1 python -m pytest tests/store/test_examples.py`, and read every line that changed.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orgtp import rules
from orgtp.model.problem import Problem
from orgtp.model.words import visible
from orgtp.store.load import NotAnOrg, by_order, load
from orgtp.store.trees import MAX_BYTES as MOST
from orgtp.store.trees import Files, Folder, Tree
from orgtp.store.yaml_read import MAX_BYTES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "examples"
GOOD = sorted(path for path in (EXAMPLES / "good").iterdir())
BAD = sorted(path for path in (EXAMPLES / "bad").iterdir())
STORY = ROOT / "sample-org" / "story"


def problems(tree: Tree) -> list[Problem]:
    loaded = load(tree)
    return by_order([*loaded.problems, *rules.check(loaded.org)])


def told(problem: Problem) -> str:
    return visible(f"{problem.place}: {problem.message}. {problem.hint} [{problem.rule}]") + "\n"


@pytest.mark.parametrize("folder", [*GOOD, STORY], ids=lambda path: path.name)
def test_a_good_org_has_no_problem(folder: Path) -> None:
    assert [told(problem) for problem in problems(Folder(folder))] == []


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_a_bad_org_has_exactly_its_problems(folder: Path) -> None:
    text = "".join(told(problem) for problem in problems(Folder(folder)))
    expected = folder / "expected.txt"
    if os.environ.get("ORGTP_ACCEPT"):
        expected.write_text(text, encoding="utf-8")
    assert text
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_every_problem_stands_in_its_file_and_has_a_remedy(folder: Path) -> None:
    for problem in problems(Folder(folder)):
        path = folder / problem.place.path
        lines = path.read_bytes().split(b"\n") if path.is_file() else [b""]
        assert 1 <= problem.place.line <= len(lines), told(problem)
        width = len(lines[problem.place.line - 1].decode(errors="replace")) + 1
        assert 1 <= problem.place.column <= width, told(problem)
        assert problem.hint, told(problem)


def copy(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("folder", [*GOOD, STORY], ids=lambda path: path.name)
def test_line_ends_of_windows_are_no_problem(folder: Path) -> None:
    files = {path: raw.replace(b"\n", b"\r\n") for path, raw in copy(folder).items()}
    known = {entry.path for entry in Folder(folder).entries()}
    assert [told(problem) for problem in problems(Files({p: raw for p, raw in files.items() if p in known}))] == []


# Three rules about files that nobody wants in a repository; each is made when it is needed.


def smallest() -> dict[str, bytes]:
    return copy(EXAMPLES / "good" / "smallest")


def test_a_yaml_file_of_more_than_256_kib() -> None:
    files = smallest()
    files["seats/ada.yaml"] += b"#" * MAX_BYTES
    assert [told(problem) for problem in problems(Files(files))] == [
        "seats/ada.yaml:1:1: larger than 256 KiB. Keep a file to what its seat needs. [yaml-too-large]\n"
    ]


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    for path, raw in smallest().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(raw)
    (tmp_path / "scores" / "ada").mkdir(parents=True)
    with (tmp_path / "scores" / "ada" / "2026-11.jsonl").open("wb") as file:
        file.truncate(MOST + 1)
    (problem,) = problems(Folder(tmp_path))
    assert (str(problem.place), problem.rule) == ("scores/ada/2026-11.jsonl:1:1", "too-large")
    assert problem.message == "larger than 64 MiB, so it was not read"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    for path, raw in smallest().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(raw)
    (tmp_path / "seats" / "eve.yaml").symlink_to("/etc/passwd")
    (tmp_path / "scores").symlink_to(tmp_path / "seats")
    assert [told(problem) for problem in problems(Folder(tmp_path))] == [
        "scores:1:1: a link or a device, not a file. Put the file itself there. [not-a-file]\n",
        "seats/eve.yaml:1:1: a link or a device, not a file. Put the file itself there. [not-a-file]\n",
    ]


def test_a_folder_without_org_yaml_is_no_org(tmp_path: Path) -> None:
    with pytest.raises(NotAnOrg, match="orgtp init"):
        load(Folder(tmp_path), "somewhere")


MADE_ABOVE = {"yaml-too-large", "too-large", "not-a-file"}
READERS = ("load", "fields", "seat_file", "org_file", "score_file", "yaml_read", "yaml_explain")
NOTES = {"Problem", "_problem", "problem", "refuse", "choice"}


def rule_ids() -> Iterator[str]:
    """Every rule id that loading or a rule can emit, out of the code itself."""
    source = ROOT / "src" / "orgtp"
    paths = [*(source / "rules").glob("*.py"), *(source / "store" / f"{name}.py" for name in READERS)]
    for node in (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
        name = getattr(node, "func", None)
        if isinstance(node, ast.Call) and (getattr(name, "id", "") or getattr(name, "attr", "")) in NOTES:
            texts = [str(part.value) for part in node.args if isinstance(part, ast.Constant)]
            yield from (text for text in texts if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", text))


def test_every_rule_has_a_bad_example() -> None:
    shown = {
        rule
        for folder in BAD
        for rule in re.findall(r"\[([a-z0-9-]+)\]\n", (folder / "expected.txt").read_text(encoding="utf-8"))
    }
    ids = set(rule_ids())
    assert len(ids) > 50
    assert ids - shown == MADE_ABOVE
    assert shown <= ids
