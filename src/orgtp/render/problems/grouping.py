"""Group problems to show equal ones once, a shared hint once, and many problems of one rule in short."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from orgtp.model.problem import Problem

# Problems with the same message. The first is shown in full.
EqualProblems = list[Problem]
# Up to _WHOLE groups of one rule are shown in full; of more, the first _FIRST.
_WHOLE, _FIRST = 5, 3


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """A problem that is shown in full, and those that are shown with it.

    `others` have the same message elsewhere. `hinted`: the hint is shown here, also for the problems before it that
    share it. `counted` are more of its rule, in any file, which are only counted. `imported`: the group has all
    problems of a rule about seats that an import proposed, and `first` is an example.
    """

    first: Problem
    others: list[Problem]
    hinted: bool
    counted: list[Problem] = field(default_factory=list)
    imported: bool = False


def group_problems(
    problems: Iterable[Problem], *, full: bool = False, imported: Collection[str] = ()
) -> Iterator[ProblemGroup]:
    """The groups, in the order of the problems; together they contain all problems.

    Of a rule with many groups, the first are shown together, in the place of the first, with one hint below them. Those
    about the files `imported` come last, one group for each rule. With `full`, every problem has a group of its own.
    """
    if imported and not full:
        others, alike = split_imported(problems, imported)
        yield from group_problems(others)
        yield from (ProblemGroup(found[0], found[1:], True, imported=True) for found in alike)
        return
    groups = [[problem] for problem in problems] if full else list(_collect_equal(problems))
    rules: dict[tuple[str, str], list[EqualProblems]] = {}
    for group in groups:
        rules.setdefault(_get_rule(group), []).append(group)
    folded = {} if full else {rule: found for rule, found in rules.items() if len(found) > _WHOLE}
    shown = [one for group in groups for one in _list_shown(group, folded.get(_get_rule(group)))]
    for group, below in zip_longest(shown, shown[1:]):
        first, *others = group
        rest = folded.get(_get_rule(group), [])[_FIRST:]
        if below is None or _get_rule(below) != _get_rule(group):
            yield ProblemGroup(first, others, True, [problem for equal in rest for problem in equal])
        else:
            hinted = not rest and _get_hint_key(below) != _get_hint_key(group)
            yield ProblemGroup(first, others, hinted)


def split_imported(problems: Iterable[Problem], imported: Collection[str]) -> tuple[list[Problem], list[EqualProblems]]:
    """The problems of other files, and those about the files `imported`, by rule and severity.

    An import proposes hundreds of seats at once, and what they lack is the same for all.
    """
    rest: list[Problem] = []
    by_rule: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        is_imported = problem.place.path in imported
        (by_rule.setdefault((problem.rule, problem.severity), []) if is_imported else rest).append(problem)
    return rest, list(by_rule.values())


def _list_shown(group: EqualProblems, folded: list[EqualProblems] | None) -> list[EqualProblems]:
    """What is shown in the place of a group: the group, or the first ones of its rule, if it is the first of many."""
    if folded is None:
        return [group]
    return folded[:_FIRST] if folded[0] is group else []


def _collect_equal(problems: Iterable[Problem]) -> Iterable[EqualProblems]:
    """Problems with the same message, grouped at the position of the first."""
    groups: dict[tuple[str, str, str, str], EqualProblems] = {}
    for problem in problems:
        key = (problem.rule, problem.severity, problem.message, problem.hint)
        groups.setdefault(key, []).append(problem)
    return groups.values()


def _get_rule(group: EqualProblems) -> tuple[str, str]:
    """What many groups are folded by: the rule and the severity."""
    return (group[0].rule, group[0].severity)


def _get_hint_key(group: EqualProblems) -> tuple[str, str]:
    """What the groups of a rule have in common that share one hint: the file and the hint."""
    return (group[0].place.path, group[0].hint)
