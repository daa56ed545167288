"""Problems as values: what is wrong with the data, where, and how to fix it. Bad data never raises an exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass

Keys = tuple[str, ...]


class Severity(StrEnum):
    """How serious a problem is. `validate` fails for an error, and with `--strict` for a warning."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file: its path from the org's root, and the line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Format as `seats/dash.yaml:7:8`, which editors and terminals recognise as a link."""
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: the rule that is violated, the place, the message and the remedy.

    `unlisted` is the number of further problems of the rule that this one stands for.
    """

    rule: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    unlisted: int = 0

    @property
    def sort_key(self) -> tuple[Place, str, str]:
        """The key to sort by: file, line and column, then rule and message, so that output is stable."""
        return (self.place, self.rule, self.message)


@dataclass(frozen=True, slots=True)
class Marks:
    """The line and column of each key and value of one file. A missing one has the place of its parent."""

    path: str
    values: Mapping[Keys, tuple[int, int]] = field(default_factory=dict)
    keys: Mapping[Keys, tuple[int, int]] = field(default_factory=dict)

    def value_place(self, *keys: str) -> Place:
        """The place of the value under `keys`, or of the nearest parent that the file has."""
        return self._find_place(keys, self.values)

    def key_place(self, *keys: str) -> Place:
        """The place of the last of `keys` itself, or of the nearest parent that the file has."""
        return self._find_place(keys, self.keys, self.values)

    def _find_place(self, keys: Keys, *marks: Mapping[Keys, tuple[int, int]]) -> Place:
        parents = (keys[:size] for size in range(len(keys), -1, -1))
        known = (mark[path] for path in parents for mark in marks if path in mark)
        return Place(self.path, *next(known, (1, 1)))


def select_errors(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that are errors."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def select_unread(problems: Iterable[Problem]) -> list[Problem]:
    """The errors for which something that exists could not be read. A key that is missing is not there to be read."""
    return [problem for problem in select_errors(problems) if problem.rule != "missing-key"]
