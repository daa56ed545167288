"""`--format json`: the envelope of the contract, whatever the problems are."""

from __future__ import annotations

import json

import pytest

from orgtp.model.problem import Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.json import format_envelope, problems_body
from tests.formats.hostile import SETS


@pytest.mark.parametrize("name", SETS)
def test_every_problem_is_there_word_for_word(name: str) -> None:
    text = format_envelope("validate", "acme", None, False, problems_body(SETS[name], 3))
    found = json.loads(text)["problems"]
    assert found == [
        {
            "rule": problem.rule,
            "severity": problem.severity.value,
            "path": problem.place.path,
            "line": problem.place.line,
            "column": problem.place.column,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in SETS[name]
    ]
    assert [sign for sign in text if sign != "\n" and escape_control_chars(sign) != sign] == []


def test_the_summary_counts() -> None:
    body = json.loads(format_envelope("validate", "acme", None, False, problems_body(SETS["hostile"], 3)))
    counts = [sum(problem.severity is severity for problem in SETS["hostile"]) for severity in Severity]
    assert list(body["summary"].values()) == [*counts, 3]
