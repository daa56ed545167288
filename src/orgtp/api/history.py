"""What happened in an org: its log, who set what, and what changed since an earlier moment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from orgtp.history.locate import OrgSnapshot
from orgtp.lazy_dataclass import dataclass

# Start-up is a feature: what only some commands need is imported where it is used.
if TYPE_CHECKING:
    from orgtp.history.diff import DiffSinceBase
    from orgtp.views.blame import BlameLine
    from orgtp.views.log import LogEntry, Wanted
    from orgtp.views.seat_history import Life


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
        """The history, newest first, read as it is asked for.

        `since` and `until` are a day, a week, a month or a quarter, both included, or a revision. Raises `UnknownSeat`,
        `UnknownMetric`, `BadInput`, `UnknownRevision`, and `NoGit` where there is no history.
        """
        from orgtp.views.log import Wanted

        return chain.from_iterable(self.log_pages(Wanted(seat, action, by, metric), since, until))

    def log_pages(self, wanted: Wanted, since: str | None = None, until: str | None = None) -> Iterator[list[LogEntry]]:
        """The same, a stretch of the history at a time."""
        from orgtp.history.queries import stream_log_pages

        return stream_log_pages(self.snapshot, wanted, since, until)

    def seat_history(self, seat: str) -> Life:
        """One seat's life, from its first commit on. Raises `UnknownSeat`, and `NoGit` where there is no history."""
        from orgtp.history.queries import read_seat_life

        return read_seat_life(self.snapshot, seat)

    def blame(self, seat: str) -> Iterator[BlameLine]:
        """Who last set each field of a seat, as it is found: newest first, what is not committed yet before all.

        Raises `UnknownSeat`, `BadInput`, and `NoGit` where there is no history.
        """
        return chain.from_iterable(self.blame_pages(seat))

    def blame_pages(self, seat: str) -> Iterator[list[BlameLine]]:
        """The same, a few at a time."""
        from orgtp.history.queries import blame_seat

        return blame_seat(self.snapshot, seat)

    def diff(self, base: str, *, parted: bool = False) -> DiffSinceBase:
        """What changed since `base`, a revision or a date; `parted`: since the two histories part."""
        from orgtp.history.diff import diff_since

        return diff_since(self.snapshot, base, parted=parted)

    @property
    def shallow_boundary(self) -> frozenset[str]:
        """The commits with which a shallow clone begins; none in a whole one. What they hold may be older."""
        from orgtp.git.ancestry import read_shallow_commits

        return read_shallow_commits(self.snapshot.repo) if self.snapshot.repo else frozenset()

    @property
    def is_complete(self) -> bool:
        """Whether this clone has the history from its first commit on; else that of a shallow one begins anywhere."""
        from orgtp.git.ancestry import is_shallow_clone

        return self.snapshot.repo is None or not is_shallow_clone(self.snapshot.repo)
