"""What each commit of a walk left behind, for as long as a commit that follows it is to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orgtp.audit.model import Stamped
from orgtp.audit.snapshot import table
from orgtp.git.repo import Repo

# Nobody counts how many commits follow one that was not walked.
_MANY = 1 << 30


@dataclass(slots=True)
class Table:
    """The files of an org at some commits that are next to each other, by path; their object ids.

    `holders` counts the commits that left it and are still needed: one that changes nothing of the org shares its
    parent's. `policed` is whether anything is asked of who signs what; None where nobody has looked yet.
    """

    files: dict[str, str]
    holders: int = 0
    policed: bool | None = None

    def changed(self, changes: Mapping[str, str | None]) -> Table:
        """The table with changes in place: a new one, where somebody still needs the old."""
        found = Table(dict(self.files)) if self.holders else self
        found.policed = None
        for path, oid in changes.items():
            if oid is None:
                found.files.pop(path, None)
            else:
                found.files[path] = oid
        return found


class Tables:
    """The tables of the commits that have others to come."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._known: dict[str, tuple[Table, int]] = {}

    def at(self, commit: str) -> Table:
        """What was there at a commit: as the walk left it, else as its tree has it. Raises `GitFailed`."""
        if commit not in self._known:
            self.leave(commit, Table(table(self._repo, commit)), _MANY)
        return self._known[commit][0]

    def follow(self, commit: Stamped, before: Table, changes: Mapping[str, str | None], children: int) -> None:
        """Leave what a commit made of `before`, the table of its first parent, to so many that follow it."""
        for parent in set(commit.parents):
            self._used(parent)
        self.leave(commit.id, before.changed(changes) if changes else before, children)

    def leave(self, commit: str, found: Table, children: int) -> None:
        """Keep the table of a commit for so many that follow it."""
        if children:
            self._known[commit] = found, children
            found.holders += 1

    def _used(self, commit: str) -> None:
        """Count one child of a commit as seen; after the last one, it needs its table no more."""
        found, left = self._known[commit]
        if left > 1:
            self._known[commit] = found, left - 1
            return
        del self._known[commit]
        found.holders -= 1
