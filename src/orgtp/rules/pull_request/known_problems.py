"""Tells the problems that a pull request adds from those that its base has as well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Problem

_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class FoundProblems:
    """What `validate` found: the `problems` to report, and those that the base of a comparison `also_in_base` has."""

    problems: list[Problem]
    also_in_base: list[Problem]


class FileLines:
    """The lines of files, to tell whether a problem is still at the same line."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._path, self._lines = "", list[bytes]()

    def read_line(self, problem: Problem) -> bytes:
        """The line that the problem points to; empty if there is none."""
        path, line = problem.place.path, problem.place.line
        if path != self._path:
            self._path, self._lines = path, self._files.get(path, b"").split(b"\n")
        return self._lines[line - 1].rstrip() if line <= len(self._lines) else b""


def split_known(
    found: Sequence[Problem], files: Mapping[str, bytes], known: Sequence[Problem], known_files: Mapping[str, bytes]
) -> FoundProblems:
    """Split `found`, the problems of an org, by whether `known`, the problems of its base, has them as well.

    Two problems are the same if they are of one rule in one file, and say the same about the same line. If a line moved
    or was edited, the message decides; numbers in it may differ if the line is the same, because they count what is
    elsewhere, and so may the message of a rule in `_TELLS_OF_OTHERS`. Each known problem stands for one.
    """
    lines, known_lines = FileLines(files), FileLines(known_files)
    rest, left = list(found), list(known)
    both: set[int] = set()
    for make_key in (_key_with_line, _key_without_line, _key_without_numbers, _key_without_message):
        now, before = partial(make_key, lines), partial(make_key, known_lines)
        rest, left = _take_pairs(rest, now, left, before, both)
    return FoundProblems(
        [problem for problem in found if id(problem) not in both], [problem for problem in found if id(problem) in both]
    )


_Key = tuple[object, ...]


def _key_with_line(lines: FileLines, problem: Problem) -> _Key:
    return (problem.rule, problem.place.path, problem.message, lines.read_line(problem))


def _key_without_line(_: FileLines, problem: Problem) -> _Key:
    return (problem.rule, problem.place.path, problem.message)


def _key_without_numbers(lines: FileLines, problem: Problem) -> _Key:
    words = problem.message if problem.unlisted else _NUMBER.sub("0", problem.message)
    return (problem.rule, problem.place.path, words, lines.read_line(problem))


def _key_without_message(lines: FileLines, problem: Problem) -> _Key:
    words = "" if problem.rule in _TELLS_OF_OTHERS and not problem.unlisted else problem.message
    return (problem.rule, problem.place.path, words, lines.read_line(problem))


# Rules about one line each that also say which seats, or how many, have a part in it.
_TELLS_OF_OTHERS = {"no-human-above", "reports-to-retired", "two-tops", "capability-unused", "seat-same-name"}


def _take_pairs(
    found: Iterable[Problem],
    now: Callable[[Problem], _Key],
    known: Iterable[Problem],
    before: Callable[[Problem], _Key],
    both: set[int],
) -> tuple[list[Problem], list[Problem]]:
    """Pair problems with equal keys, and add the ids of those found to `both`. Return what is left of each."""
    waiting: dict[_Key, list[Problem]] = {}
    for problem in known:
        waiting.setdefault(before(problem), []).append(problem)
    rest = []
    for problem in found:
        same = waiting.get(now(problem))
        if same:
            same.pop()
            both.add(id(problem))
        else:
            rest.append(problem)
    return rest, [problem for problems in waiting.values() for problem in problems]
