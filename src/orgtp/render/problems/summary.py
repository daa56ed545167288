"""Summarise problems in a line. A module of its own, because a valid org needs nothing else of this package."""

from __future__ import annotations

from collections.abc import Iterable

from orgtp.model.problem import Problem, Severity
from orgtp.model.text import count_noun

# So many rules are named below the summary, the worst first.
_WORST = 3


def format_summary(problems: list[Problem], seats: int) -> str:
    """How many problems of each severity; below it how to read about their rules, if there are any."""
    counts = count_problems(problems, seats)
    parts = [count_noun(counts[f"{noun}s"], noun) for noun in ("error", "warning", "notice") if counts[f"{noun}s"]]
    return f"{', '.join(parts) if parts else 'no problems'} in {count_noun(seats, 'seat')}{_format_rule_help(problems)}"


def _format_rule_help(problems: Iterable[Problem]) -> str:
    """`what a rule means: orgtp rule owner-unknown (also: bad-date)`: the worst rules first."""
    weights = list(Severity)
    ordered = sorted(problems, key=lambda problem: weights.index(problem.severity))
    rules = list(dict.fromkeys(problem.rule for problem in ordered))[:_WORST]
    also = f" (also: {', '.join(rules[1:])})" if rules[1:] else ""
    return f"\nwhat a rule means: orgtp rule {rules[0]}{also}" if rules else ""


def count_problems(problems: list[Problem], seats: int) -> dict[str, int]:
    """The number of problems of each severity, and of seats."""
    counts = {severity: sum(problem.severity is severity for problem in problems) for severity in Severity}
    return {
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notices": counts[Severity.NOTICE],
        "seats": seats,
    }
