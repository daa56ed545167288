"""Change an org: every change is a commit on the ledger branch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from orgtp.history.locate import NoGit, OrgSnapshot
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, NotCommitted, ReadOnly, UnknownMetric, UnknownSeat
from orgtp.model.seat import seat_path

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from orgtp.actions.record_scores import NewScore
    from orgtp.actions.retire import RetirementPlan
    from orgtp.actions.retire import RetirementRequest as Retirement
    from orgtp.actions.seats import NewSeat
    from orgtp.files.value_import import ImportRow
    from orgtp.git.repo import Repo
    from orgtp.ledger.batch import Action, Ledger, RecordedChange
    from orgtp.model.change import Change, YamlData
    from orgtp.model.org import Org
    from orgtp.sync.status import SyncStatus
    from orgtp.sync.sync import SyncResult


@dataclass(frozen=True)
class LedgerActions:
    """Changes of one org. Each is based on the newest commit of the ledger branch, not on what was read before."""

    snapshot: OrgSnapshot

    def find_acting_seat(self, by: str = "") -> str:
        """The acting seat: `by`, else ORGTP_SEAT, else the one whose email is git's user.email, else "".

        Raises `UnknownSeat`.
        """
        from orgtp.ledger import append

        named = by or os.environ.get("ORGTP_SEAT", "")
        return self.snapshot.staff.org.seat(named).id if named else append.find_acting_seat(self.open_ledger())

    def record(self, action: Action, *, dry_run: bool = False) -> RecordedChange:
        """Run `action` on the ledger branch and commit its change; see `orgtp.ledger.batch`."""
        from orgtp.ledger.batch import record_change

        repo = self.writable_repo
        with self._explain_uncommitted():
            return record_change(repo, self.snapshot.head.branch, action, self.snapshot.now, dry_run=dry_run)

    @property
    def writable_repo(self) -> Repo:
        """The repository, if its ledger branch can be written. Raises `ReadOnly`, `NoGit`, `BadInput`."""
        if self.snapshot.at is not None:
            raise ReadOnly(at=self.snapshot.at)
        if self.snapshot.repo is None:
            raise NoGit.at(self.snapshot.root, self.snapshot.head.branch)
        if not self.snapshot.head.id:
            raise BadInput(what="org.yaml cannot be read, so the ledger branch is unknown. See: orgtp validate")
        return self.snapshot.repo

    @contextmanager
    def _explain_uncommitted(self) -> Iterator[None]:
        """Turn an unknown seat or metric into `NotCommitted` if the work tree has it."""
        try:
            yield
        except (UnknownSeat, UnknownMetric) as error:
            what = self._find_uncommitted(error.facts)
            if not what:
                raise
            path = seat_path(str(error.facts["seat"]))
            raise NotCommitted(what=what, branch=self.snapshot.head.branch, path=path) from error

    def _find_uncommitted(self, facts: Mapping[str, object]) -> str:
        """Name the unknown seat or metric if the work tree has it; else ""."""
        seat, metric = self.snapshot.loaded.org.seats.get(str(facts["seat"])), facts.get("metric")
        if seat is None or (metric and metric not in seat.metrics):
            return ""
        return f"the metric {metric} of {seat.id}" if metric else f"the seat {seat.id}"

    @property
    def is_other_branch_checked_out(self) -> bool:
        """Whether another branch than the ledger branch is checked out, so that changes are not visible there."""
        repo = self.snapshot.repo
        return repo is not None and not repo.bare and repo.head_ref() != f"refs/heads/{self.snapshot.head.branch}"

    def new_score(
        self,
        seat: str,
        metric: str,
        value: str | None,
        *,
        period: str = "",
        note: str = "",
        score_id: str = "",
    ) -> NewScore:
        """A value to record, with a new id if the caller gives none."""
        from orgtp.actions.record_scores import NewScore

        return NewScore(seat, metric, value, score_id or self.new_id(), period, note, has_caller_id=bool(score_id))

    def new_id(self) -> str:
        """Return a new id for a record: a ULID of the current time."""
        from orgtp.model.score import RANDOM_BITS, make_ulid

        return make_ulid(self.snapshot.now, int.from_bytes(os.urandom(RANDOM_BITS // 8)))

    def new_scores(self, rows: Sequence[ImportRow]) -> list[NewScore]:
        """Turn imported rows into values to record."""
        made = (
            (self.new_score(r.seat, r.metric, r.value, period=r.period, note=r.note, score_id=r.id), r) for r in rows
        )
        return [replace(entry, where=row.where) for entry, row in made]

    def add_scores(self, entries: Sequence[NewScore], *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Record values, all or none, in one commit. Raises for invalid values before anything is written.

        Values that cannot be written now are queued; `RecordedChange.queued_because` says why.
        """
        self.writable_repo.start_early()
        from orgtp.ledger.append import append_scores, find_acting_seat

        ledger = self.open_ledger()
        with self._explain_uncommitted():
            acting = by or os.environ.get("ORGTP_SEAT", "") or find_acting_seat(ledger)
            return append_scores(ledger, entries, acting, dry_run=dry_run)

    def add_score(
        self, seat: str, metric: str, value: str | None, *, period: str = "", note: str = "", by: str = ""
    ) -> RecordedChange:
        """Record one value. None means unavailable, and `note` says why."""
        return self.add_scores([self.new_score(seat, metric, value, period=period, note=note)], by=by)

    def add_seat(self, new: NewSeat, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Add a seat to the chart."""
        from orgtp.actions.seats import add_seat

        acting = self.find_acting_seat(by)
        return self.record(lambda org: add_seat(org, new, self.snapshot.now, acting), dry_run=dry_run)

    def set_keys(
        self, seat: str, values: Sequence[tuple[tuple[str, ...], YamlData]], *, by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Set keys of a seat, each a path; the value "" removes the key."""
        from orgtp.actions.seats import set_keys

        acting = self.find_acting_seat(by)
        return self.record(lambda org: set_keys(org, seat, values, acting), dry_run=dry_run)

    def sync(self, *, needed: bool = False, dry_run: bool = False) -> SyncResult:
        """Exchange commits with the remote and write queued values; see `orgtp.sync.sync`.

        With `needed`, do so only if there may be something to push. Raises `SyncStopped` with its state.
        """
        from orgtp.sync.sync import sync_ledger

        return sync_ledger(self.open_ledger(), needed=needed, dry_run=dry_run)

    @property
    def has_remote(self) -> bool:
        """Whether the ledger branch has a remote."""
        from orgtp.git.remote import find_remote

        return find_remote(self.writable_repo, self.snapshot.head.branch) is not None

    def refuse_without_remote(self) -> None:
        """Raise `NoRemote` if the ledger branch has no remote."""
        from orgtp.sync.sync import NoRemote

        if not self.has_remote:
            raise NoRemote(branch=self.snapshot.head.branch)

    def sync_status(self) -> SyncStatus:
        """What is not pushed or still queued, without contacting the remote."""
        from orgtp.sync.status import read_sync_status

        return read_sync_status(self.open_ledger())

    def open_ledger(self) -> Ledger:
        """The ledger branch. Raises what `writable_repo` raises."""
        from orgtp.ledger.batch import Ledger

        return Ledger(self.writable_repo, self.snapshot.head.branch, self.snapshot.now)

    def plan_retirement(self, request: Retirement) -> RetirementPlan:
        """What a retirement would do. Raises `Refused` with the reason if it is not possible."""
        from orgtp.actions.retire import plan_retirement

        return plan_retirement(self.snapshot.loaded.org, request)

    def list_deciders(self, seat: str) -> list[str]:
        """The human seats that may decide the retirement of `seat`. Raises `UnknownSeat`."""
        return self.snapshot.loaded.org.eligible_deciders(self.snapshot.loaded.org.seat(seat).id)

    def retire(
        self, request: Retirement, plan: RetirementPlan | None = None, *, dry_run: bool = False
    ) -> RecordedChange:
        """Retire a seat in one commit. `plan`: what `plan_retirement` returned for the request, if it was called.

        The plan is made again if the ledger branch has other seats than this org.
        """
        from orgtp.actions.retire import retire_seat

        def action(org: Org) -> Change:
            ours = self.snapshot.loaded.org if plan else org
            is_same = (ours.seats, ours.policy) == (org.seats, org.policy)
            return retire_seat(org, request, self.snapshot.now, plan if is_same else None)

        return self.record(action, dry_run=dry_run)

    def propose_retirement(self, request: Retirement, *, dry_run: bool = False) -> RecordedChange:
        """Commit a retirement to the branch `retire/SEAT`. The person who decides merges or deletes it."""
        from orgtp.actions.retire import propose_retirement as proposed
        from orgtp.ledger.propose import propose_change

        repo, onto = self.writable_repo, f"retire/{request.seat}"
        with self._explain_uncommitted():
            action: Action = lambda org: proposed(org, request, self.snapshot.now)  # noqa: E731
            return propose_change(
                repo, self.snapshot.head.branch, action, self.snapshot.now, onto=onto, dry_run=dry_run
            )
