"""The commits that touched one seat, each with the touched seats before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from orgtp.files.org import read_retirement
from orgtp.files.seat import read_seat
from orgtp.git.log import list_commits_touching, stream_commits_touching
from orgtp.git.repo import Repo
from orgtp.git.tree import find_blob_id
from orgtp.history.authors import CommitActors
from orgtp.history.seat_lines import SeatLines
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.model.org import Org, Retirement
from orgtp.model.problem import Problem
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.views.seat_history import SeatCommit


@dataclass(frozen=True)
class SeatCommits:
    """Reads the commits that touched `seat`. Other seats are shown with their latest names.

    `lines` has the history of all seats, if it was read at once for many of them.
    """

    repo: Repo
    seat: str
    people: CommitActors
    lines: SeatLines | None = None

    @property
    def _own_paths(self) -> list[str]:
        return [seat_path(self.seat), retirement_path(self.seat)]

    def list_commits(self, head: str) -> list[SeatCommit]:
        """The commits that touched the seat or its retirement record, oldest first."""
        known = self.lines.find_commits(self._own_paths) if self.lines else None
        found = list_commits_touching(self.repo, head, self._own_paths) if known is None else known
        return [self._read_seat_commit(commit) for commit in found]

    def stream_newest_first(self, head: str) -> Iterator[SeatCommit]:
        """The same commits, newest first, read on demand."""
        return (self._read_seat_commit(commit) for commit in stream_commits_touching(self.repo, head, self._own_paths))

    def _read_seat_commit(self, commit: Commit) -> SeatCommit:
        after, befores = self._find_sides(commit)
        files = [self._read_side(side) for side in (after, *befores)]
        orgs = [build_small_org(side) for side in files]
        known = read_named_seats(self.people, orgs)
        after_org, *before_orgs = (replace(org, seats={**known, **org.seats}) for org in orgs)
        named = self.people.identify(commit)
        facts = (named.id, named.at, named.action or None, named.by or None, named.author)
        unread = tuple(self._find_unread(files[0]))
        who = self.people.find_name(named)
        return SeatCommit(*facts, who, tuple(before_orgs), after_org, unread, by_claimed=named.by_claimed)

    def _find_unread(self, files: Mapping[str, bytes]) -> Iterator[Problem]:
        """Why the seat's own files cannot be read, of those that cannot."""
        for path, raw in files.items():
            if path in self._own_paths:
                found, problems = _read_seat_or_record(path, raw)
                yield from problems if found is None else ()

    def _find_sides(self, commit: Commit) -> tuple[dict[str, str], list[dict[str, str]]]:
        """Path to object id of each relevant file: after the commit, and before it for each parent."""
        if not commit.paths:
            # A merge that differs from all its parents, or the first commit.
            after, *befores = (
                {path: find_blob_id(self.repo, one, path) for path in self._own_paths}
                for one in (commit.id, *commit.parents)
            )
            return after, befores or [{}]
        files = {one.path: one for one in commit.paths if is_seat_or_record(one.path)}
        own = files.get(seat_path(self.seat))
        # In a first commit with ten thousand seats, no seat can have handed anything to another.
        fit = {
            path: one for path, one in files.items() if path in self._own_paths or (own and {own.how, one.how} != {"A"})
        }
        return {path: one.new for path, one in fit.items()}, [{path: one.old for path, one in fit.items()}]

    def _read_side(self, side: Mapping[str, str]) -> dict[str, bytes]:
        """Path to content of the files of one side."""
        wanted = {path: oid for path, oid in side.items() if oid.strip("0")}
        found = {path: self.repo.require(oid) for path, oid in wanted.items()}
        return {path: item.raw for path, item in found.items() if item.type == "blob"}


def read_named_seats(people: CommitActors, orgs: Sequence[Org]) -> dict[str, Seat]:
    """The seats that are mentioned but were not read, for their names: as they are at the newest commit."""
    known = {path for org in orgs for path in (*map(seat_path, org.seats), *org.unreadable)}
    named = {seat for org in orgs for seat in _list_named_seats(org) if seat_path(seat) not in known}
    found = {seat: people.find_seat(seat) for seat in named}
    return {id_: seat for id_, seat in found.items() if seat}


def is_seat_or_record(path: str) -> bool:
    """Whether the file is a seat or a retirement record."""
    return path.startswith(("seats/", "retirements/")) and path.endswith(".yaml")


def _list_named_seats(org: Org) -> Iterator[str]:
    for seat in org.seats.values():
        yield from (seat.owner, seat.reports_to, *seat.also_reports_to)
    for record in org.retirements.values():
        yield from (record.decided_by, *record.capabilities.values(), *record.metrics.values())


def build_small_org(files: Mapping[str, bytes]) -> Org:
    """An org with only the seats and retirement records of a few files."""
    found = {path: _read_seat_or_record(path, raw)[0] for path, raw in files.items()}
    return Org(
        seats={PurePosixPath(path).stem: one for path, one in found.items() if isinstance(one, Seat)},
        retirements={PurePosixPath(path).stem: one for path, one in found.items() if isinstance(one, Retirement)},
        unreadable=frozenset(path for path, one in found.items() if one is None),
    )


def _read_seat_or_record(path: str, raw: bytes) -> tuple[Seat | Retirement | None, tuple[Problem, ...]]:
    return read_seat(path, raw) if path.startswith("seats/") else read_retirement(path, raw)
