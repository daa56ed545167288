"""A problem is a value: what is wrong with the data, where, and the way out. Data never raises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass

Keys = tuple[str, ...]


class Severity(StrEnum):
    """How much a problem weighs: an error fails `validate`, a warning does with `--strict`."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file of the org: its path from the org's root, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """`seats/dash.yaml:7:8`, as editors and terminals link it."""
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the rule it breaks, its place, the message and the remedy."""

    rule: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def sort_key(self) -> tuple[Place, str, str]:
        """By file, line and column; then by rule, so that output is stable."""
        return (self.place, self.rule, self.message)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where each key and each value of one file stands; what is not there stands where its parent does."""

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
        ways = (keys[:size] for size in range(len(keys), -1, -1))
        known = (mark[way] for way in ways for mark in marks if way in mark)
        return Place(self.path, *next(known, (1, 1)))


def select_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those of `problems` that fail a validation."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]
