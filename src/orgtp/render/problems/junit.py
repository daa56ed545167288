"""Format problems as a JUnit report, which GitLab, Jenkins and others show as tests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from xml.etree import ElementTree as ET

from orgtp.model.problem import Problem, Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.problems.common import format_problem

_FAILING = frozenset({Severity.ERROR})


def problems_junit(problems: Sequence[Problem], fatal: Collection[Severity] = _FAILING, also_in_base: str = "") -> str:
    """A suite for each file and a case for each problem; without problems, one case that passes.

    A problem with a `fatal` severity is a failure. The others are skipped cases: visible in the report, and not red.
    `also_in_base`, a line on the problems that the base of a comparison has as well, is the output of the whole.
    """
    top = ET.Element("testsuites", {"name": "orgtp validate", **_count_results(problems, fatal)})
    files: dict[str, list[Problem]] = {}
    for problem in problems:
        files.setdefault(problem.place.path, []).append(problem)
    for path, found in files.items():
        _add_suite(top, path, found, fatal)
    if not files:
        suite = ET.SubElement(top, "testsuite", name="orgtp validate", tests="1", failures="0", errors="0", skipped="0")
        ET.SubElement(suite, "testcase", name="no problems", classname="orgtp", time="0")
    if also_in_base:
        ET.SubElement(top[-1], "system-out").text = _escape_for_xml(also_in_base)
    ET.indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(top, encoding="unicode")}\n'


def _count_results(problems: Iterable[Problem], fatal: Collection[Severity]) -> dict[str, str]:
    failing = [problem.severity in fatal for problem in problems]
    return {"tests": str(len(failing) or 1), "failures": str(sum(failing)), "errors": "0"}


def _add_suite(top: ET.Element, path: str, problems: list[Problem], fatal: Collection[Severity]) -> None:
    counts = _count_results(problems, fatal)
    skipped = str(len(problems) - int(counts["failures"]))
    suite = ET.SubElement(top, "testsuite", {"name": _escape_for_xml(path), **counts, "skipped": skipped})
    numbers: dict[str, int] = {}
    for problem in problems:
        _add_case(
            suite,
            _make_unique(_escape_for_xml(f"{problem.rule}: {problem.message.rstrip('.')}"), numbers),
            problem,
            fatal,
        )


def _make_unique(name: str, numbers: dict[str, int]) -> str:
    """The name, followed by a number if it is taken. `numbers` maps each name so far to its highest number."""
    free = name
    while free in numbers:
        numbers[name] += 1
        free = f"{name} ({numbers[name]})"
    numbers[free] = 1
    return free


def _add_case(suite: ET.Element, name: str, problem: Problem, fatal: Collection[Severity]) -> None:
    """Add a problem. GitLab recognises a case by suite, class and name, so these are unique and contain no line."""
    case = ET.SubElement(suite, "testcase", name=name, classname=_escape_for_xml(problem.place.path), time="0")
    text = f"{problem.place}: {problem.rule}: {format_problem(problem)}"
    if problem.severity in fatal:
        failure = ET.SubElement(
            case, "failure", message=_escape_for_xml(format_problem(problem)), type=problem.severity
        )
        failure.text = _escape_for_xml(text)
    else:
        ET.SubElement(case, "skipped").text = _escape_for_xml(f"{problem.severity}: {text}")


def _escape_for_xml(text: str) -> str:
    """Text with control characters, and characters that XML forbids, as escapes."""
    return escape_control_chars(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
