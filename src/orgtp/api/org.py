"""The one way in: open an org, see it, check it, change it. Every door calls this, and so may you.

import orgtp
org = orgtp.open("sneeze-it")
org.chart().seats, org.validate(), org.ledger.add_score("radar", "briefing-by-8", "07:52")
"""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.files.load import LoadedOrg, sort_problems
from orgtp.files.org import OrgHead
from orgtp.files.tree import HEAD
from orgtp.history.locate import NoGit, OrgSnapshot, locate_org, read_clock
from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.period import parse_span
from orgtp.model.problem import Place, Problem

# Start-up is a feature: what only some commands need is imported where it is used.
if TYPE_CHECKING:
    from orgtp.api.audit import AuditQueries
    from orgtp.api.escalations import Escalations
    from orgtp.api.history import HistoryQueries
    from orgtp.api.ledger import LedgerActions
    from orgtp.ledger.create import CreatedOrg
    from orgtp.model.org_pair import OrgPair
    from orgtp.sources.collect import Collected, CollectRequest, OnSourceResult
    from orgtp.sources.source import Sources
    from orgtp.views.chart import Chart, ChartSeat
    from orgtp.views.context.types import Context
    from orgtp.views.scorecard import Scorecard
    from orgtp.views.scores import ScoreLine
    from orgtp.views.seat import SeatView
    from orgtp.views.stale import Stale

# Where the methods of 0.1 are now. They work for one more release, with a warning.
_MOVED = {
    "log": "history.log",
    "log_pages": "history.log_pages",
    "life": "history.seat_history",
    "blame": "history.blame",
    "blame_pages": "history.blame_pages",
    "since": "history.diff",
    "is_whole": "history.is_complete",
    "acting": "ledger.acting",
    "record": "ledger.record",
    "writable": "ledger.writable",
    "elsewhere": "ledger.is_other_branch_checked_out",
    "entry": "ledger.new_score",
    "entries": "ledger.new_scores",
    "add_scores": "ledger.add_scores",
    "add_score": "ledger.add_score",
    "add_seat": "ledger.add_seat",
    "set_keys": "ledger.set_keys",
    "sync": "ledger.sync",
    "has_remote": "ledger.has_remote",
    "sync_status": "ledger.sync_status",
    "plan_retirement": "ledger.plan_retirement",
    "deciders": "ledger.deciders",
    "retire": "ledger.retire",
    "propose_retirement": "ledger.propose_retirement",
    "checkpoint": "audit.checkpoint",
    "dossier": "audit.report",
    "export": "audit.export",
    "desk": "escalations",
}


@dataclass(frozen=True, repr=False)
class OrgHandle:
    """One org, read once: what can be seen and checked, and by parts its history, ledger, audit and escalations."""

    snapshot: OrgSnapshot

    def __repr__(self) -> str:
        return repr(self.snapshot)

    @property
    def root(self) -> Path:
        """The org's folder, or its bare repository."""
        return self.snapshot.root

    @property
    def head(self) -> OrgHead:
        """What org.yaml says of the org itself: id, timezone, ledger branch, policy."""
        return self.snapshot.head

    @property
    def now(self) -> datetime:
        """The moment that the org is judged at (aware)."""
        return self.snapshot.now

    @property
    def at(self) -> str | None:
        """The commit or date that was asked for; None for the org as it is."""
        return self.snapshot.at

    @property
    def revision(self) -> str | None:
        """The commit that is shown, or that the work tree is based on; None without git."""
        return self.snapshot.revision

    @property
    def dirty(self) -> bool:
        """Whether the org's files hold changes that are not committed."""
        return self.snapshot.has_uncommitted_changes

    @property
    def staff(self) -> LoadedOrg:
        """The org; its values are read when somebody asks for them."""
        return self.snapshot.staff

    @property
    def history(self) -> HistoryQueries:
        """What happened: log, blame, diff, the history of a seat."""
        from orgtp.api.history import HistoryQueries

        return HistoryQueries(self.snapshot)

    @property
    def ledger(self) -> LedgerActions:
        """Every change: values, seats, retirements, and the exchange with a remote."""
        from orgtp.api.ledger import LedgerActions

        return LedgerActions(self.snapshot)

    @property
    def audit(self) -> AuditQueries:
        """Whether the record is intact."""
        from orgtp.api.audit import AuditQueries

        return AuditQueries(self.snapshot)

    @property
    def escalations(self) -> Escalations:
        """The problems that someone is handling."""
        from orgtp.api.escalations import Escalations

        return Escalations(self.snapshot, self.ledger)

    @property
    def org(self) -> Org:
        """The organisation itself; its values are read when somebody asks for them."""
        return self.snapshot.staff.org

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What kept parts of the org from being read; `validate` says all that is wrong."""
        return self.snapshot.loaded.problems

    @property
    def problems_so_far(self) -> tuple[Problem, ...]:
        """What could not be read of the files that the views read so far; they leave out months that show nothing."""
        return self.snapshot.problems_so_far

    def chart(self, root: str = "", depth: int | None = None, *, retired: bool = False) -> Chart:
        """The org chart, from the seat `root` down. Raises `UnknownSeat`."""
        from orgtp.views.chart import ChartOptions, chart

        return chart(self.org, self.now, ChartOptions(root, depth, retired))

    def scorecard(self, weeks: int = 13, seat: str = "") -> Scorecard:
        """The last `weeks` weeks of every metric, or of one seat's. Raises `UnknownSeat`."""
        from orgtp.views.scorecard import scorecard

        return scorecard(self.org_about(seat), self.now, weeks, seat)

    def stale(self, seat: str = "") -> list[Stale]:
        """What should be there by now and is not, of one seat or of all. Raises `UnknownSeat`."""
        from orgtp.views.stale import stale

        return stale(self.org_about(seat), self.now, seat)

    def seat(self, seat: str) -> SeatView:
        """All about one seat. Raises `UnknownSeat`."""
        from orgtp.views.seat import seat_view

        return seat_view(self._org_around(seat), self.now, seat)

    def context(self, seat: str) -> Context:
        """What an agent should know before it works as a seat. Raises `UnknownSeat`, `BadInput`."""
        from orgtp.history.seat_context import find_seat_problems, load_context_org, stream_decisions
        from orgtp.views.context.build import SeatEvidence, context

        org = load_context_org(self.snapshot, seat)
        evidence = SeatEvidence(
            find_seat_problems(self.snapshot, seat, self._today), stream_decisions(self.snapshot, seat)
        )
        found = context(org, self.now, seat, evidence)
        # Nobody acts in the past.
        return replace(found, commands=() if self.at else found.commands, is_whole=self.history.is_complete)

    def org_about(self, seat: str) -> Org:
        """The org as far as the numbers of `seat` need it; all of it where no seat is named, or no such is there."""
        org = self.snapshot.load_seat_numbers(seat).org if seat else self.org
        return org if not seat or seat in org.seats else self.org

    def _org_around(self, seat: str) -> Org:
        """The org as far as a page about `seat` needs it; all of it where no such seat is there."""
        org = self.snapshot.load_seat_page(seat).org
        return org if seat in org.seats else self.org

    def seats(self, *, retired: bool = False) -> tuple[ChartSeat, ...]:
        """Every seat by id."""
        from orgtp.views.seat import seat_list

        return seat_list(self.org, self.now, retired=retired)

    def scores(self, seat: str = "", metric: str = "") -> list[ScoreLine]:
        """Every record, corrections among them. Raises `UnknownSeat`, `UnknownMetric`."""
        from orgtp.views.scores import score_lines

        return score_lines(self.org_about(seat), self.now, seat, metric)

    def validate(self, base: str | None = None) -> list[Problem]:
        """Every problem: of form, by our own reading and by the JSON Schemas, and of every rule.

        With a `base`, a revision, also what the org does that a pull request may not since it parted from there.
        Raises `NoGit` where there is no history.
        """
        from orgtp import rules
        from orgtp.files.json_schema import find_schema_problems

        compared, more = self._compared(base) if base is not None else ([], [])
        found = [*self.problems, *more, *rules.check_org(self.snapshot.loaded.org, self._today, *compared)]
        told = {problem.place.path for problem in found}
        return sort_problems(
            [*found, *(p for p in find_schema_problems(self.snapshot.loaded.files) if p.place.path not in told)]
        )

    @property
    def _today(self) -> datetime:
        """As of when the org is judged. A commit says itself when it was made, and may say anything."""
        return read_clock() if self.at is not None and parse_span(self.at) is None else self.now

    def _compared(self, base: str) -> tuple[list[OrgPair], list[Problem]]:
        """What the org changes since it parted from `base`, and what keeps that from being told, or from being true."""
        from orgtp.history.merge_base import NotInClone, compare_with_base
        from orgtp.history.worktree_check import find_converted_files
        from orgtp.rules.pull_request.base import BASE_NOT_REACHED

        if self.snapshot.repo is None:
            raise NoGit(root=self.root)
        try:
            found = compare_with_base(self.snapshot.repo, self.snapshot.loaded, base, self.revision)
        except NotInClone as error:
            what, remedy = str(error.facts["what"]), str(error.facts["remedy"])
            return [], [Problem(BASE_NOT_REACHED.id, Place(HEAD), what, remedy)]
        on_disk = self.snapshot.commit is None and self.revision is not None
        return found, find_converted_files(
            self.snapshot.repo, str(self.revision), self.snapshot.loaded.files
        ) if on_disk else []

    def collect(
        self,
        sources: Sources,
        request: CollectRequest,
        *,
        by: str = "",
        dry_run: bool = False,
        told: OnSourceResult | None = None,
    ) -> Collected:
        """Ask this machine's sources and record what they say, in one commit; see `orgtp.sources.collect`.

        A source that broke is escalated, in a commit of its own, and what is good again is settled; where the ledger
        cannot be written now, by the next run.
        """
        from orgtp.actions.escalate import FoundTrouble
        from orgtp.ledger.append import find_acting_seat
        from orgtp.ledger.batch import NotWritten
        from orgtp.model.escalation import EscalationKind
        from orgtp.sources.collect import Collector

        ledger = self.ledger.branch
        acting = by or os.environ.get("ORGTP_SEAT", "") or find_acting_seat(ledger)
        done = Collector(ledger, sources, acting, self.ledger.new_id).collect(request, dry_run=dry_run, on_result=told)
        found = [FoundTrouble(EscalationKind.SOURCE, one.seat, one.metric, one.why) for one in done.blanks]
        if dry_run or done.recorded is None or done.recorded.kept:
            return done
        with suppress(NotWritten):
            return replace(done, escalated=self.escalations.trouble(found, done.good, by=acting))
        return done

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Find a method of 0.1 where it is now, with a `DeprecationWarning`."""
            if name not in _MOVED:
                raise AttributeError(f"an org has no {name}")
            warnings.warn(f"org.{name} is now org.{_MOVED[name]}", DeprecationWarning, stacklevel=2)
            found = self
            for part in _MOVED[name].split("."):
                found = getattr(found, part)
            return found


def open_org(
    path: str | os.PathLike[str] | None = None, *, at: str | None = None, now: datetime | None = None
) -> OrgHandle:
    """Open the org at `path` as it is, or as it stood `at` a commit, a day, a week or a month.

    Raises `NotAnOrg`, `UnknownRevision`, `NotYet`, and `NoGit` where the past is asked of a plain folder.
    """
    return OrgHandle(locate_org(path, at, now))


def init_org(path: Path, *, name: str = "", timezone: str = "", remote: str = "", dry_run: bool = False) -> CreatedOrg:
    """Make a new org at `path`. Raises `Occupied`, `UnknownZone`. A dry run only says what would be there.

    `remote` is the address of an empty repository, which becomes the org's `origin`; `sync` sends to it.
    """
    from orgtp.git.remote import refuse_used_remote, set_origin
    from orgtp.ledger.create import build_org_files, create_repository, find_checked_out_branch, read_local_timezone

    if remote:
        refuse_used_remote(path, remote)
    files = build_org_files(name, path.name, timezone or read_local_timezone(), find_checked_out_branch(path))
    made = create_repository(path, files, None, read_clock(), dry_run=dry_run)
    if remote and not dry_run:
        set_origin(made.repo, remote)
    return made


def init_sample(path: Path, *, dry_run: bool = False) -> CreatedOrg:
    """Make the sample org at `path`, with its history. Raises `Occupied`."""
    from orgtp.sample import make_sample

    return make_sample(path, read_clock(), dry_run=dry_run)
