"""What the commits of a window changed of the seats and of org.yaml, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from orgtp.files.org import read_org_head
from orgtp.files.tree import HEAD
from orgtp.git.log import stream_first_parents_touching, stream_history
from orgtp.git.repo import Repo
from orgtp.history.authors import CommitActors, find_commit_actors
from orgtp.history.locate import OrgSnapshot
from orgtp.history.seat_commits import build_small_org, is_seat_or_record, read_named_seats
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import ChangedFile, Commit
from orgtp.model.org import Org
from orgtp.views.days.told import MOST_TOLD, ToldBy, tell_changes, tell_counts
from orgtp.views.days.types import ToldChange
from orgtp.views.diff.build import diff

_PATHS = (HEAD, "seats", "retirements")


def list_told_changes(
    snapshot: OrgSnapshot, repo: Repo, head: str, without: str, made: Mapping[str, int]
) -> Iterator[ToldChange]:
    """Yield what changed in the history of `head`, newest first, without the history of `without`.

    `made` has the corrected date of each commit of the first-parent line: a change counts from the day on which it
    reached the ledger.
    """
    reader = _ChangeReader(snapshot, repo, find_commit_actors(snapshot, repo))
    for commit in stream_first_parents_touching(repo, head, _PATHS, without):
        at = datetime.fromtimestamp(made.get(commit.id, int(commit.at.timestamp())), UTC)
        yield from reader.tell_commit(commit, at)


@dataclass(frozen=True)
class _ChangeReader:
    snapshot: OrgSnapshot
    repo: Repo
    people: CommitActors

    def tell_commit(self, commit: Commit, at: datetime) -> Iterator[ToldChange]:
        """What one commit of the first-parent line changed."""
        files = {one.path: one for one in commit.paths if is_seat_or_record(one.path)}
        seats = [one for path, one in files.items() if path.startswith("seats/")]
        by = self._identify(commit, at)
        if len(seats) > MOST_TOLD:
            counts = Counter(one.how for one in seats)
            yield tell_counts(by, counts["A"], counts["M"] + counts["T"], counts["D"])
            return
        heads = [one for one in commit.paths if one.path == HEAD]
        before, after = self._read_sides([*files.values(), *heads])
        names = {id_: seat.name for id_, seat in {**before.seats, **after.seats}.items() if seat.name}
        yield from tell_changes(diff(before, after), by, names)

    def _identify(self, commit: Commit, at: datetime) -> ToldBy:
        """Who made the change: of a merge that brings one commit with it, the one who made that."""
        if len(commit.parents) > 1:
            paths = {one.path for one in commit.paths}
            brought = [
                one
                for one in stream_history(self.repo, commit.id, f"{commit.id}^1")
                if len(one.parents) == 1 and any(file.path in paths for file in one.paths)
            ]
            commit = brought[0] if len(brought) == 1 else commit
        found = self.people.identify(commit)
        day = at.astimezone(self.snapshot.head.zone).date()
        return ToldBy(found.id, day, at, found.by or None, self.people.find_name(found))

    def _read_sides(self, files: list[ChangedFile]) -> tuple[Org, Org]:
        """The org before and after a commit, as far as it changed, with the seats that are named in it."""
        before, after = (
            self._read_side({one.path: oid for one, oid in zip(files, oids, strict=True)})
            for oids in ([one.old for one in files], [one.new for one in files])
        )
        named = read_named_seats(self.people, [before, after])
        return replace(before, seats={**named, **before.seats}), replace(after, seats={**named, **after.seats})

    def _read_side(self, side: Mapping[str, str]) -> Org:
        wanted = {path: oid for path, oid in side.items() if oid.strip("0")}
        blobs = self.repo.read_blobs(wanted.values())
        files = {path: blobs[oid] for path, oid in wanted.items()}
        head = read_org_head(files.pop(HEAD))[0] if HEAD in files else None
        org = build_small_org(files)
        if head is None:
            return org
        # Only what org.yaml says is compared; the seats of a policy are not read.
        return replace(
            org,
            id=head.id,
            name=head.name,
            zone=head.zone,
            branch=head.branch,
            policy=head.policy,
            holidays=head.holidays,
            holiday_names=dict(head.holiday_names),
            routing=head.routing,
            own=dict(head.own),
        )
