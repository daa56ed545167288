"""Refuse a change after which the org would have errors that it does not have before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from orgtp.files.admission import find_size_problem
from orgtp.files.apply import list_removed_files
from orgtp.files.load import LoadedOrg, load_org, select_blocking
from orgtp.files.scores import find_seat_of_scores, read_scores
from orgtp.files.tree import MemoryTree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import AppendScores, Change, ReplaceFile
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.problem import Problem, select_errors
from orgtp.model.score import Score

if TYPE_CHECKING:
    from orgtp.model.verdict_changes import VerdictChange


class WouldBreak(OrgtpError):
    """The change would add errors to the org."""

    text = "nothing was written, because the change would break the org:\n{problems}"


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """What a change that is allowed brings with it: new problems that are no errors, and other verdicts on the past.

    `imported` are the files of seats that an import proposed, among the places of the problems.
    """

    noted: tuple[Problem, ...] = ()
    verdicts: tuple[VerdictChange, ...] = ()
    imported: frozenset[str] = frozenset()


def check_change(before: LoadedOrg, change: Change, files: Mapping[str, bytes], now: datetime) -> CheckedChange:
    """Refuse a change that adds an error. Existing errors do not matter.

    `files` is the content of the changed files. Raises `WouldBreak`.
    """
    if all(isinstance(edit, AppendScores) for edit in change.edits):
        return CheckedChange(refuse_wrong_records(before.org, before.files, files))
    from orgtp.model.inventory.imported import list_imported_proposals
    from orgtp.model.verdict_changes import compare_verdicts

    replaced = {edit.path for edit in change.edits if isinstance(edit, ReplaceFile)}
    record = {path: raw for path, raw in files.items() if path not in replaced}
    removed = frozenset(list_removed_files(before.files, change))
    after = load_org(MemoryTree({path: raw for path, raw in {**before.files, **record}.items() if path not in removed}))
    noted = refuse_new_errors(before, after, now)
    imported = list_imported_proposals(after.org) & {problem.place.path for problem in noted} if noted else frozenset()
    return CheckedChange(noted, tuple(compare_verdicts(before.org, after.org, now)), imported)


def refuse_wrong_records(org: Org, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Check the lines that are added to score files with the rules about values, and that no file becomes too large.

    `old` and `new` are the contents of the files before and after. A record is valid or not by itself, and the caller
    has looked up its id. So neither the org's other values nor its other problems matter. Raises `WouldBreak`.
    """
    from orgtp.rules.records import check_records

    scores: dict[str, tuple[Score, ...]] = {}
    found: list[Problem] = []
    for path, raw in new.items():
        seat = find_seat_of_scores(path) or ""
        records, wrong = read_scores(path, _cut_added_lines(old.get(path, b""), raw))
        found += wrong
        scores[seat] = scores.get(seat, ()) + records
    found += check_records(replace(org, scores=scores))
    found = [_count_from_start(problem, old.get(problem.place.path, b"")) for problem in found]
    large = (find_size_problem(path, len(raw), raw.count(b"\n")) for path, raw in new.items())
    found += [problem for problem in large if problem]
    return _raise_if_broken(found, select_errors(found))


def _cut_added_lines(old: bytes, new: bytes) -> bytes:
    """The lines that were appended to `old`."""
    return new[len(old) :].lstrip(b"\n")


def _count_from_start(problem: Problem, old: bytes) -> Problem:
    """The problem of an added line, at its line in the whole file, which began with `old`."""
    before = old.count(b"\n") + (0 if not old or old.endswith(b"\n") else 1)
    return replace(problem, place=replace(problem.place, line=problem.place.line + before))


def refuse_new_errors(before: LoadedOrg, after: LoadedOrg, now: datetime | None = None) -> tuple[Problem, ...]:
    """Refuse errors that only `after` has. Returns the new problems that do not refuse the change.

    With `now`, those that depend on the time are among them. Raises `WouldBreak`.
    """
    from orgtp.rules.pull_request.known_problems import split_known

    found, known = (one.find_problems(now) if now else one.all_problems for one in (after, before))
    new = split_known(found, after.files, known, before.files).problems
    return _raise_if_broken(new, select_blocking(new))


def _raise_if_broken(found: Iterable[Problem], wrong: Iterable[Problem]) -> tuple[Problem, ...]:
    by_rule: dict[str, list[Problem]] = {}
    for problem in wrong:
        by_rule.setdefault(problem.rule, []).append(problem)
    lines = [line for problems in by_rule.values() for line in _list_first(problems)]
    if lines:
        raise WouldBreak(problems="\n".join(lines))
    return tuple(found)


def _list_first(problems: list[Problem]) -> Iterator[str]:
    """A line for each of the first problems of a rule, and how many more there are."""
    for problem in problems[:_MOST_LISTED]:
        yield f"  {problem.place}: {problem.message}. {problem.hint}".rstrip()
    if len(problems) > _MOST_LISTED:
        yield f"  and {len(problems) - _MOST_LISTED} more of {problems[0].rule}"


_MOST_LISTED = 3
