"""Every rule has case files with good and bad orgs: see the README here.

After you change a message, run `ORGTP_ACCEPT=1 python -m pytest tests/rules/test_rules.py`, and read every line that
changed in the case files.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from orgtp.files.load import NotAnOrg, load_org
from orgtp.files.tree import FolderTree, MemoryTree
from orgtp.model.problem import Problem, Severity
from orgtp.rules.registry import ALL_RULES
from tests.conftest import ACCEPT, ROOT
from tests.rules.cases import BAD, CASES, FOLDERS, GOOD, RULES, RuleCase, read_case
from tests.rules.orgs import (
    ELSEWHERE,
    EXAMPLES,
    MADE,
    files,
    found_in,
    ids_in,
    label,
    problems,
    read_expected,
    told,
    write_expected,
)

STORY = ROOT / "sample-org" / "story"
SMALLEST = read_case(RULES / "missing-key" / "good-smallest.case")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[RuleCase], Path]:
    """Writes a case to a folder, once for all tests that only read it."""
    base = tmp_path_factory.mktemp("rules")

    @cache
    def write(case_file: Path) -> Path:
        folder = base / case_file.parent.name / case_file.stem
        read_case(case_file).write_org(folder)
        return folder

    return lambda case: write(case.path)


@pytest.fixture
def org(case: RuleCase | Path, written: Callable[[RuleCase], Path]) -> Path:
    """The folder of a case: that of an example is in the repository, that of a case file is written for the tests."""
    return case if isinstance(case, Path) else written(case)


@pytest.mark.parametrize("case", [*GOOD, STORY], ids=label)
def test_a_good_org_has_no_problem_but_what_a_reviewer_should_notice(case: RuleCase | Path, org: Path) -> None:
    found = found_in(org)
    assert [told(problem) for problem in found if not is_notice_of_change(problem)] == []
    text = "".join(map(told, found))
    if isinstance(case, RuleCase):
        if ACCEPT and text != case.expected:
            case.write_expected(text)
        assert case.rule not in {problem.rule for problem in found}
        assert text == read_expected(case)
    else:
        assert text == ""


def is_notice_of_change(problem: Problem) -> bool:
    """Whether a problem only tells the reviewers of a change what they should know."""
    return problem.severity is Severity.NOTICE and TOPIC[problem.rule] == "notices"


TOPIC = {rule.id: rule.topic for rule in ALL_RULES}


@pytest.mark.parametrize("case", [*BAD, *EXAMPLES], ids=label)
def test_a_bad_org_has_exactly_its_problems(case: RuleCase | Path, org: Path) -> None:
    text = "".join(told(problem) for problem in found_in(org))
    assert text
    if ACCEPT:
        write_expected(case, text)
    else:
        assert text == read_expected(case)


@pytest.mark.parametrize("case", BAD, ids=label)
def test_a_bad_org_is_found_by_the_rule_of_its_folder(case: RuleCase, org: Path) -> None:
    assert case.rule in {problem.rule for problem in found_in(org)}


@pytest.mark.parametrize("case", [*BAD, *EXAMPLES], ids=label)
def test_every_problem_stands_in_its_file_and_has_a_remedy(case: RuleCase | Path, org: Path) -> None:
    folder = org if (org / "org.yaml").exists() else org / "after"
    for problem in found_in(org):
        path = folder / problem.place.path
        lines = path.read_bytes().split(b"\n") if path.is_file() else [b""]
        assert 1 <= problem.place.line <= len(lines), told(problem)
        width = len(lines[problem.place.line - 1].decode(errors="replace")) + 1
        assert 1 <= problem.place.column <= width, told(problem)
        assert problem.hint, told(problem)


@pytest.mark.parametrize("case", [*(case for case in GOOD if case.is_one_org), STORY], ids=label)
def test_line_ends_of_windows_are_no_problem(case: RuleCase | Path, org: Path) -> None:
    known = {entry.path for entry in FolderTree(org).entries()}
    ended = {path: raw.replace(b"\n", b"\r\n") for path, raw in files(org).items() if path in known}
    assert [told(problem) for problem in problems(MemoryTree(ended))] == []


@pytest.mark.parametrize("rule", MADE)
def test_what_no_repository_should_hold(rule: str, tmp_path: Path) -> None:
    SMALLEST.write_org(tmp_path / "org")
    assert problems(FolderTree(tmp_path / "org")) == []
    found = problems(MADE[rule].spoil(tmp_path / "org"))
    assert "".join(map(told, found)) == MADE[rule].said
    assert rule in {problem.rule for problem in found}


def test_a_folder_without_org_yaml_is_no_org(tmp_path: Path) -> None:
    with pytest.raises(NotAnOrg, match="orgtp init"):
        load_org(FolderTree(tmp_path), "somewhere")


def test_every_rule_has_a_good_and_a_bad_org() -> None:
    shown = {kind: {case.rule for case in cases} for kind, cases in (("good", GOOD), ("bad", BAD))}
    for kind, names in shown.items():
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
    cases: list[RuleCase | Path] = [*BAD, *EXAMPLES]
    texts = {label(case): read_expected(case) for case in cases}
    shown = {rule for text in texts.values() for rule in ids_in(text)}
    assert shown <= {rule.id for rule in ALL_RULES}
    assert [case for case, text in texts.items() if not ids_in(text)] == []


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
NOTES = {"Problem", "_problem", "add_problem", "refuse_event", "choice"}


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
