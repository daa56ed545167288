"""See and check: all that can be asked of an org that is open. The api adds what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orgtp.files.load import by_order
from orgtp.files.tree import HEAD
from orgtp.history.locate import Located, NoGit, clock, locate
from orgtp.model.org import Org
from orgtp.model.period import parse_span
from orgtp.model.problem import Place, Problem

# Start-up is a feature: what only some commands need is imported where it is used.
if TYPE_CHECKING:
    from orgtp.audit.checkpoint import Checkpoint, Vouched
    from orgtp.audit.export.report import Dossier
    from orgtp.audit.guarantees import Guarantee
    from orgtp.audit.model import Audit
    from orgtp.git.repo import Repo
    from orgtp.history.diff import Since
    from orgtp.model.org_pair import OrgPair
    from orgtp.views.blame import BlameLine
    from orgtp.views.chart import Chart, ChartSeat
    from orgtp.views.context.types import Context
    from orgtp.views.log import LogEntry, Wanted
    from orgtp.views.scorecard import Scorecard
    from orgtp.views.scores import ScoreLine
    from orgtp.views.seat import SeatView
    from orgtp.views.seat_history import Life
    from orgtp.views.stale import Stale


@dataclass(frozen=True, repr=False)
class SeenOrg(Located):
    """One org, read once, as of `now`, and all that can be asked of it."""

    @property
    def org(self) -> Org:
        """The organisation itself."""
        return self.loaded.org

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What kept parts of the org from being read; `validate` says all that is wrong."""
        return self.loaded.problems

    # See.

    def chart(self, root: str = "", depth: int | None = None, *, retired: bool = False) -> Chart:
        """The org chart, from the seat `root` down. Raises `UnknownSeat`."""
        from orgtp.views.chart import ChartOptions, chart

        return chart(self.org, self.now, ChartOptions(root, depth, retired))

    def scorecard(self, weeks: int = 13, seat: str = "") -> Scorecard:
        """The last `weeks` weeks of every metric, or of one seat's. Raises `UnknownSeat`."""
        from orgtp.views.scorecard import scorecard

        return scorecard(self.org, self.now, weeks, seat)

    def stale(self, seat: str = "") -> list[Stale]:
        """What should be there by now and is not, of one seat or of all. Raises `UnknownSeat`."""
        from orgtp.views.stale import stale

        return stale(self.org, self.now, seat)

    def seat(self, seat: str) -> SeatView:
        """All about one seat. Raises `UnknownSeat`."""
        from orgtp.views.seat import seat_view

        return seat_view(self.org, self.now, seat)

    def context(self, seat: str) -> Context:
        """What an agent should know before it works as a seat. Raises `UnknownSeat`, `BadInput`."""
        from orgtp.history.seat_context import decisions_of, problems_of, refuse_unreadable
        from orgtp.views.context.build import Known, context

        refuse_unreadable(self, seat)
        known = Known(problems_of(self, self.org.seat(seat).id, self._today), decisions_of(self, seat))
        found = context(self.org, self.now, seat, known)
        # Nobody acts in the past.
        return replace(found, commands=() if self.at else found.commands, is_whole=self.is_whole)

    def seats(self, *, retired: bool = False) -> tuple[ChartSeat, ...]:
        """Every seat by id."""
        from orgtp.views.seat import seat_list

        return seat_list(self.org, self.now, retired=retired)

    def scores(self, seat: str = "", metric: str = "") -> list[ScoreLine]:
        """Every record, corrections among them. Raises `UnknownSeat`, `UnknownMetric`."""
        from orgtp.views.scores import score_lines

        return score_lines(self.org, self.now, seat, metric)

    def log(
        self,
        seat: str = "",
        *,
        action: str = "",
        by: str = "",
        metric: str = "",
        since: str | None = None,
        until: str | None = None,
    ) -> Iterator[LogEntry]:
        """The history, newest first, read as it is asked for.

        `since` and `until` are a day, a week, a month or a quarter, both included, or a revision. Raises `UnknownSeat`,
        `UnknownMetric`, `BadInput`, `UnknownRevision`, and `NoGit` where there is no history.
        """
        from orgtp.views.log import Wanted

        return chain.from_iterable(self.log_pages(Wanted(seat, action, by, metric), since, until))

    def log_pages(self, wanted: Wanted, since: str | None = None, until: str | None = None) -> Iterator[list[LogEntry]]:
        """The same, a stretch of the history at a time."""
        from orgtp.history.queries import log_pages

        return log_pages(self, wanted, since, until)

    def life(self, seat: str) -> Life:
        """One seat's life, from its first commit on. Raises `UnknownSeat`, and `NoGit` where there is no history."""
        from orgtp.history.queries import life_of

        return life_of(self, seat)

    def blame(self, seat: str) -> Iterator[BlameLine]:
        """Who last set each field of a seat, as it is found: newest first, what is not committed yet before all.

        Raises `UnknownSeat`, `BadInput`, and `NoGit` where there is no history.
        """
        return chain.from_iterable(self.blame_pages(seat))

    def blame_pages(self, seat: str) -> Iterator[list[BlameLine]]:
        """The same, a few at a time."""
        from orgtp.history.queries import blame

        return blame(self, seat)

    def since(self, base: str, *, parted: bool = False) -> Since:
        """What changed since `base`, a revision or a date; `parted`: since the two histories part."""
        from orgtp.history.diff import since

        return since(self, base, parted=parted)

    @property
    def is_whole(self) -> bool:
        """Whether this clone has the history from its first commit on; else that of a shallow one begins anywhere."""
        from orgtp.git.ancestry import is_shallow

        return self.repo is None or not is_shallow(self.repo)

    # Check.

    def validate(self, base: str | None = None) -> list[Problem]:
        """Every problem: of form, by our own reading and by the JSON Schemas, and of every rule.

        With a `base`, a revision, also what the org does that a pull request may not since it parted from there.
        Raises `NoGit` where there is no history.
        """
        from orgtp import rules
        from orgtp.files.json_schema import schema_problems

        compared, more = self._compared(base) if base is not None else ([], [])
        found = [*self.problems, *more, *rules.check(self.org, self._today, *compared)]
        told = {problem.place.path for problem in found}
        return by_order([*found, *(p for p in schema_problems(self.loaded.files) if p.place.path not in told)])

    def audit(
        self, *, full: bool = False, checkpoints: Mapping[str, bytes] | None = None, signers: Path | None = None
    ) -> tuple[Audit, list[Guarantee]]:
        """Whether the record is intact, and what that stands on; see docs/audit.md.

        What was verified before is not looked at again, unless `full`. `checkpoints` were kept outside, each by the
        name that errors call it, and `signers` is a file of those who may sign them. Raises `NoGit`, `BadInput` for
        what is no checkpoint of this org, and `NoLedger` where the ledger branch is not here.
        """
        from orgtp.audit.checkpoint import parse
        from orgtp.audit.guarantees import guarantees
        from orgtp.audit.retained import Outside, held_against
        from orgtp.audit.verify import audit, ledger_tip

        repo, branch = self._repo, self.head.branch
        origin = f"{self.head.id}/{branch}"
        outside = Outside([parse(raw, name, origin) for name, raw in (checkpoints or {}).items()], signers)
        found = audit(repo, branch, ledger_tip(repo, branch), self.now, full=full)
        found = held_against(repo, branch, found, outside)
        return found, guarantees(found)

    def checkpoint(self, key: str = "") -> tuple[Checkpoint, Vouched]:
        """Where the ledger branch stands, signed with the SSH key `key`, else with git's; and whose key that is.

        Raises `NoGit`, `NoLedger`, `NotWhole`, and what keeps it from being signed.
        """
        from orgtp.audit.checkpoint import make, vouched
        from orgtp.audit.verify import ledger_tip

        if self.repo is None:
            raise NoGit(root=self.root)
        branch = self.head.branch
        tip = ledger_tip(self.repo, branch)
        made = make(self.repo, f"{self.head.id}/{branch}", tip, key)
        return made, vouched(self.repo, tip, made)

    @property
    def _today(self) -> datetime:
        """As of when the org is judged. A commit says itself when it was made, and may say anything."""
        return clock() if self.at is not None and parse_span(self.at) is None else self.now

    def _compared(self, base: str) -> tuple[list[OrgPair], list[Problem]]:
        """What the org changes since it parted from `base`, and what keeps that from being told, or from being true."""
        from orgtp.history.merge_base import NotReached, compared
        from orgtp.history.worktree_check import not_as_committed
        from orgtp.rules.pull_request.base import BASE_NOT_REACHED

        if self.repo is None:
            raise NoGit(root=self.root)
        try:
            found = compared(self.repo, self.loaded, base, self.revision)
        except NotReached as error:
            what, remedy = str(error.facts["what"]), str(error.facts["remedy"])
            return [], [Problem(BASE_NOT_REACHED.id, Place(HEAD), what, remedy)]
        on_disk = self.commit is None and self.revision is not None
        return found, not_as_committed(self.repo, str(self.revision), self.loaded.files) if on_disk else []

    # Hand over.

    def dossier(self, *, full: bool = False) -> Dossier:
        """All that an auditor is handed to read: the org as of the ledger's newest commit, and what `audit` says of it.

        Raises `NotWhole` where this clone has not the whole history, and what `audit` raises.
        """
        from orgtp.audit.export.history_stats import census, not_whole
        from orgtp.audit.export.line_origin import brought
        from orgtp.audit.export.report import Audited, dossier
        from orgtp.audit.guarantees import guarantees
        from orgtp.git.repo import GitFailed

        # What this clone saw before proves nothing to whoever is handed the report; another clone saw something else.
        found = replace(self.audit(full=full)[0], kept=())
        repo, then = self._repo, locate(self.root, found.head, self.now)
        try:
            history = census(repo, found.head, {violation.commit for violation in found.violations})
            origin = brought(repo, found.head, then.loaded)
        except GitFailed as error:
            raise not_whole(error) from error
        return dossier(then.loaded.org, Audited(found, guarantees(found), history), then.now, origin)

    def export(
        self,
        out: Path | IO[bytes],
        *,
        key: str = "",
        unsigned: bool = False,
        full: bool = False,
        force: bool = False,
    ) -> Dossier:
        """Write the zip file that an auditor is handed, whole or not at all, and say what is in its report.

        Its checkpoint is signed as `checkpoint` does it, unless it is to be `unsigned`. Raises `FileThere`,
        `NoKeyToExport`, and what `dossier` and `checkpoint` raise.
        """
        from orgtp.audit.export.files import export_files
        from orgtp.audit.export.handover import handover
        from orgtp.audit.export.zip import refuse_there, save_zip

        if isinstance(out, Path) and not force:
            refuse_there(out)
        made = self._stands(key, unsigned=unsigned)
        found = self.dossier(full=full)
        # The ledger may have grown while it was looked at.
        made = made if made.head == found.head else self._stands(key, unsigned=unsigned, commit=found.head)
        handed = handover(self._repo, found, made)
        save_zip(out, found.at, {**export_files(handed.dossier), **handed.files}, force=force)
        return handed.dossier

    def _stands(self, key: str, *, unsigned: bool, commit: str = "") -> Checkpoint:
        """Where the ledger branch stands, or stood at a commit, signed or not."""
        from orgtp.audit.export.handover import checkpoint
        from orgtp.audit.verify import ledger_tip

        branch = self.head.branch
        tip = commit or ledger_tip(self._repo, branch)
        return checkpoint(self._repo, f"{self.head.id}/{branch}", tip, key, unsigned=unsigned)

    @property
    def _repo(self) -> Repo:
        if self.repo is None:
            raise NoGit(root=self.root)
        return self.repo
