"""Problems as a Code Quality report, as GitLab reads it (`artifacts: reports: codequality`)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from orgtp.model.problem import Problem, Severity
from orgtp.model.text import escape_control_chars
from orgtp.render.problems.common import fingerprints, told, unicode_path

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def problems_gitlab(problems: Sequence[Problem]) -> str:
    """A JSON array with one object a line; empty where nothing is wrong, so that GitLab sees what was mended.

    GitLab keeps one problem for each fingerprint, and stops reading at the first that lacks a key.
    """
    pairs = zip(problems, fingerprints(problems), strict=True)
    rows = ",\n".join(json.dumps(_row(problem, mark)) for problem, mark in pairs)
    return f"[\n{rows}\n]\n" if rows else "[]\n"


def _row(problem: Problem, fingerprint: str) -> dict[str, object]:
    return {
        "description": escape_control_chars(told(problem)),
        "check_name": problem.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": unicode_path(problem.place.path), "lines": {"begin": problem.place.line}},
    }
