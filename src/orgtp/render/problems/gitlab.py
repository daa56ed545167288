"""Format problems as a Code Quality report for GitLab (`artifacts: reports: codequality`)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from orgtp.model.problem import Problem, Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.problems.common import compute_fingerprints, format_problem, to_unicode_path

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def problems_gitlab(problems: Sequence[Problem]) -> str:
    """A JSON array with an object on each line; empty without problems, so that GitLab sees what was fixed.

    GitLab shows one problem for each fingerprint, and stops reading at the first that lacks a key.
    """
    pairs = zip(problems, compute_fingerprints(problems), strict=True)
    rows = ",\n".join(json.dumps(_problem_to_gitlab(problem, mark)) for problem, mark in pairs)
    return f"[\n{rows}\n]\n" if rows else "[]\n"


def _problem_to_gitlab(problem: Problem, fingerprint: str) -> dict[str, object]:
    return {
        "description": escape_control_chars(format_problem(problem)),
        "check_name": problem.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": to_unicode_path(problem.place.path), "lines": {"begin": problem.place.line}},
    }
