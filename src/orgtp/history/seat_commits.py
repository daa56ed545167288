"""The commits that touched one seat, each with the seats that it touched as they were before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from orgtp.files.org import read_retirement
from orgtp.files.seat import read_seat
from orgtp.git.log import all_touching, newest_touching
from orgtp.git.repo import Repo
from orgtp.history.authors import People
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit
from orgtp.model.org import Org
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.views.seat_history import SeatCommit


@dataclass(frozen=True)
class Lives:
    """Reads what became of `seat`. The names of others are those that they have at the end."""

    repo: Repo
    seat: str
    people: People

    @property
    def _own(self) -> list[str]:
        return [seat_path(self.seat), retirement_path(self.seat)]

    def steps(self, head: str) -> list[SeatCommit]:
        """The commits that touched the seat or its retirement record, oldest first."""
        return [self._step(commit) for commit in all_touching(self.repo, head, self._own)]

    def newest(self, head: str) -> Iterator[SeatCommit]:
        """The same, newest first, read as they are asked for."""
        return (self._step(commit) for commit in newest_touching(self.repo, head, self._own))

    def _step(self, commit: Commit) -> SeatCommit:
        after, befores = self._sides(commit)
        orgs = [_org(self._files(side)) for side in (after, *befores)]
        known = self._known(orgs)
        after_org, *before_orgs = (replace(org, seats={**known, **org.seats}) for org in orgs)
        told = (commit.id, commit.at, commit.action or None, self.people.by(commit) or None, commit.author)
        return SeatCommit(*told, self.people.name(commit), tuple(before_orgs), after_org)

    def _sides(self, commit: Commit) -> tuple[dict[str, str], list[dict[str, str]]]:
        """Path to the object of each file that tells: after the commit, and before it on each side."""
        if not commit.paths:
            # A merge that has the seat as none of its sides has it; or the first commit, which has it as nobody had.
            after, *befores = ({path: f"{one}:{path}" for path in self._own} for one in (commit.id, *commit.parents))
            return after, befores or [{}]
        files = {one.path: one for one in commit.paths if _tells(one.path)}
        own = files.get(seat_path(self.seat))
        # Of a first commit with ten thousand seats, none can have given anything to another.
        fit = {path: one for path, one in files.items() if path in self._own or (own and {own.how, one.how} != {"A"})}
        return {path: one.new for path, one in fit.items()}, [{path: one.old for path, one in fit.items()}]

    def _files(self, side: Mapping[str, str]) -> dict[str, bytes]:
        """The content of the files of one side."""
        wanted = {path: oid for path, oid in side.items() if oid.strip("0")}
        found = {path: self.repo.read(oid) for path, oid in wanted.items()}
        return {path: item.raw for path, item in found.items() if item and item.type == "blob"}

    def _known(self, orgs: Sequence[Org]) -> dict[str, Seat]:
        """The seats that are spoken of and are in none of the files, for their names."""
        there = {path for org in orgs for path in (*map(seat_path, org.seats), *org.unreadable)}
        spoken = {seat for org in orgs for seat in _spoken_of(org) if seat_path(seat) not in there}
        found = {seat: self.people.seat(seat) for seat in spoken}
        return {seat: held for seat, held in found.items() if held}


def _tells(path: str) -> bool:
    """Whether a file may say what a seat is, gave or took."""
    return path.startswith(("seats/", "retirements/")) and path.endswith(".yaml")


def _spoken_of(org: Org) -> Iterator[str]:
    for seat in org.seats.values():
        yield from (seat.owner, seat.reports_to)
    for record in org.retirements.values():
        yield from (record.decided_by, *record.capabilities.values(), *record.metrics.values())


def _org(files: Mapping[str, bytes]) -> Org:
    """The seats and records of a few files, and nothing else of an org."""
    seats = {path: read_seat(path, raw)[0] for path, raw in files.items() if path.startswith("seats/")}
    records = {path: read_retirement(path, raw)[0] for path, raw in files.items() if path.startswith("retirements/")}
    broken = frozenset(path for path, item in (*seats.items(), *records.items()) if item is None)
    return Org(
        seats={PurePosixPath(path).stem: seat for path, seat in seats.items() if seat},
        retirements={PurePosixPath(path).stem: record for path, record in records.items() if record},
        unreadable=broken,
    )
