"""What is told together: equal findings once, a hint that several share once, and a long run of one rule in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, zip_longest

from orgtp.model.problem import Problem

# Findings that say the same; the first is told in full.
EqualProblems = list[Problem]
# So many findings of one rule in a row are each told in full; of more than that, the first few.
_WHOLE, _FIRST = 5, 3


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """One finding that is told in full, and what is told with it.

    `others` say the same elsewhere. `hinted`: the hint stands here, for it and for those before it that share it.
    `counted` are more of its rule, which are only counted.
    """

    first: Problem
    others: list[Problem]
    hinted: bool
    counted: list[Problem] = field(default_factory=list)


def group_problems(problems: Iterable[Problem]) -> Iterator[ProblemGroup]:
    """What is told in full, in the order given; with what is told in short, it is all of the problems."""
    for _, run in groupby(_collect_equal(problems), key=_get_run_key):
        groups = list(run)
        # A run that is hardly longer than what is told of it is told whole.
        told = groups if len(groups) <= _WHOLE else groups[:_FIRST]
        rest = [problem for group in groups[len(told) :] for problem in group]
        for group, below in zip_longest(told, told[1:]):
            first, *others = group
            hinted = below is None or below[0].hint != first.hint
            yield ProblemGroup(first, others, hinted, [] if below else rest)


def _collect_equal(problems: Iterable[Problem]) -> Iterable[EqualProblems]:
    """Problems that say the same, together, where the first of them stands."""
    groups: dict[tuple[str, str, str, str], EqualProblems] = {}
    for problem in problems:
        key = (problem.rule, problem.severity, problem.message, problem.hint)
        groups.setdefault(key, []).append(problem)
    return groups.values()


def _get_run_key(group: EqualProblems) -> tuple[str, str, str]:
    """What the groups of one run have in common: the rule, its weight and the file."""
    return (group[0].rule, group[0].severity, group[0].place.path)
