"""Open an org, read it, check it and change it. The command line and the MCP server use this API, and so can you.

import orgtp
org = orgtp.open("sneeze-it")
org.chart().seats, org.validate(), org.ledger.add_score("radar", "briefing-by-8", "07:52")
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.api.moved import find_moved
from orgtp.files.load import LoadedOrg, sort_problems
from orgtp.files.org import OrgHead
from orgtp.files.tree import HEAD
from orgtp.history.locate import NoGit, OrgSnapshot, UnreadAt, locate_org, read_clock
from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.period import parse_span
from orgtp.model.problem import Place, Problem

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from decimal import Decimal

    from orgtp.api.audit import AuditQueries
    from orgtp.api.briefing import Briefings
    from orgtp.api.discovery import AgentDiscovery
    from orgtp.api.escalations import Escalations
    from orgtp.api.history import HistoryQueries
    from orgtp.api.imports import Imports
    from orgtp.api.ledger import LedgerActions
    from orgtp.api.metrics import MetricActions
    from orgtp.api.people import PeopleActions
    from orgtp.api.reviews import ReviewActions
    from orgtp.api.tables import TableQueries
    from orgtp.api.todos import Todos
    from orgtp.history.merge_base import ComparedOrg
    from orgtp.ledger.create import CreatedOrg
    from orgtp.model.inventory.alike import Alike
    from orgtp.rules.pull_request.known_problems import FoundProblems
    from orgtp.sources.collect import Collected, CollectRequest, OnSourceResult
    from orgtp.sources.source import Source, Sources
    from orgtp.views.chart import Chart, ChartSeat, MetricNow
    from orgtp.views.context.types import Context
    from orgtp.views.health.chart import XmrChart
    from orgtp.views.health.types import HealthView
    from orgtp.views.org_settings import OrgSettings
    from orgtp.views.redaction.parts import Part
    from orgtp.views.scorecard.build import Scorecard
    from orgtp.views.scorecard.scores import ScoreLine
    from orgtp.views.seat import SeatView
    from orgtp.views.seats.overlap.types import Overlaps, WorkText
    from orgtp.views.selection import Omitted, Selection
    from orgtp.views.stale import Stale, StaleList

# Methods of 0.1 and their new names; see `orgtp.api.moved`.
_MOVED = {
    "log": "history.log",
    "log_pages": "history.log_pages",
    "life": "history.seat_history",
    "blame": "history.blame",
    "blame_pages": "history.blame_pages",
    "since": "history.diff",
    "is_whole": "history.is_complete",
    "acting": "ledger.find_acting_seat",
    "record": "ledger.record",
    "writable": "ledger.writable_repo",
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
    "deciders": "ledger.list_deciders",
    "retire": "ledger.retire",
    "propose_retirement": "ledger.propose_retirement",
    "checkpoint": "audit.checkpoint",
    "dossier": "audit.report",
    "export": "audit.export",
    "desk": "escalations",
    "refuse_without_remote": "ledger.refuse_without_remote",
    "repo": "snapshot.repo",
    "tree": "snapshot.tree",
    "commit": "snapshot.commit",
    "loaded": "snapshot.loaded",
    "files": "snapshot.read_files",
}


@dataclass(frozen=True, repr=False)
class OrgHandle:
    """One org, read once, with views and checks; `history`, `ledger`, `audit` and `escalations` have the rest."""

    snapshot: OrgSnapshot
    _outdated_because: str = ""
    _acting_for: str = ""

    def __repr__(self) -> str:
        return repr(self.snapshot)

    @property
    def root(self) -> Path:
        """The org's folder or bare repository."""
        return self.snapshot.root

    @property
    def head(self) -> OrgHead:
        """The content of org.yaml: id, time zone, ledger branch, policy."""
        return self.snapshot.head

    @property
    def now(self) -> datetime:
        """The time at which the org is viewed (aware)."""
        return self.snapshot.now

    @property
    def at(self) -> str | None:
        """The requested commit or date; None for the current org."""
        return self.snapshot.at

    @property
    def revision(self) -> str | None:
        """The commit that was opened, or that the work tree is based on; None without git."""
        return self.snapshot.revision

    @property
    def dirty(self) -> bool:
        """Whether the org's files have uncommitted changes."""
        return self.snapshot.has_uncommitted_changes

    @property
    def outdated_because(self) -> str:
        """Why the work tree is older than its branch and could not be updated; "" if it is up to date."""
        return self._outdated_because

    @property
    def staff(self) -> LoadedOrg:
        """The loaded org. Scores are read on demand."""
        return self.snapshot.staff

    @property
    def history(self) -> HistoryQueries:
        """The log, blame, diff, and the history of a seat."""
        from orgtp.api.history import HistoryQueries

        return HistoryQueries(self.snapshot)

    @property
    def ledger(self) -> LedgerActions:
        """Changes: values, seats, retirements, and sync with a remote."""
        from orgtp.api.ledger import LedgerActions

        return LedgerActions(self.snapshot, self._acting_for)

    def act_for(self, person: str) -> OrgHandle:
        """The same org, whose changes name the seat `person` as the one for which another seat acts (`Orgtp-For`).

        A server that signs with a key of its own acts so for the person who is signed in.
        """
        return replace(self, _acting_for=person)

    @property
    def people(self) -> PeopleActions:
        """Changes of people and their seats: hand over, vacate, move, own, pause, rename, split, leave."""
        from orgtp.api.people import PeopleActions

        return PeopleActions(self.ledger)

    @property
    def imports(self) -> Imports:
        """Imports of seats from files of other tools."""
        from orgtp.api.imports import Imports

        return Imports(self.snapshot, self.ledger)

    @property
    def audit(self) -> AuditQueries:
        """Verification of the history, checkpoints and exports."""
        from orgtp.api.audit import AuditQueries

        return AuditQueries(self.snapshot)

    @property
    def tables(self) -> TableQueries:
        """The org as tables: exports, and queries with SQL."""
        from orgtp.api.tables import TableQueries

        return TableQueries(self.snapshot)

    @property
    def escalations(self) -> Escalations:
        """The escalations, and changes to them."""
        from orgtp.api.escalations import Escalations

        return Escalations(self.snapshot, self.ledger)

    @property
    def reviews(self) -> ReviewActions:
        """The weekly reviews: the agenda of the next one, those that were held, and closing one."""
        from orgtp.api.reviews import ReviewActions

        return ReviewActions(self.snapshot, self.ledger)

    @property
    def briefings(self) -> Briefings:
        """The briefings: what each recipient has to know today, and who has had one."""
        from orgtp.api.briefing import Briefings

        return Briefings(self.snapshot, self.ledger, self.outdated_because)

    @property
    def discovery(self) -> AgentDiscovery:
        """The agents that run on this machine and in folders, compared with the seats."""
        from orgtp.api.discovery import AgentDiscovery

        return AgentDiscovery(self.snapshot, self.ledger)

    @property
    def todos(self) -> Todos:
        """The to-dos, and changes to them."""
        from orgtp.api.todos import Todos

        return Todos(self.snapshot, self.ledger)

    @property
    def org(self) -> Org:
        """The organisation. Scores are read on demand."""
        return self.snapshot.staff.org

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems found when reading the files; `validate` returns all problems."""
        return self.snapshot.loaded.problems

    @property
    def problems_so_far(self) -> tuple[Problem, ...]:
        """The problems in the files read so far; views read only the months that they show."""
        return self.snapshot.problems_so_far

    @property
    def unread(self) -> tuple[UnreadAt, ...]:
        """What the answers so far may lack, because it could not be read: the errors, by revision."""
        return self.snapshot.unread

    def without(self, parts: Collection[Part]) -> OrgHandle:
        """The org without some of its parts, for pages that outsiders may see. It has no history but the log."""
        from orgtp.history.redacted import redact_snapshot

        return OrgHandle(redact_snapshot(self.snapshot, parts))

    def without_history(self) -> OrgHandle:
        """The same org as if it were in no git repository: for answers that are possible if git cannot read it."""
        return replace(self, snapshot=self.snapshot.without_history())

    def chart(
        self, root: str = "", depth: int | None = None, *, retired: bool = False, selection: Selection | None = None
    ) -> Chart:
        """The org chart, from the seat `root` down, or of a selection. Raises `UnknownSeat`."""
        from orgtp.views.chart import ChartOptions, chart
        from orgtp.views.selection import Selection

        chosen = selection or Selection()
        chosen = replace(chosen, root=root or chosen.root)
        return chart(self.org, self.now, ChartOptions(chosen, depth, retired))

    def scorecard(self, weeks: int = 13, seat: str = "", *, selection: Selection | None = None) -> Scorecard:
        """The last `weeks` weeks of every metric, of one seat's, or of a selection. Raises `UnknownSeat`."""
        from orgtp.views.scorecard.build import scorecard
        from orgtp.views.selection import Selection

        chosen = selection or Selection(seat=seat)
        card = scorecard(self._org_for(chosen), self.now, weeks, chosen)
        return replace(card, left_out=self._count_others(chosen, card.left_out))

    def health(self, selection: Selection | None = None, *, metric: str = "") -> HealthView:
        """The health of a selection of metrics and of their seats, or of one metric of a seat.

        Raises `UnknownSeat` and `UnknownMetric`.
        """
        from orgtp.views.health.assess import assess_health, count_judged_flags
        from orgtp.views.selection import Selection

        chosen = selection or Selection()
        found = assess_health(self._org_for(chosen), self.now, chosen, metric=metric)
        if chosen.is_about_one_seat and self.snapshot.tree.list_folder("reviews"):
            # How many flags were real is a question about the whole org.
            found = replace(found, flags=count_judged_flags(self.org))
        return replace(found, left_out=self._count_others(chosen, found.left_out))

    def overlaps(self, selection: Selection | None = None, least: Decimal | None = None) -> Overlaps:
        """The pairs of seats that look alike, of which one is selected. `least` is how alike they are at least, or 0.4.

        Raises `UnknownSeat`.
        """
        from orgtp.views.seats.overlap.find import DEFAULT_LEAST, find_overlaps
        from orgtp.views.selection import Selection

        chosen = selection or Selection()
        # Only a state or an order of metrics needs the numbers.
        by_metrics = chosen.states or chosen.sort
        selected = [one.seat for one in self.list_seats(chosen).seats] if by_metrics else None
        return find_overlaps(self.org, self.now, chosen, least or DEFAULT_LEAST, selected)

    def find_alike(self, texts: Sequence[WorkText]) -> list[list[Alike]]:
        """For each text of a seat that does not exist yet, the seats that look like it, the most alike first."""
        from orgtp.views.seats.overlap.find import find_alike

        return find_alike(self.org, texts)

    def xmr_chart(self, seat: str, metric: str) -> XmrChart:
        """The chart of one metric: its values in the current phase, and their limits.

        Raises `UnknownSeat` and `UnknownMetric`.
        """
        from orgtp.model.metric_row import MetricRow
        from orgtp.views.health.chart import build_chart

        org = self.org_about(seat)
        return build_chart(MetricRow(org, org.seat(seat), org.metric(seat, metric), self.now))

    def stale(self, seat: str = "") -> list[Stale]:
        """The values that are stale, of one seat or all. Raises `UnknownSeat`."""
        from orgtp.views.selection import Selection

        return [*self.list_stale(Selection(seat=seat)).stale]

    def settings(self) -> OrgSettings:
        """The settings of org.yaml, with the defaults of those that it does not have."""
        from orgtp.views.org_settings import list_org_settings

        return list_org_settings(self.staff.org)

    def list_stale(self, selection: Selection | None = None) -> StaleList:
        """The values that are stale, of a selection, and how many others are. Raises `UnknownSeat`."""
        from orgtp.views.selection import Selection
        from orgtp.views.stale import list_stale

        chosen = selection or Selection()
        found = list_stale(self._org_for(chosen), self.now, chosen)
        return replace(found, left_out=self._count_others(chosen, found.left_out))

    def _org_for(self, selection: Selection) -> Org:
        """The part of the org that the numbers of a selection need."""
        return self.org_about(selection.seat if selection.is_about_one_seat else "")

    def _count_others(self, selection: Selection, counted: Omitted) -> Omitted:
        """What is left out. If one seat alone was read, the others are counted by their files, without metrics."""
        from orgtp.views.selection import Omitted

        if not selection.is_about_one_seat:
            return counted
        return Omitted(len(self.snapshot.list_current_seats() - {selection.seat}), None)

    def seat(self, seat: str) -> SeatView:
        """Everything about one seat. Raises `UnknownSeat`."""
        from orgtp.views.seat import seat_view

        return seat_view(self._org_around(seat), self.now, seat)

    @property
    def metrics(self) -> MetricActions:
        """Changes of metrics: add, end, rename, move, and so on."""
        from orgtp.api.metrics import MetricActions

        return MetricActions(self.ledger)

    def metric(self, seat: str, metric: str) -> MetricNow:
        """A metric with its target and its newest verdict, even if it has ended. Raises what `Org.metric` raises."""
        from orgtp.model.metric_row import MetricRow
        from orgtp.views.chart import metric_now

        org = self.org_about(seat)
        return metric_now(MetricRow(org, org.seat(seat), org.metric(seat, metric), self.now))

    def context(self, seat: str) -> Context:
        """What an agent needs to know before it works as a seat. Raises `UnknownSeat`, `BadInput`."""
        from orgtp.history.seat_context import find_seat_problems, load_context_org, stream_decisions
        from orgtp.views.context.build import SeatEvidence, context

        org = load_context_org(self.snapshot, seat)
        evidence = SeatEvidence(
            find_seat_problems(self.snapshot, seat, self._today), stream_decisions(self.snapshot, seat)
        )
        found = context(org, self.now, seat, evidence)
        # The past cannot be changed, so no commands are suggested.
        return replace(found, commands=() if self.at else found.commands, is_whole=self.history.is_complete)

    def org_about(self, seat: str) -> Org:
        """The part of the org that the values of `seat` need; the whole org without a seat or for an unknown one."""
        org = self.snapshot.load_seat_numbers(seat).org if seat else self.org
        return org if not seat or seat in org.seats else self.org

    def _org_around(self, seat: str) -> Org:
        """The part of the org that a page about `seat` needs; the whole org for an unknown seat."""
        org = self.snapshot.load_seat_page(seat).org
        return org if seat in org.seats else self.org

    def seats(self, *, retired: bool = False) -> tuple[ChartSeat, ...]:
        """Every seat, ordered by id; `retired` includes retired ones."""
        return self.list_seats(retired=retired).seats

    def list_seats(self, selection: Selection | None = None, *, retired: bool = False) -> Chart:
        """The seats of a selection as a list, and how many others there are. Raises `UnknownSeat`."""
        from orgtp.views.seat import seat_list
        from orgtp.views.selection import Selection

        return seat_list(self.org, self.now, selection or Selection(), retired=retired)

    def scores(self, seat: str = "", metric: str = "") -> list[ScoreLine]:
        """Every record, including corrected ones. Raises `UnknownSeat`, `UnknownMetric`."""
        from orgtp.views.scorecard.scores import score_lines

        return score_lines(self.org_about(seat), self.now, seat, metric)

    def validate(self, base: str | None = None) -> list[Problem]:
        """Return every problem: those of reading the files, of the JSON Schemas and of all rules.

        With `base`, a revision, return only what the change since the merge base with it adds; see `find_problems`.
        Raises `NoGit` without a repository.
        """
        return self.find_problems(base).problems

    def find_problems(self, base: str | None = None) -> FoundProblems:
        """Find every problem.

        With `base`, a revision, the changes since the merge base with it are checked too, and the problems that the
        merge base has as well are separate. Raises `NoGit` without a repository.
        """
        from orgtp import rules
        from orgtp.rules.pull_request.known_problems import FoundProblems, split_known

        loaded = self.snapshot.loaded
        compared, more = self._compared(base) if base is not None else ([], [])
        changes = rules.check_changes(loaded.org, self._today, *(one.pair for one in compared))
        of_change = [*more, *self._add_problems_of_head(list(changes))]
        of_org = self._find_org_problems(loaded)
        # Without problems, the base need not be checked.
        known = [self._find_org_problems(one.before) for one in compared] if of_org else []
        added, also_in_base = of_org, list[Problem]()
        for one, problems in zip(compared, known, strict=False):
            split = split_known(added, loaded.files, problems, one.before.files)
            added, also_in_base = split.problems, [*also_in_base, *split.also_in_base]
        return FoundProblems(sort_problems([*of_change, *added]), sort_problems(also_in_base))

    def _find_org_problems(self, loaded: LoadedOrg) -> list[Problem]:
        """The problems of one org: those of reading it, of the rules and of the JSON Schemas."""
        from orgtp import rules
        from orgtp.files.json_schema import find_schema_problems

        found = [*loaded.problems, *rules.check_org(loaded.org, self._today)]
        reported = {problem.place.path for problem in found}
        return sort_problems(
            [*found, *(one for one in find_schema_problems(loaded.files) if one.place.path not in reported)]
        )

    def _add_problems_of_head(self, checked: list[Problem]) -> list[Problem]:
        """Add the problems of the commit that the work tree is based on, and of what would be committed on top of it.

        What the comparison with a base reports already is reported once, with the hint to undo it before the commit.
        """
        from orgtp.history.worktree_check import find_problems_of_head

        if self.snapshot.repo is None or self.revision is None or self.snapshot.commit is not None:
            return checked
        more = find_problems_of_head(self.snapshot.repo, self.snapshot.loaded, self.revision)
        hints = {(one.rule, one.place.path): one.hint for one in more}
        known = {(one.rule, one.place.path) for one in checked}
        checked = [replace(one, hint=hints.get((one.rule, one.place.path), one.hint)) for one in checked]
        return [*checked, *(one for one in more if (one.rule, one.place.path) not in known)]

    @property
    def _today(self) -> datetime:
        """The time for rules about time: for an org opened at a commit it is now, as commit dates can be forged."""
        return read_clock() if self.at is not None and parse_span(self.at) is None else self.now

    def _compared(self, base: str) -> tuple[list[ComparedOrg], list[Problem]]:
        """The merge bases with `base`, each paired with this org, and problems that prevent a reliable comparison."""
        from orgtp.git.tree_check import MalformedTree
        from orgtp.history.merge_base import NotInClone, compare_with_base
        from orgtp.history.worktree_check import find_converted_files, make_malformed_problem
        from orgtp.rules.pull_request.base import BASE_NOT_REACHED

        if self.snapshot.repo is None:
            raise NoGit.at(self.root, self.head.branch)
        try:
            found = compare_with_base(self.snapshot.repo, self.snapshot.loaded, self.snapshot.tree, base, self.revision)
        except NotInClone as error:
            what, remedy = str(error.facts["what"]), str(error.facts["remedy"])
            return [], [Problem(BASE_NOT_REACHED.id, Place(HEAD), what, remedy)]
        except MalformedTree as error:
            return [], [make_malformed_problem(error, base)]
        on_disk = self.snapshot.commit is None and self.revision is not None
        try:
            return found, find_converted_files(
                self.snapshot.repo, str(self.revision), self.snapshot.loaded.files
            ) if on_disk else []
        except MalformedTree:
            # The commit itself is reported, whether there is a base or not.
            return found, []

    def prepare_source(self, source: Source) -> Source:
        """Tell a source that reads the record of which org and period; another one is returned unchanged.

        The period is the newest one that is over, in the cadence of a metric that names the source; else the day
        before. Uncommitted changes do not count.
        """
        from orgtp.sources.kind import AskedFor
        from orgtp.views.record_measures import find_measured_period

        if not source.reads_record or self.revision is None:
            return source
        metrics = (metric for _, seat in sorted(self.staff.org.seats.items()) for metric in seat.metrics.values())
        grains = (metric.cadence.grain for metric in metrics if metric.source == source.name)
        period = find_measured_period(self.staff.org, grains, self.now).text
        asked_for = AskedFor(str(self.snapshot.root), self.revision, self.now.isoformat(), period)
        return replace(source, asked_for=asked_for)

    def collect(
        self,
        sources: Sources,
        request: CollectRequest,
        *,
        by: str = "",
        dry_run: bool = False,
        on_result: OnSourceResult | None = None,
    ) -> Collected:
        """Ask this machine's sources and record the results in one commit; see `orgtp.sources.collect`.

        A second commit opens escalations for failed sources and resolves those that work again. If the ledger cannot be
        written now, the next run does it.
        """
        from orgtp.actions.escalate import FoundTrouble
        from orgtp.ledger.batch import NotWritten
        from orgtp.ledger.git_user import find_acting_seat
        from orgtp.model.escalation import EscalationKind
        from orgtp.sources.collect import Collector

        ledger = self.ledger.open_ledger()
        fallback = self.ledger.load_fallback
        acting = find_acting_seat(ledger, by, fallback)
        with self.ledger.explain_refusals():
            done = Collector(ledger, sources, acting, self.ledger.new_id, fallback).collect(
                request, dry_run=dry_run, on_result=on_result
            )
        found = [FoundTrouble(EscalationKind.SOURCE, one.seat, one.metric, one.why) for one in done.blanks]
        if dry_run or done.recorded is None or done.recorded.queued_because:
            return done
        with suppress(NotWritten):
            return replace(done, escalated=self.escalations.record_trouble(found, done.good, by=acting))
        return done

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Find a method of 0.1 by its new name, with a `DeprecationWarning`."""
            return find_moved(self, "org", _MOVED, name)


def open_org(
    path: str | os.PathLike[str] | None = None,
    *,
    at: str | None = None,
    now: datetime | None = None,
    to_record: bool = False,
) -> OrgHandle:
    """Open the org at `path` as it is, or as it was `at` a commit, day, week or month.

    `to_record`: the handle is used only to record values. If the ledger branch of a bare repository is damaged, it has
    the org of the last commit that can be read, and values that are recorded wait in the outbox.

    A work tree that fell behind its branch is updated first. `outdated_because` of the handle says why if that was not
    possible; then the answers are those of the files as they are.

    Raises `NotAnOrg`, `UnknownRevision`, `NoOrgYet`, `UnreadableRef`, and `NoGit` for the past of a plain folder.
    """
    found = locate_org(path, at, now, to_record=to_record)
    if found.repo is None or found.repo.bare:
        return OrgHandle(found)
    from orgtp.git.worktrees import has_notes

    if not has_notes(found.repo):
        return OrgHandle(found)
    from orgtp.ledger.catch_up import catch_up

    # Read nothing of the work tree before it has caught up with its branch.
    why = catch_up(found.repo)
    return OrgHandle(found if why is None else locate_org(path, at, now, to_record=to_record), why or "")


def init_org(path: Path, *, name: str = "", timezone: str = "", remote: str = "", dry_run: bool = False) -> CreatedOrg:
    """Create an org at `path`. A dry run returns what would be created.

    `remote` is the address of an empty repository. It becomes the org's `origin`, to which `sync` pushes. Raises
    `PathOccupied`, `UnknownTimezone`, and `BadInput` if the remote cannot be used.
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
    """Create the sample org at `path`, with its history. Raises `PathOccupied`."""
    from orgtp.sample import make_sample

    return make_sample(path, read_clock(), dry_run=dry_run)
