"""Group problems to show equal ones once, a shared hint once, and a long run of one rule in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, zip_longest

from orgtp.model.problem import Problem

# Problems with the same message. The first is shown in full.
EqualProblems = list[Problem]
# Up to _WHOLE groups of one rule in a row are shown in full; of more, the first _FIRST.
_WHOLE, _FIRST = 5, 3


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """A problem that is shown in full, and those that are shown with it.

    `others` have the same message elsewhere. `hinted`: the hint is shown here, also for the problems before it that
    share it. `counted` are more of its rule, which are only counted.
    """

    first: Problem
    others: list[Problem]
    hinted: bool
    counted: list[Problem] = field(default_factory=list)


def group_problems(problems: Iterable[Problem]) -> Iterator[ProblemGroup]:
    """The groups, in the order of the problems. Together they contain all problems."""
    for _, run in groupby(_collect_equal(problems), key=_get_run_key):
        groups = list(run)
        shown = groups if len(groups) <= _WHOLE else groups[:_FIRST]
        rest = [problem for group in groups[len(shown) :] for problem in group]
        for group, below in zip_longest(shown, shown[1:]):
            first, *others = group
            hinted = below is None or below[0].hint != first.hint
            yield ProblemGroup(first, others, hinted, [] if below else rest)


def _collect_equal(problems: Iterable[Problem]) -> Iterable[EqualProblems]:
    """Problems with the same message, grouped at the position of the first."""
    groups: dict[tuple[str, str, str, str], EqualProblems] = {}
    for problem in problems:
        key = (problem.rule, problem.severity, problem.message, problem.hint)
        groups.setdefault(key, []).append(problem)
    return groups.values()


def _get_run_key(group: EqualProblems) -> tuple[str, str, str]:
    """What the groups of a run have in common: the rule, the severity and the file."""
    return (group[0].rule, group[0].severity, group[0].place.path)
