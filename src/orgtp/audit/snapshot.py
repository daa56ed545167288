"""Snapshots: the org as of one commit, with its seats, retirements and policy.

An audit has up to a hundred thousand of them, so none is loaded as a whole. A snapshot is a table of paths. A file is
read when it is needed, once for all snapshots that contain it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar, overload

from orgtp.audit.model import CommitObject
from orgtp.files.org import OrgHead, read_org_head
from orgtp.files.record_readers import read_record
from orgtp.files.seat import read_seat
from orgtp.files.tree import HEAD
from orgtp.git.repo import Repo
from orgtp.git.tree import list_blob_ids
from orgtp.model.org import Org
from orgtp.model.records.kinds import RECORD_FILES, RECORD_FOLDERS, RECORD_KINDS, SCORE, RecordKind, find_kind_of_file
from orgtp.model.seat import Seat, seat_path

Thing = TypeVar("Thing")
# The values have an audit of their own, `audit/score_files.py`.
_RECORD_KINDS = tuple(kind for kind in RECORD_KINDS if kind is not SCORE)
FOLDERS = ("seats", "policy", *(folder for folder in RECORD_FOLDERS if f"{folder}/" != SCORE.folder))
_PREFIXES = tuple(f"{folder}/" for folder in FOLDERS)


@lru_cache(maxsize=1 << 16)
def is_of_org(path: str) -> bool:
    """Whether a file defines the org: org.yaml, seats, policy, and every kind of record except the values."""
    return path.startswith(_PREFIXES) or path == HEAD or path in RECORD_FILES


def read_path_table(repo: Repo, commit: str) -> dict[str, str]:
    """Read the files of the org at a commit: path to object id."""
    return list_blob_ids(repo, commit, HEAD, *RECORD_FILES, *FOLDERS)


class BlobCache:
    """Parsed files by object id. Each is read and parsed once for all snapshots."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self._seats: dict[tuple[str, str], Seat | None] = {}
        self._records: dict[tuple[str, str], Any] = {}

    def read_blob(self, oid: str) -> bytes:
        """Read the content of a file. Raises `GitFailed` if it is missing."""
        return self.repo.read_verified_blobs([oid])[oid]

    def read_seat(self, path: str, oid: str) -> Seat | None:
        """Read a seat file; None if it is not a valid seat."""
        if (path, oid) not in self._seats:
            self._seats[path, oid] = read_seat(path, self.read_blob(oid))[0]
        return self._seats[path, oid]

    def read_record(self, kind: RecordKind, path: str, oid: str) -> Any:
        """Read a file of a kind of record: the record, or None if it is not valid; for JSON Lines, all that are."""
        if (path, oid) not in self._records:
            self._records[path, oid] = read_record(kind, path, self.read_blob(oid))[0]
        return self._records[path, oid]


class LazyMapping(Mapping[str, Thing]):
    """The seats or records of one snapshot by id, each read on first access."""

    def __init__(
        self,
        snapshot: CommitSnapshot,
        path: Callable[[str], str],
        read: Callable[[str, str], Thing | None],
        has_file: Callable[[str], bool] = lambda _path: True,
    ) -> None:
        self._snapshot, self._path, self._read, self._has_file = snapshot, path, read, has_file

    def __getitem__(self, key: str) -> Thing:
        path = self._path(key)
        oid = self._snapshot.oid(path)
        found = self._read(path, oid) if oid else None
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        before, after = self._path("\0").split("\0")
        for path in self._snapshot.paths():
            key = path.removeprefix(before).removesuffix(after)
            if path == self._path(key) and self._has_file(path) and key in self:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        try:
            self[str(key)]
        except KeyError:
            return False
        return True


class LazyLines(Sequence[Any]):
    """The lines of a kind of record in one snapshot, in the order of the files, read on first access."""

    def __init__(self, snapshot: CommitSnapshot, kind: RecordKind, read: Callable[[str, str], tuple[Any, ...]]) -> None:
        self._snapshot, self._kind, self._read = snapshot, kind, read

    @cached_property
    def _lines(self) -> tuple[Any, ...]:
        found = ((path, self._snapshot.oid(path)) for path in self._list_paths())
        return tuple(line for path, oid in found if oid for line in self._read(path, oid))

    def _list_paths(self) -> Iterable[str]:
        if self._kind.path:
            return [self._kind.path]
        return (path for path in self._snapshot.paths() if self._kind.find_key(path) is not None)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self._lines[index]

    def __len__(self) -> int:
        return len(self._lines)


@dataclass(eq=False)
class CommitSnapshot:
    """The tree of `commit`: the shared table `files`, and the paths that differ from it (`other`; None: absent).

    The table may change later, so a snapshot is valid only while its commit is being checked.
    """

    commit: str
    blobs: BlobCache = field(repr=False)
    files: Mapping[str, str] = field(repr=False)
    other: Mapping[str, str | None] = field(default_factory=dict, repr=False)

    def oid(self, path: str) -> str | None:
        """The object id of a file; None if it does not exist."""
        return self.other[path] if path in self.other else self.files.get(path)

    def raw(self, path: str) -> bytes | None:
        """The content of a file; None if it does not exist."""
        oid = self.oid(path)
        return self.blobs.read_blob(oid) if oid else None

    def paths(self) -> Iterator[str]:
        """The paths of all files, sorted."""
        return iter(sorted(path for path in {*self.files, *self.other} if self.oid(path)))

    @cached_property
    def head(self) -> OrgHead:
        """The content of org.yaml, with defaults for what is missing or invalid."""
        return read_org_head(self.raw(HEAD) or b"")[0]

    @cached_property
    def org(self) -> Org:
        """The org without its values. Seats and records are read on first access."""
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
            **{kind.attribute: self._list_records(kind) for kind in _RECORD_KINDS},
        )

    def _list_records(self, kind: RecordKind) -> Any:
        """The records of a kind, each file read on first access: by key, or all lines in the order of the files."""
        read = partial(self.blobs.read_record, kind)
        if kind.is_lines:
            return LazyLines(self, kind, read)
        return LazyMapping(self, kind.path_of, read, lambda path: find_kind_of_file(path) is kind)


# The number of children of a commit from before this audit is unknown.
_MANY = 1 << 30


@dataclass(slots=True)
class PathTable:
    """The files of an org, path to object id. A commit that does not change the org shares its parent's table.

    `holders` counts the commits that share the table and have unchecked children. `has_policy` is whether a signing
    policy applies; None if not yet known.
    """

    files: dict[str, str]
    holders: int = 0
    has_policy: bool | None = None

    def with_changes(self, changes: Mapping[str, str | None]) -> PathTable:
        """Apply changes: to a copy if another commit still needs this table, else in place."""
        found = PathTable(dict(self.files)) if self.holders else self
        found.has_policy = None
        for path, oid in changes.items():
            if oid is None:
                found.files.pop(path, None)
            else:
                found.files[path] = oid
        return found


class PathTables:
    """The tables of the commits that have unchecked children."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._known: dict[str, tuple[PathTable, int]] = {}

    def read_table(self, commit: str) -> PathTable:
        """Return the table of a commit, from the audit so far or from its tree. Raises `GitFailed`."""
        if commit not in self._known:
            self.store_table(commit, PathTable(read_path_table(self._repo, commit)), _MANY)
        return self._known[commit][0]

    def follow_commit(
        self, commit: CommitObject, before: PathTable, changes: Mapping[str, str | None], children: int
    ) -> None:
        """Store the table of a commit for its children: `before`, the table of its first parent, with `changes`."""
        for parent in set(commit.parents) & self._known.keys():
            self._release_child(parent)
        self.store_table(commit.id, before.with_changes(changes) if changes else before, children)

    def store_table(self, commit: str, found: PathTable, children: int) -> None:
        """Store the table of a commit for this number of children."""
        if children:
            self._known[commit] = found, children
            found.holders += 1

    def _release_child(self, commit: str) -> None:
        """Count one child of a commit as checked. After the last child, drop the table."""
        found, left = self._known[commit]
        if left > 1:
            self._known[commit] = found, left - 1
            return
        del self._known[commit]
        found.holders -= 1
