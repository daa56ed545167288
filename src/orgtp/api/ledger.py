"""Change an org: every change is a commit on the ledger branch."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from orgtp.history.locate import NoGit, OrgSnapshot
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, NotCommitted, ReadOnly, UnknownMetric, UnknownSeat
from orgtp.model.seat import seat_path

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from datetime import date

    from orgtp.actions.record_scores import NewScore
    from orgtp.actions.retire import RetirementPlan
    from orgtp.actions.retire import RetirementRequest as Retirement
    from orgtp.actions.retire_check import RetirementCheck
    from orgtp.actions.seats import NewSeat
    from orgtp.actions.undo import UndoTarget
    from orgtp.files.load import LoadedOrg
    from orgtp.files.value_import import ImportRow
    from orgtp.git.repo import Repo
    from orgtp.ledger.batch import Action, Ledger, RecordedChange
    from orgtp.ledger.git_user import GitUser
    from orgtp.model.change import Change, YamlData
    from orgtp.model.org import Org
    from orgtp.model.period import Grain
    from orgtp.sync.status import SyncStatus
    from orgtp.sync.sync import SyncResult


@dataclass(frozen=True, slots=True)
class UpgradedOrg:
    """The commit of an upgrade, and the CI files that were left alone because somebody edited them."""

    done: RecordedChange
    edited: tuple[str, ...]


@dataclass(frozen=True)
class LedgerActions:
    """Changes of one org. Each is based on the newest commit of the ledger branch, not on what was read before.

    `acting_for` is the seat for which another one acts and signs: a server, for the person who is signed in there.
    """

    snapshot: OrgSnapshot
    acting_for: str = ""

    def find_acting_seat(self, by: str = "") -> str:
        """The acting seat: `by`, else ORGTP_SEAT, else the only one with git's user.email, else "".

        Raises `UnknownSeat`.
        """
        named = by or os.environ.get("ORGTP_SEAT", "")
        return self.snapshot.staff.org.seat(named).id if named else self.read_git_user().acting_seat

    def read_git_user(self) -> GitUser:
        """The address that git knows, and the seats that have it. Raises what `writable_repo` raises."""
        from orgtp.ledger.git_user import read_git_user

        return read_git_user(self.open_ledger())

    def find_user(self, address: str) -> GitUser:
        """The seats that have an address at the ledger's tip. Raises what `writable_repo` raises."""
        from orgtp.ledger.git_user import find_user_with_address

        return find_user_with_address(self.open_ledger(), address)

    def find_signing_seats(self) -> frozenset[str]:
        """The seats whose key signs commits here, by the policy at the ledger's tip; none if it cannot be told."""
        from orgtp.git.tree import open_tree
        from orgtp.ledger.signing_seat import find_signing_seats

        ledger = self.open_ledger()
        found = find_signing_seats(ledger.repo, open_tree(ledger.repo, ledger.tip()))
        return found.seats if found else frozenset()

    def record(self, action: Action, *, dry_run: bool = False) -> RecordedChange:
        """Run `action` on the ledger branch and commit its change; see `orgtp.ledger.batch`."""
        from orgtp.ledger.batch import record_change

        repo, named = self.writable_repo, self._name_person(action)
        with self.explain_refusals():
            return record_change(repo, self.snapshot.head.branch, named, self.snapshot.now, dry_run=dry_run)

    def _name_person(self, action: Action) -> Action:
        """The action, with the person for whom it is done in its commit."""
        return (lambda org: replace(action(org), acting_for=self.acting_for)) if self.acting_for else action

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
    def explain_refusals(self) -> Iterator[None]:
        """Turn an unknown seat or metric into `NotCommitted` if the work tree has it. Explain an `UnknownActor`."""
        from orgtp.actions.acting_seat import UnknownActor, explain_unread_seats

        try:
            yield
        except UnknownActor as error:
            user = self.read_git_user()
            address = shlex.quote(user.address)
            mine = f" Or give your seat this address (for several: email=A,B): orgtp seat set SEAT email={address}"
            hint = mine if user.address and not (user.seats or user.retired) else ""
            unread = explain_unread_seats(error.unread)
            why = f"{user.explain_unknown()}{f', but {unread}' if unread else ''}"
            raise UnknownActor(why=why, hint=hint, unread=error.unread) from error
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
        n: int | None = None,
        seen: str | None = None,
    ) -> NewScore:
        """A value to record, with a new id if the caller gives none. `n` is the number of cases that a ratio covers.

        `seen`: the id of the newest record of the period that the person saw, "" for none. If there is a newer one, the
        value is refused (`ValueChanged`).
        """
        from orgtp.actions.record_scores import NewScore

        has_id = bool(score_id)
        return NewScore(
            seat, metric, value, score_id or self.new_id(), period, note, has_caller_id=has_id, n=n, seen=seen
        )

    def new_id(self) -> str:
        """Return a new id for a record: a ULID of the current time."""
        from orgtp.model.score import RANDOM_BITS, make_ulid

        return make_ulid(self.snapshot.now, int.from_bytes(os.urandom(RANDOM_BITS // 8)))

    def new_scores(self, rows: Sequence[ImportRow]) -> list[NewScore]:
        """Turn imported rows into values to record."""
        made = (
            (self.new_score(r.seat, r.metric, r.value, period=r.period, note=r.note, score_id=r.id, n=r.n), r)
            for r in rows
        )
        return [replace(entry, where=row.where, void=row.void) for entry, row in made]

    def add_scores(
        self,
        entries: Sequence[NewScore],
        *,
        by: str = "",
        dry_run: bool = False,
        confirm: Callable[[Sequence[str]], None] | None = None,
    ) -> RecordedChange:
        """Record values, all or none, in one commit. Raises for invalid values before anything is written.

        Values that cannot be written now are queued; `RecordedChange.queued_because` says why. Values that look
        mistyped are recorded, and `RecordedChange.change.doubts` says why they do. To ask first, give `confirm`, which
        is called with the doubts and raises an error to stop.
        """
        self.writable_repo.start_early()
        from orgtp.ledger.append import append_scores
        from orgtp.ledger.git_user import find_acting_seat

        ledger = self.open_ledger()
        with self.explain_refusals():
            acting = find_acting_seat(ledger, by, self.load_fallback)
            return append_scores(
                ledger,
                entries,
                acting,
                acting_for=self.acting_for,
                dry_run=dry_run,
                fallback=self.load_fallback,
                confirm=confirm,
            )

    def load_fallback(self) -> LoadedOrg:
        """The whole org as this handle has it. Values are checked against it if the ledger branch cannot be read."""
        return self.snapshot.loaded

    def add_score(
        self, seat: str, metric: str, value: str | None, *, period: str = "", note: str = "", by: str = ""
    ) -> RecordedChange:
        """Record one value. None means unavailable, and `note` says why."""
        return self.add_scores([self.new_score(seat, metric, value, period=period, note=note)], by=by)

    def withdraw_score(
        self,
        seat: str,
        metric: str,
        *,
        period: str,
        reason: str,
        score_id: str = "",
        by: str = "",
        dry_run: bool = False,
    ) -> RecordedChange:
        """Withdraw the value of a period, as if nothing had been recorded. The earlier records stay in the ledger.

        Raises `NotAllowedToWithdraw`, and `Refused` if the period has no value.
        """
        entry = self.new_score(seat, metric, None, period=period, note=reason, score_id=score_id)
        return self.add_scores([replace(entry, void=True)], by=by, dry_run=dry_run)

    def add_seat(self, new: NewSeat, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Add a seat to the chart. The first seat of an org may add itself.

        Raises `UnknownSeat` for another acting seat that does not exist.
        """
        from orgtp.actions.seats import add_seat

        named = by or os.environ.get("ORGTP_SEAT", "")
        is_first = named == new.seat and not self.snapshot.staff.org.seats
        acting = named if is_first else self.find_acting_seat(by)
        return self.record(lambda org: add_seat(org, new, acting), dry_run=dry_run)

    def set_keys(
        self,
        seat: str,
        values: Sequence[tuple[tuple[str, ...], YamlData]],
        *,
        by: str = "",
        also_past: bool = False,
        dry_run: bool = False,
    ) -> RecordedChange:
        """Set keys of a seat, each a path; the value "" removes the key.

        A target applies from the current period on, or to all periods with `also_past`.
        """
        from orgtp.actions.seats import set_keys

        acting = self.find_acting_seat(by)
        now = None if also_past else self.snapshot.now
        return self.record(lambda org: set_keys(org, seat, values, acting, now=now), dry_run=dry_run)

    def delegate(self, seat: str, to: str, until: date, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Send the escalations and messages of a person to another; see `orgtp.actions.delegate.delegate_seat`."""
        from orgtp.actions.delegate import delegate_seat

        acting, now = self.find_acting_seat(by), self.snapshot.now
        return self.record(lambda org: delegate_seat(org, now, seat, to, until, acting), dry_run=dry_run)

    def end_delegation(self, seat: str, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Remove the delegate of a seat. Raises `BadInput` if it has none."""
        from orgtp.actions.delegate import end_delegation

        acting = self.find_acting_seat(by)
        return self.record(lambda org: end_delegation(org, seat, acting), dry_run=dry_run)

    def set_org_keys(
        self, values: Sequence[tuple[tuple[str, ...], str]], *, by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Set keys of org.yaml, each a path; "" removes the key. Raises what `actions.org_settings` raises."""
        from orgtp.actions.org_settings import set_org_keys

        acting = self.find_acting_seat(by)
        return self.record(lambda org: set_org_keys(org, values, acting), dry_run=dry_run)

    def add_holidays(self, days: str, name: str = "", *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Add a day off, `2026-12-25`, or those of a range, `2026-12-24..2026-12-31`. Raises `BadInput`."""
        from orgtp.actions.org_settings import add_holidays, parse_days

        acting, named = self.find_acting_seat(by), parse_days(days)
        return self.record(lambda org: add_holidays(org, named, name, acting), dry_run=dry_run)

    def remove_holidays(self, days: str, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Remove a day off, or those of a range. Raises `BadInput` if none of them is one."""
        from orgtp.actions.org_settings import parse_days, remove_holidays

        acting, named = self.find_acting_seat(by), parse_days(days)
        return self.record(lambda org: remove_holidays(org, named, acting), dry_run=dry_run)

    def find_undo_target(self, rev: str = "", *, by: str = "") -> UndoTarget:
        """The commit to undo: `rev`, else the newest action of the acting seat that is not undone yet.

        Raises `NothingToUndo`, `AlreadyUndone`, `UnknownRevision`, and `BadInput` off the ledger branch.
        """
        from orgtp.git.log import stream_history
        from orgtp.history.authors import find_commit_actors
        from orgtp.ledger.undo import find_commit_to_undo, find_named_commit, read_undo_target

        ledger, acting = self.open_ledger(), self.find_acting_seat(by)
        repo, branch, tip = ledger.repo, ledger.branch, ledger.tip()
        if rev:
            return read_undo_target(repo, find_named_commit(repo, tip, rev, branch))
        history = find_commit_actors(self.snapshot, repo).identify_all(stream_history(repo, tip))
        email = "" if acting else self.read_git_user().address
        return read_undo_target(repo, find_commit_to_undo(history, acting, email, branch))

    def undo(self, target: UndoTarget, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Set what a commit changed back to what it was, as a new action.

        Raises `NoInverse` for an action that has none, with what to do instead, and `ChangedSince` if a later commit
        changed the same key.
        """
        from orgtp.actions.undo import undo_action
        from orgtp.history.proposals import select_mere_proposals
        from orgtp.ledger.undo import name_later_commit, read_yaml_files

        ledger, acting = self.open_ledger(), self.find_acting_seat(by)

        def action(org: Org) -> Change:
            tip = ledger.tip()
            current = read_yaml_files(ledger.read_files(path for path in target.files if path.endswith(".yaml")))
            later = partial(name_later_commit, ledger.repo, tip, target)
            mere = partial(select_mere_proposals, ledger.repo, tip)
            return undo_action(org, target, current, later, mere, self.snapshot.now, acting)

        return self.record(action, dry_run=dry_run)

    def upgrade(
        self, per: Mapping[tuple[str, str], Grain] | None = None, *, by: str = "", dry_run: bool = False
    ) -> UpgradedOrg:
        """Bring the org's files up to date with this orgtp. `per`: the choices for sums, by seat and metric."""
        from orgtp.actions.upgrade import UpgradeRequest, upgrade_org
        from orgtp.ledger.create import CI_FILES, is_unchanged_template, scaffold_files

        branch = self.snapshot.head.branch
        ledger, shipped = self.open_ledger(), scaffold_files(branch)
        present = ledger.read_files(shipped)
        ours = {path for path, raw in present.items() if is_unchanged_template(path, raw, branch)}
        request = UpgradeRequest(shipped, present, frozenset(ours), per or {}, self.find_acting_seat(by))
        done = self.record(lambda org: upgrade_org(org, request), dry_run=dry_run)
        edited = [path for path in sorted(present) if path in CI_FILES and present[path] != shipped[path]]
        return UpgradedOrg(done, tuple(path for path in edited if path not in ours))

    def sync(self, *, needed: bool = False, dry_run: bool = False, seconds: float | None = None) -> SyncResult:
        """Exchange commits with the remote and write queued values; see `orgtp.sync.sync`.

        With `needed`, do so only if there may be something to push. `seconds`: how long to wait at most. Raises
        `SyncStopped` with its state.
        """
        from orgtp.sync.sync import sync_ledger

        return sync_ledger(self.open_ledger(), needed=needed, dry_run=dry_run, seconds=seconds)

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

    def preview_retirement(self, request: Retirement) -> RetirementCheck:
        """What still names a seat, and what stands in the way of its retirement. Raises `UnknownSeat`."""
        from orgtp.actions.retire_check import preview_retirement

        return preview_retirement(self.snapshot.loaded.org, request, self.snapshot.now)

    def check_retirement(self, request: Retirement) -> None:
        """Raise `Refused` if the acting seat is unknown and has to be known, or if `decided_by` may not decide."""
        from orgtp.actions.acting_seat import require_acting_seat
        from orgtp.actions.retire import check_decider

        org = self.snapshot.loaded.org
        with self.explain_refusals():
            require_acting_seat(org, request.by)
        if request.decided_by:
            check_decider(org, request)

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
        with self.explain_refusals():
            action: Action = lambda org: proposed(org, request, self.snapshot.now)  # noqa: E731
            return propose_change(
                repo, self.snapshot.head.branch, action, self.snapshot.now, onto=onto, dry_run=dry_run
            )
