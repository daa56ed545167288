"""What all problems come to, in a line. On its own, for of an org in order nothing else is to be shown."""

from __future__ import annotations

from collections.abc import Iterable

from orgtp.model.problem import Problem, Severity
from orgtp.model.text import count_noun

# So many rules are named below the verdict, the worst ones.
_WORST = 3


def format_summary(problems: list[Problem], seats: int) -> str:
    """The last line: how many of what; below it how to read more, where there is anything."""
    counts = count_problems(problems, seats)
    told = [count_noun(counts[f"{noun}s"], noun) for noun in ("error", "warning", "notice") if counts[f"{noun}s"]]
    return f"{', '.join(told) if told else 'no problems'} in {count_noun(seats, 'seat')}{_format_rule_help(problems)}"


def _format_rule_help(problems: Iterable[Problem]) -> str:
    """`what a rule means: orgtp rule owner-unknown (also: bad-date)`: some of the rules, the worst first."""
    weights = list(Severity)
    ordered = sorted(problems, key=lambda problem: weights.index(problem.severity))
    rules = list(dict.fromkeys(problem.rule for problem in ordered))[:_WORST]
    also = f" (also: {', '.join(rules[1:])})" if rules[1:] else ""
    return f"\nwhat a rule means: orgtp rule {rules[0]}{also}" if rules else ""


def count_problems(problems: list[Problem], seats: int) -> dict[str, int]:
    """How many problems of each weight, over how many seats."""
    counts = {severity: sum(problem.severity is severity for problem in problems) for severity in Severity}
    return {
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notices": counts[Severity.NOTICE],
        "seats": seats,
    }
