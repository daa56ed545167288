"""Read the history of an org: its log, who set each field, and what changed since a date or commit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.history.locate import OrgSnapshot
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from orgtp.history.diff import DiffSinceBase
    from orgtp.model.period import Grain
    from orgtp.views.days.types import Days, ToldChange
    from orgtp.views.forge import Forge
    from orgtp.views.log import LogEntry, LogFilter, WholeLog
    from orgtp.views.seat_history import SeatHistory
    from orgtp.views.seats.blame import BlameLine
    from orgtp.views.why.types import Why


@dataclass(frozen=True)
class HistoryQueries:
    """The history of one org, read from its commits."""

    snapshot: OrgSnapshot

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
        """Yield the log, newest first.

        `since` and `until` are a day, week, month or quarter (inclusive), or a revision. Raises `UnknownSeat`,
        `UnknownMetric`, `BadInput`, `UnknownRevision`, and `NoGit` without a repository.
        """
        from orgtp.views.log import LogFilter

        return chain.from_iterable(self.log_pages(LogFilter(seat, action, by, metric), since, until))

    def log_pages(
        self, wanted: LogFilter, since: str | None = None, until: str | None = None
    ) -> Iterator[list[LogEntry]]:
        """Like `log`, but in pages."""
        from orgtp.history.queries import stream_log_pages

        return stream_log_pages(self.snapshot, wanted, since, until)

    @property
    def whole_log(self) -> WholeLog:
        """The whole log, newest first, read once; empty without a repository."""
        from orgtp.history.queries import read_whole_log

        return read_whole_log(self.snapshot)

    def seat_history(self, seat: str) -> SeatHistory:
        """The history of one seat from its first commit. Raises `UnknownSeat`, and `NoGit` without a repository."""
        from orgtp.history.queries import read_seat_history

        return read_seat_history(self.snapshot, seat)

    def read_all_seats(self) -> None:
        """Read the history of all seats in one pass, for a program that asks for the history of most of them."""
        from orgtp.history.queries import read_seat_lines

        read_seat_lines(self.snapshot)

    def why(self, seat: str, metric: str = "", since: str = "") -> Why:
        """What changed around a seat, or one metric of it: evidence from the record alone, newest first.

        `since` is the period in which the change began; without it, it is found. Raises `UnknownSeat`, `UnknownMetric`
        and `BadInput`.
        """
        from orgtp.history.evidence import find_why

        return find_why(self.snapshot, seat, metric, since)

    def blame(self, seat: str) -> Iterator[BlameLine]:
        """Yield who last set each field of a seat, uncommitted fields first, then the newest.

        Raises `UnknownSeat`, `BadInput`, and `NoGit` without a repository.
        """
        return chain.from_iterable(self.blame_pages(seat))

    def blame_pages(self, seat: str) -> Iterator[list[BlameLine]]:
        """Like `blame`, but in pages."""
        from orgtp.history.queries import blame_seat

        return blame_seat(self.snapshot, seat)

    def diff(self, base: str, *, from_merge_base: bool = False) -> DiffSinceBase:
        """What changed since `base`, a revision or a date; with `from_merge_base`, since the merge base with it."""
        from orgtp.history.diff import diff_since

        return diff_since(self.snapshot, base, from_merge_base=from_merge_base)

    def days(self, weeks: int | None = 13, *, step: Grain | None = None) -> Days:
        """The org at the end of each day of the last `weeks` weeks, and what changed; None is the whole history.

        With `step`, only the last day of each week, month or quarter. A window of more than 200 days has weeks unless
        `step` says otherwise. Without a repository, there is one day.
        """
        from orgtp.history.days import read_days

        return read_days(self.snapshot, weeks, step)

    def changes(self, weeks: int | None = 13) -> tuple[ToldChange, ...]:
        """What changed of the seats and of org.yaml in the last `weeks` weeks, in words, newest first; see `days`."""
        from orgtp.history.days import read_changes

        return read_changes(self.snapshot, weeks)

    @property
    def shallow_boundary(self) -> frozenset[str]:
        """The first commits of a shallow clone, whose content may be older; empty for a complete clone."""
        from orgtp.git.ancestry import read_shallow_commits

        return read_shallow_commits(self.snapshot.repo) if self.snapshot.repo else frozenset()

    def score_commits(self, spots: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The commits that added records of values, by the file and the id of each; without those not committed yet."""
        from orgtp.history.score_commits import find_score_commits

        return find_score_commits(self.snapshot, spots)

    @property
    def forge(self) -> Forge | None:
        """The forge at which the remote of the ledger branch is kept; None without one that has web pages."""
        from orgtp.git.remote import find_remote
        from orgtp.views.forge import find_forge

        repo = self.snapshot.repo
        try:
            remote = find_remote(repo, self.snapshot.head.branch) if repo else None
        except BadInput:
            return None
        return find_forge(remote.public_url) if remote else None

    def lists_as_untracked(self, path: Path) -> bool:
        """Whether git lists a new file or folder in the org's own work tree as untracked: it does not ignore it."""
        from orgtp.git.repo import find_enclosing_repo

        repo = self.snapshot.repo
        outer = find_enclosing_repo(path) if repo and not repo.bare else None
        return outer is not None and repo is not None and outer.path.resolve() == repo.path.resolve()

    @property
    def is_complete(self) -> bool:
        """Whether this clone has the full history; False for a shallow clone."""
        from orgtp.git.ancestry import is_shallow_clone

        return self.snapshot.repo is None or not is_shallow_clone(self.snapshot.repo)
