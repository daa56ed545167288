"""Format problems as SARIF 2.1.0, for code scanners (GitHub code scanning, Azure DevOps, editors)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from orgtp.model.problem import Place, Problem, Severity
from orgtp.model.text import count_noun, escape_control_chars
from orgtp.render.problems.common import compute_fingerprints, encode_path, format_problem
from orgtp.rules.registry import ALL_RULES
from orgtp.rules.rule import Rule

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
# The words of GitHub for the severities, by which it sorts.
_WEIGHTS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "recommendation"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_TOP = "%SRCROOT%"
# The most results that GitHub accepts in a run (docs.github.com, "SARIF support for code scanning").
MAX_RESULTS = 25_000


def problems_sarif(problems: Sequence[Problem], version: str, also_in_base: str = "") -> str:
    """One run of this version of orgtp, with the rules that occur and a result for each problem.

    `also_in_base` is a line on the problems that the base of a comparison has as well. Of more than `MAX_RESULTS`
    problems it contains the worst, and a notification with the number left out.
    """
    left = max(0, len(problems) - MAX_RESULTS)
    problems = _select_worst(problems) if left else problems
    ids = list(dict.fromkeys(problem.rule for problem in problems))
    index = {rule: number for number, rule in enumerate(ids)}
    marks = compute_fingerprints(problems)
    run = {
        "tool": {"driver": {"name": "orgtp", "version": version, "rules": [_describe_rule(rule) for rule in ids]}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_TOP: {"description": {"text": "The top of the repository."}}},
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": _make_notifications(left, also_in_base)}
        ],
        "results": [_problem_to_result(problem, index, mark) for problem, mark in zip(problems, marks, strict=True)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _select_worst(problems: Sequence[Problem]) -> list[Problem]:
    weights = list(Severity)
    worst = sorted(range(len(problems)), key=lambda at: (weights.index(problems[at].severity), at))[:MAX_RESULTS]
    return [problems[at] for at in sorted(worst)]


def _make_notifications(left: int, also_in_base: str) -> list[dict[str, Any]]:
    text = f"{count_noun(left, 'problem')} more left out; orgtp validate --json has them all."
    texts = {"warning": text if left else "", "note": also_in_base}
    return [{"level": level, "message": {"text": text}} for level, text in texts.items() if text]


def _describe_rule(id_: str) -> dict[str, Any]:
    rule = next((rule for rule in ALL_RULES if rule.id == id_), None)
    return {"id": id_, **(_explained(rule) if rule else {})}


def _explained(rule: Rule) -> dict[str, Any]:
    """The title, the page and the severity of a rule."""
    return {
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.page},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.topic], "problem.severity": _WEIGHTS[rule.severity]},
    }


def _problem_to_result(problem: Problem, index: dict[str, int], fingerprint: str) -> dict[str, Any]:
    return {
        "ruleId": problem.rule,
        "ruleIndex": index[problem.rule],
        "level": _LEVELS[problem.severity],
        "message": {"text": _break_links(format_problem(problem))},
        "locations": [{"physicalLocation": _format_location(problem.place)}],
        # Not primaryLocationLineHash: GitHub's uploader computes that one itself, and warns of any other.
        "partialFingerprints": {"orgtp/v1": fingerprint},
    }


def _break_links(text: str) -> str:
    """A message without a link, because text from users may contain `[text](address)`, a link in SARIF."""
    return escape_control_chars(text).replace("](", "] (")


def _format_location(place: Place) -> dict[str, Any]:
    """The file as a relative URI, and the place in it."""
    uri = quote(encode_path(place.path))
    return {
        "artifactLocation": {"uri": uri, "uriBaseId": _TOP},
        "region": {"startLine": place.line, "startColumn": place.column},
    }
