"""The one way in: open an org, see it, check it, change it. Every door calls this, and so may you.

import orgtp
org = orgtp.open("sneeze-it")
org.chart().seats, org.validate(), org.add_score("radar", "briefing-by-8", "07:52")
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.api.queries import SeenOrg
from orgtp.history.locate import NoGit, clock, locate
from orgtp.model.errors import BadInput, NotCommitted, ReadOnly, UnknownMetric, UnknownSeat

# Start-up is a feature: what only some commands need is imported where it is used.
if TYPE_CHECKING:
    from orgtp.actions.record_scores import Entry
    from orgtp.actions.retire import Plan
    from orgtp.actions.retire import Request as Retirement
    from orgtp.actions.seats import NewSeat
    from orgtp.api.escalations import Desk
    from orgtp.files.value_import import Given
    from orgtp.git.repo import Repo
    from orgtp.ledger.batch import Action, Ledger, Recorded
    from orgtp.ledger.create import Created
    from orgtp.model.change import Data
    from orgtp.sources.collect import Collected, Request, Told
    from orgtp.sources.source import Sources
    from orgtp.sync.status import SyncStatus
    from orgtp.sync.sync import Exchanged


@dataclass(frozen=True, repr=False)
class OpenOrg(SeenOrg):
    """One org, read once, as of `now`: `org` itself, and all that can be asked and done."""

    # Change.

    def acting(self, by: str = "") -> str:
        """The seat that acts: `by`, else ORGTP_SEAT, else the one with git's user.email, else "".

        Raises `UnknownSeat`.
        """
        from orgtp.ledger.append import seat_with_email

        named = by or os.environ.get("ORGTP_SEAT", "")
        return self.org.seat(named).id if named else seat_with_email(self._ledger)

    def record(self, action: Action, *, dry_run: bool = False) -> Recorded:
        """Run `action` on the ledger branch and commit what it wants; see `orgtp.ledger.batch`."""
        from orgtp.ledger.batch import record

        repo = self.writable
        with self._told_where():
            return record(repo, self.head.branch, action, self.now, dry_run=dry_run)

    @property
    def writable(self) -> Repo:
        """The repository, where its ledger branch can be written. Raises `ReadOnly`, `NoGit`, `BadInput`."""
        if self.at is not None:
            raise ReadOnly(at=self.at)
        if self.repo is None:
            raise NoGit(root=self.root)
        if not self.head.id:
            raise BadInput(what="org.yaml cannot be read, so nobody knows the ledger branch. See: orgtp validate")
        return self.repo

    @contextmanager
    def _told_where(self) -> Iterator[None]:
        """Say of what the ledger branch has not that it is only in the work tree, where it is."""
        try:
            yield
        except (UnknownSeat, UnknownMetric) as error:
            what = self._only_here(error.facts)
            if not what:
                raise
            raise NotCommitted(what=what, branch=self.head.branch) from error

    def _only_here(self, facts: Mapping[str, object]) -> str:
        """The seat or metric that the ledger branch has not, if the work tree has it."""
        seat, metric = self.org.seats.get(str(facts["seat"])), facts.get("metric")
        if seat is None or (metric and metric not in seat.metrics):
            return ""
        return f"the metric {metric} of {seat.id}" if metric else f"the seat {seat.id}"

    @property
    def elsewhere(self) -> bool:
        """Whether something else than the ledger branch is checked out, so that changes do not show there."""
        repo = self.repo
        return repo is not None and not repo.bare and repo.head_ref() != f"refs/heads/{self.head.branch}"

    def entry(
        self,
        seat: str,
        metric: str,
        value: str | None,
        *,
        period: str = "",
        note: str = "",
        score_id: str = "",
    ) -> Entry:
        """A value to record, with an id of its own where the caller brings none."""
        from orgtp.actions.record_scores import Entry

        return Entry(seat, metric, value, score_id or self._new_id(), period, note, brought=bool(score_id))

    def _new_id(self) -> str:
        from orgtp.model.score import RANDOM_BITS, ulid

        return ulid(self.now, int.from_bytes(os.urandom(RANDOM_BITS // 8)))

    def entries(self, rows: Sequence[Given]) -> list[Entry]:
        """The rows of a file of values as entries to record."""
        made = ((self.entry(r.seat, r.metric, r.value, period=r.period, note=r.note, score_id=r.id), r) for r in rows)
        return [replace(entry, where=row.where) for entry, row in made]

    def add_scores(self, entries: Sequence[Entry], *, by: str = "", dry_run: bool = False) -> Recorded:
        """Record values, all or none, in one commit. Raises what does not fit before anything is written.

        What cannot be written now is kept and will be: `Recorded.kept` says why.
        """
        from orgtp.ledger.append import post, seat_with_email

        ledger = self._ledger
        with self._told_where():
            acting = by or os.environ.get("ORGTP_SEAT", "") or seat_with_email(ledger)
            return post(ledger, entries, acting, dry_run=dry_run)

    def add_score(
        self, seat: str, metric: str, value: str | None, *, period: str = "", note: str = "", by: str = ""
    ) -> Recorded:
        """Record one value; None says that nobody knows, and `note` why."""
        return self.add_scores([self.entry(seat, metric, value, period=period, note=note)], by=by)

    def collect(
        self,
        sources: Sources,
        request: Request,
        *,
        by: str = "",
        dry_run: bool = False,
        told: Told | None = None,
    ) -> Collected:
        """Ask this machine's sources and record what they say, in one commit; see `orgtp.sources.collect`.

        A source that broke is escalated, in a commit of its own, and what is good again is settled; where the ledger
        cannot be written now, by the next run.
        """
        from orgtp.actions.escalate import Trouble
        from orgtp.ledger.append import seat_with_email
        from orgtp.ledger.batch import NotWritten
        from orgtp.model.escalation import Kind
        from orgtp.sources.collect import Collector

        ledger = self._ledger
        acting = by or os.environ.get("ORGTP_SEAT", "") or seat_with_email(ledger)
        done = Collector(ledger, sources, acting, self._new_id).collect(request, dry_run=dry_run, told=told)
        found = [Trouble(Kind.SOURCE, one.seat, one.metric, one.why) for one in done.blanks]
        if dry_run or done.recorded is None or done.recorded.kept:
            return done
        with suppress(NotWritten):
            return replace(done, escalated=self.desk.trouble(found, done.good, by=acting))
        return done

    def add_seat(self, new: NewSeat, *, by: str = "", dry_run: bool = False) -> Recorded:
        """Add a seat to the chart."""
        from orgtp.actions.seats import add_seat

        acting = self.acting(by)
        return self.record(lambda org: add_seat(org, new, self.now, acting), dry_run=dry_run)

    def set_keys(
        self, seat: str, values: Sequence[tuple[tuple[str, ...], Data]], *, by: str = "", dry_run: bool = False
    ) -> Recorded:
        """Set keys of a seat, each a path; "" takes one out."""
        from orgtp.actions.seats import set_keys

        acting = self.acting(by)
        return self.record(lambda org: set_keys(org, seat, values, acting), dry_run=dry_run)

    @property
    def desk(self) -> Desk:
        """What is in somebody's hands: the escalations, and all that can be done about them."""
        from orgtp.api.escalations import Desk

        return Desk(self)

    def sync(self, *, needed: bool = False, dry_run: bool = False) -> Exchanged:
        """Exchange commits with the remote and write what waits; see `orgtp.sync.sync`.

        `needed`: only if something here is not known to be there. Raises `SyncStopped` with its state.
        """
        from orgtp.sync.sync import sync

        return sync(self._ledger, needed=needed, dry_run=dry_run)

    @property
    def has_remote(self) -> bool:
        """Whether there is somewhere to send commits to."""
        from orgtp.git.remote import remote_of

        return remote_of(self.writable, self.head.branch) is not None

    def refuse_without_remote(self) -> None:
        """Raise `NoRemote` where there is nowhere to send commits to."""
        from orgtp.sync.sync import NoRemote

        if not self.has_remote:
            raise NoRemote(branch=self.head.branch)

    def sync_status(self) -> SyncStatus:
        """What waits here, without asking the remote."""
        from orgtp.sync.status import sync_status

        return sync_status(self._ledger)

    @property
    def _ledger(self) -> Ledger:
        from orgtp.ledger.batch import Ledger

        return Ledger(self.writable, self.head.branch, self.now)

    def plan_retirement(self, request: Retirement) -> Plan:
        """What a retirement would do. Raises `Refused` with the reason for what cannot be."""
        from orgtp.actions.retire import plan

        return plan(self.org, request)

    def deciders(self, seat: str) -> list[str]:
        """The human seats that may decide the retirement of `seat`. Raises `UnknownSeat`."""
        return self.org.deciders(self.org.seat(seat).id)

    def retire(self, request: Retirement, *, dry_run: bool = False) -> Recorded:
        """Retire a seat in one commit."""
        from orgtp.actions.retire import retire

        return self.record(lambda org: retire(org, request, self.now), dry_run=dry_run)

    def propose_retirement(self, request: Retirement, *, dry_run: bool = False) -> Recorded:
        """Commit a retirement to the branch `retire/SEAT`, to be merged by who decides; see `actions.propose`."""
        from orgtp.actions.retire import propose as proposed
        from orgtp.ledger.propose import propose

        repo, onto = self.writable, f"retire/{request.seat}"
        with self._told_where():
            action: Action = lambda org: proposed(org, request, self.now)  # noqa: E731
            return propose(repo, self.head.branch, action, self.now, onto=onto, dry_run=dry_run)


def open_org(
    path: str | os.PathLike[str] | None = None, *, at: str | None = None, now: datetime | None = None
) -> OpenOrg:
    """Open the org at `path` as it is, or as it stood `at` a commit, a day, a week or a month.

    Raises `NotAnOrg`, `UnknownRevision`, `NotYet`, and `NoGit` where the past is asked of a plain folder.
    """
    return OpenOrg(**vars(locate(path, at, now)))


def init_org(path: Path, *, name: str = "", timezone: str = "", remote: str = "", dry_run: bool = False) -> Created:
    """Make a new org at `path`. Raises `Occupied`, `UnknownZone`. A dry run only says what would be there.

    `remote` is the address of an empty repository, which becomes the org's `origin`; `sync` sends to it.
    """
    from orgtp.git.remote import refuse_used, set_origin
    from orgtp.ledger.create import branch_at, create, local_zone, new_org

    if remote:
        refuse_used(path, remote)
    files = new_org(name, path.name, timezone or local_zone(), branch_at(path))
    made = create(path, files, None, clock(), dry_run=dry_run)
    if remote and not dry_run:
        set_origin(made.repo, remote)
    return made


def init_sample(path: Path, *, dry_run: bool = False) -> Created:
    """Make the sample org at `path`, with its history. Raises `Occupied`."""
    from orgtp.sample import make_sample

    return make_sample(path, clock(), dry_run=dry_run)
