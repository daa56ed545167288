"""A moment of the history: what one commit's tree says of the org, its seats, its retirements and its policy.

A walk has a hundred thousand of them. So none is loaded: a moment is a table of paths, and a file of it is read, once
for all moments that have it, when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar

from orgtp.audit.model import CommitObject
from orgtp.files.escalation import read_escalation
from orgtp.files.org import Head, read_head, read_retirement
from orgtp.files.seat import read_seat
from orgtp.files.tree import HEAD
from orgtp.git.repo import Repo
from orgtp.git.tree import files_at
from orgtp.model.escalation import Escalation, escalation_path
from orgtp.model.org import Org, Retirement
from orgtp.model.seat import Seat, retirement_path, seat_path

Thing = TypeVar("Thing")
FOLDERS = ("seats", "retirements", "policy", "escalations")
_PREFIXES = tuple(f"{folder}/" for folder in FOLDERS)


@lru_cache(maxsize=1 << 16)
def is_of_org(path: str) -> bool:
    """Whether a file says what the org is: all that counts but the values."""
    return path.startswith(_PREFIXES) or path == HEAD


def read_path_table(repo: Repo, commit: str) -> dict[str, str]:
    """The table of a commit: path to object id."""
    return files_at(repo, commit, HEAD, *FOLDERS)


class BlobCache:
    """Files that were read, by object id: whichever moments have them, each is read and understood once."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self._seats: dict[tuple[str, str], Seat | None] = {}
        self._records: dict[tuple[str, str], Retirement | None] = {}
        self._escalations: dict[tuple[str, str], Escalation | None] = {}

    def read_blob(self, oid: str) -> bytes:
        """The content of a file. Raises `GitFailed` where it is not here."""
        return self.repo.proven([oid])[oid]

    def read_seat(self, path: str, oid: str) -> Seat | None:
        """The seat of a file; nothing where it cannot be read as one."""
        if (path, oid) not in self._seats:
            self._seats[path, oid] = read_seat(path, self.read_blob(oid))[0]
        return self._seats[path, oid]

    def read_retirement(self, path: str, oid: str) -> Retirement | None:
        """The retirement record of a file; nothing where it cannot be read as one."""
        if (path, oid) not in self._records:
            self._records[path, oid] = read_retirement(path, self.read_blob(oid))[0]
        return self._records[path, oid]

    def read_escalation(self, path: str, oid: str) -> Escalation | None:
        """The escalation of a file; nothing where it cannot be read as one."""
        if (path, oid) not in self._escalations:
            self._escalations[path, oid] = read_escalation(path, self.read_blob(oid))[0]
        return self._escalations[path, oid]


class LazyMapping(Mapping[str, Thing]):
    """The seats or records of one moment by id, each read when it is asked for."""

    def __init__(
        self, moment: CommitSnapshot, path: Callable[[str], str], read: Callable[[str, str], Thing | None]
    ) -> None:
        self._moment, self._path, self._read = moment, path, read

    def __getitem__(self, key: str) -> Thing:
        path = self._path(key)
        oid = self._moment.oid(path)
        found = self._read(path, oid) if oid else None
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        before, after = self._path("\0").split("\0")
        for path in self._moment.paths():
            key = path.removeprefix(before).removesuffix(after)
            if path == self._path(key) and key in self:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        try:
            self[str(key)]
        except KeyError:
            return False
        return True


@dataclass(eq=False)
class CommitSnapshot:
    """What the tree of `commit` holds: a table that may go on to change, and what of it is `other` here.

    It holds true for as long as the commit is being looked at.
    """

    commit: str
    blobs: BlobCache = field(repr=False)
    files: Mapping[str, str] = field(repr=False)
    other: Mapping[str, str | None] = field(default_factory=dict, repr=False)

    def oid(self, path: str) -> str | None:
        """The object id of a file, if it is there."""
        return self.other[path] if path in self.other else self.files.get(path)

    def raw(self, path: str) -> bytes | None:
        """The content of a file, if it is there."""
        oid = self.oid(path)
        return self.blobs.read_blob(oid) if oid else None

    def paths(self) -> Iterator[str]:
        """The paths of all files, sorted."""
        return iter(sorted(path for path in {*self.files, *self.other} if self.oid(path)))

    @cached_property
    def head(self) -> Head:
        """What org.yaml says; defaults where it says nothing that can be read."""
        return read_head(self.raw(HEAD) or b"")[0]

    @cached_property
    def org(self) -> Org:
        """The org without its values; seats and records are read when they are asked for."""
        head = self.head
        return Org(
            id=head.id,
            name=head.name,
            zone=head.zone,
            holidays=head.holidays,
            branch=head.branch,
            policy=head.policy,
            routing=head.routing,
            seats=LazyMapping(self, seat_path, self.blobs.read_seat),
            retirements=LazyMapping(self, retirement_path, self.blobs.read_retirement),
            escalations=LazyMapping(self, escalation_path, self.blobs.read_escalation),
        )


# Nobody counts how many commits follow one that was not walked.
_MANY = 1 << 30


@dataclass(slots=True)
class PathTable:
    """The files of an org at some commits that are next to each other, by path; their object ids.

    `holders` counts the commits that left it and are still needed: one that changes nothing of the org shares its
    parent's. `policed` is whether anything is asked of who signs what; None where nobody has looked yet.
    """

    files: dict[str, str]
    holders: int = 0
    has_policy: bool | None = None

    def with_changes(self, changes: Mapping[str, str | None]) -> PathTable:
        """The table with changes in place: a new one, where somebody still needs the old."""
        found = PathTable(dict(self.files)) if self.holders else self
        found.has_policy = None
        for path, oid in changes.items():
            if oid is None:
                found.files.pop(path, None)
            else:
                found.files[path] = oid
        return found


class PathTables:
    """The tables of the commits that have others to come."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._known: dict[str, tuple[PathTable, int]] = {}

    def read_table(self, commit: str) -> PathTable:
        """What was there at a commit: as the walk left it, else as its tree has it. Raises `GitFailed`."""
        if commit not in self._known:
            self.keep_table(commit, PathTable(read_path_table(self._repo, commit)), _MANY)
        return self._known[commit][0]

    def follow(self, commit: CommitObject, before: PathTable, changes: Mapping[str, str | None], children: int) -> None:
        """Leave what a commit made of `before`, the table of its first parent, to so many that follow it."""
        for parent in set(commit.parents):
            self._release_child(parent)
        self.keep_table(commit.id, before.with_changes(changes) if changes else before, children)

    def keep_table(self, commit: str, found: PathTable, children: int) -> None:
        """Keep the table of a commit for so many that follow it."""
        if children:
            self._known[commit] = found, children
            found.holders += 1

    def _release_child(self, commit: str) -> None:
        """Count one child of a commit as seen; after the last one, it needs its table no more."""
        found, left = self._known[commit]
        if left > 1:
            self._known[commit] = found, left - 1
            return
        del self._known[commit]
        found.holders -= 1
