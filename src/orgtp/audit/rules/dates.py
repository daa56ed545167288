"""Dates: authors choose the dates of commits, but they must agree with the parents and with the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from orgtp.audit.model import CommitChanges, Violation
from orgtp.model.score import format_timestamp

# Tolerates clocks that were set back a little and clocks that differ between machines.
SKEW_SECONDS = 2 * 60 * 60
BACK, FUTURE = "date-back", "date-future"


def check_dates(changes: CommitChanges, parents: Sequence[int], now: int) -> Iterable[Violation]:
    """Check that a commit is not dated before its parents or after `now`; all in seconds since 1970."""
    at, last = changes.commit.at, max(parents, default=None)
    fine = at <= now + SKEW_SECONDS and (last is None or at >= last - SKEW_SECONDS)
    return () if fine else _find_wrong_dates(changes, at, last, now)


def _find_wrong_dates(changes: CommitChanges, at: int, last: int | None, now: int) -> Iterator[Violation]:
    if last is not None and at < last - SKEW_SECONDS:
        message = f"it is dated {_format_date(at)}, but its parent is dated {_format_date(last)}"
        yield changes.violation(BACK, message, before=_format_date(last), after=_format_date(at), hint=_CLOCK)
    if at > now + SKEW_SECONDS:
        message = f"it is dated {_format_date(at)}, but it is only {_format_date(now)} now"
        yield changes.violation(FUTURE, message, before=_format_date(now), after=_format_date(at), hint=_CLOCK)


_CLOCK = "Either the clock of that machine was wrong, or someone set the date. Ask the author."


def _format_date(seconds: int) -> str:
    try:
        return format_timestamp(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return f"@{seconds}"
