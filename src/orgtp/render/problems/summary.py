"""Summarise problems in a line. A module of its own, because a valid org needs nothing else of this package."""

from __future__ import annotations

from collections.abc import Iterable

from orgtp.model.problem import Problem, Severity
from orgtp.model.text import count_noun, one_line

# So many rules are named below the summary, the worst first.
_WORST = 3


def format_summary(problems: list[Problem], seats: int, *, of_change: bool = False) -> str:
    """How many problems of each severity; below it how to read about their rules, if there are any.

    `of_change`: only the problems that a change adds are counted.
    """
    added = " that this change adds," if of_change else ""
    return f"{format_counts(problems)}{added} in {count_noun(seats, 'seat')}{_format_rule_help(problems)}"


def format_counts(problems: list[Problem]) -> str:
    """`2 errors, 1 notice`."""
    counts = {severity: sum(problem.severity is severity for problem in problems) for severity in Severity}
    return ", ".join(count_noun(number, severity) for severity, number in counts.items() if number) or "no problems"


def format_also_in_base(problems: list[Problem], base: str) -> str:
    """The line on problems that the base of a comparison has as well; empty without any."""
    noun = count_noun(len(problems), "more is", "more are")
    line = f"{noun} in {one_line(base)} as well, and not shown: {format_counts(problems)}. To list them: orgtp validate"
    return line if problems else ""


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
