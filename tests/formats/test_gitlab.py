"""`--format gitlab`: a Code Quality report, by GitLab's own rules for one.

GitLab ships no reader outside itself, so its two are written here after its source (gitlab-org/gitlab, MIT):
the schema `app/validators/json_schemas/codeclimate.json`, which says what an entry must have, and
`lib/gitlab/ci/reports/codequality_reports.rb`, which keeps one entry for each fingerprint and knows these severities.
`lib/gitlab/ci/parsers/codequality/code_climate.rb` stops at the first entry that does not fit.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from orgtp.model.problem import Place, Problem
from orgtp.model.text import escape_control_chars
from orgtp.render.problems.gitlab import problems_gitlab
from tests.formats.hostile import SETS, equal, many

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
LOCATION = {
    "type": "object",
    "properties": {"path": TEXT, "lines": {"type": "object", "properties": {"begin": NUMBER}}},
    # More than GitLab's schema asks, but without these it has no place to link to.
    "required": ["path", "lines"],
}
ENTRY = Draft7Validator(
    {
        "type": "object",
        "required": ["description", "fingerprint", "severity", "location"],
        "properties": {"description": TEXT, "fingerprint": TEXT, "severity": TEXT, "location": LOCATION},
    }
)
PRIORITIES = ("blocker", "critical", "major", "minor", "info", "unknown")
SEVERITIES = {"error": "major", "warning": "minor", "notice": "info"}


def kept(text: str) -> list[dict[str, Any]]:
    """What GitLab keeps of a report."""
    found: dict[str, dict[str, Any]] = {}
    for entry in json.loads(text):
        if not ENTRY.is_valid(entry):
            break
        found[entry["fingerprint"]] = entry
    return sorted(found.values(), key=lambda entry: PRIORITIES.index(entry["severity"]))


@pytest.mark.parametrize("name", SETS)
def test_gitlab_keeps_every_problem(name: str) -> None:
    problems = SETS[name]
    found = kept(problems_gitlab(problems))
    assert len(found) == len(problems)
    assert sorted(
        (entry["check_name"], entry["severity"], entry["location"]["lines"]["begin"]) for entry in found
    ) == sorted((problem.rule, SEVERITIES[problem.severity], problem.place.line) for problem in problems)
    assert {entry["description"] for entry in found} >= {
        f"{escape_control_chars(problem.message)}. {escape_control_chars(problem.hint)}"
        for problem in problems
        if problem.hint
    }


def test_an_entry_is_as_gitlab_documents_it() -> None:
    (entry,) = json.loads(problems_gitlab([Problem("owner-unknown", Place("seats/a.yaml", 7, 8), "No.", "Do.")]))
    assert len(entry.pop("fingerprint")) == 32
    assert entry == {
        "description": "No. Do.",
        "check_name": "owner-unknown",
        "severity": "major",
        "location": {"path": "seats/a.yaml", "lines": {"begin": 7}},
    }


def marks(problems: list[Problem]) -> list[str]:
    return [entry["fingerprint"] for entry in json.loads(problems_gitlab(problems))]


def test_fingerprints_know_no_line() -> None:
    moved = [Problem(p.rule, Place(p.place.path, p.place.line + 7, 3), p.message, "Other.") for p in many(20)]
    assert marks(moved) == marks(many(20))
    assert marks(equal(3))[:2] == marks(equal(2))
    told = [Problem("r", Place("a", n), f"the first is on line {n}") for n in (3, 4)]
    assert marks(told[:1]) == marks(told[1:])
    assert len(set(marks(told))) == 2


def test_any_reader_of_unicode_can_read_it() -> None:
    for problems in SETS.values():
        text = problems_gitlab(problems)
        assert text.isascii()
        json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")
