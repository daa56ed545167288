"""Every rule has good and bad orgs that are tests by lying in tests/rules: see the README there.

A bad org's `expected.txt` is what a person reads of it. After a change of a message run
`ORGTP_ACCEPT=1 python -m pytest tests/rules/test_rules.py`, and read every line that changed.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orgtp.files.load import NotAnOrg, load
from orgtp.files.tree import Files, Folder
from orgtp.rules.registry import ALL_RULES
from tests.conftest import ACCEPT, ROOT
from tests.rules.orgs import (
    BAD,
    CASES,
    ELSEWHERE,
    EXAMPLES,
    FOLDERS,
    GOOD,
    MADE,
    RULES,
    files,
    found_in,
    ids_in,
    label,
    problems,
    told,
)

STORY = ROOT / "sample-org" / "story"
SMALLEST = RULES / "missing-key" / "good-smallest"
WHOLE = [path for path in GOOD if (path / "org.yaml").exists()]


@pytest.mark.parametrize("case", [*GOOD, STORY], ids=label)
def test_a_good_org_has_no_problem(case: Path) -> None:
    assert [told(problem) for problem in found_in(case)] == []


@pytest.mark.parametrize("case", [*BAD, *EXAMPLES], ids=label)
def test_a_bad_org_has_exactly_its_problems(case: Path) -> None:
    text = "".join(told(problem) for problem in found_in(case))
    expected = case / "expected.txt"
    if ACCEPT:
        expected.write_text(text, encoding="utf-8")
    assert text
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", BAD, ids=label)
def test_a_bad_org_is_found_by_the_rule_of_its_folder(case: Path) -> None:
    assert case.parent.name in {problem.rule for problem in found_in(case)}


@pytest.mark.parametrize("case", [*BAD, *EXAMPLES], ids=label)
def test_every_problem_stands_in_its_file_and_has_a_remedy(case: Path) -> None:
    folder = case if (case / "org.yaml").exists() else case / "after"
    for problem in found_in(case):
        path = folder / problem.place.path
        lines = path.read_bytes().split(b"\n") if path.is_file() else [b""]
        assert 1 <= problem.place.line <= len(lines), told(problem)
        width = len(lines[problem.place.line - 1].decode(errors="replace")) + 1
        assert 1 <= problem.place.column <= width, told(problem)
        assert problem.hint, told(problem)


@pytest.mark.parametrize("case", [*WHOLE, STORY], ids=label)
def test_line_ends_of_windows_are_no_problem(case: Path) -> None:
    known = {entry.path for entry in Folder(case).entries()}
    ended = {path: raw.replace(b"\n", b"\r\n") for path, raw in files(case).items() if path in known}
    assert [told(problem) for problem in problems(Files(ended))] == []


@pytest.mark.parametrize("rule", MADE)
def test_what_no_repository_should_hold(rule: str, tmp_path: Path) -> None:
    shutil.copytree(SMALLEST, tmp_path / "org")
    assert problems(Folder(tmp_path / "org")) == []
    found = problems(MADE[rule].spoil(tmp_path / "org"))
    assert "".join(map(told, found)) == MADE[rule].said
    assert rule in {problem.rule for problem in found}


def test_a_folder_without_org_yaml_is_no_org(tmp_path: Path) -> None:
    with pytest.raises(NotAnOrg, match="orgtp init"):
        load(Folder(tmp_path), "somewhere")


def test_every_rule_has_a_good_and_a_bad_org() -> None:
    lying = {kind: {case.parent.name for case in cases} for kind, cases in (("good", GOOD), ("bad", BAD))}
    for kind, names in lying.items():
        assert [rule.id for rule in ALL_RULES if rule.id not in names | MADE.keys() | ELSEWHERE.keys()] == [], kind
    assert len(GOOD) + len(BAD) == len(CASES), "a case is named good… or bad…"


def test_every_folder_is_named_for_a_rule_and_every_id_is_there_once() -> None:
    ids = [rule.id for rule in ALL_RULES]
    assert len(ids) == len(set(ids))
    assert sorted(folder.name for folder in FOLDERS) == sorted(ids)
    assert (MADE.keys() | ELSEWHERE.keys()) - set(ids) == set()


@pytest.mark.parametrize("rule", ELSEWHERE)
def test_what_no_org_can_show_is_shown_elsewhere(rule: str) -> None:
    assert f'"{rule}"' in (ROOT / ELSEWHERE[rule]).read_text(encoding="utf-8")


def test_an_expected_text_tells_of_rules_alone() -> None:
    texts = {case: (case / "expected.txt").read_text(encoding="utf-8") for case in [*BAD, *EXAMPLES]}
    shown = {rule for text in texts.values() for rule in ids_in(text)}
    assert shown <= {rule.id for rule in ALL_RULES}
    assert [label(case) for case, text in texts.items() if not ids_in(text)] == []


READERS = (
    "load",
    "mapping_reader",
    "seat",
    "org",
    "scores",
    "signers",
    "escalation",
    "escalation_policy",
    "yaml/loader",
    "yaml/error_messages",
    "tree",
    "admission",
    "json_schema",
)
NOTES = {"Problem", "_problem", "problem", "refuse", "choice"}


def told_by_readers() -> Iterator[str]:
    """Every rule id that reading can emit, out of the code itself."""
    paths = [ROOT / "src" / "orgtp" / "files" / f"{name}.py" for name in READERS]
    for node in (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
        name = getattr(node, "func", None)
        if isinstance(node, ast.Call) and (getattr(name, "id", "") or getattr(name, "attr", "")) in NOTES:
            texts = [str(part.value) for part in node.args if isinstance(part, ast.Constant)]
            yield from (text for text in texts if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|schema", text))


def test_what_the_readers_tell_is_a_rule_of_form_and_no_such_rule_is_idle() -> None:
    emitted, form = set(told_by_readers()), {rule.id for rule in ALL_RULES if rule.topic == "form"}
    assert len(emitted) > 30
    assert emitted <= form
    words = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "orgtp").glob("[fh]*/**/*.py"))
    assert [rule for rule in form if f'"{rule}"' not in words] == []
