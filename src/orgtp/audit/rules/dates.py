"""Dates: a commit's date is its author's word, but it must agree with the commits around it and with the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from orgtp.audit.model import CommitChanges, Violation
from orgtp.model.score import format_timestamp

# A clock that was set back a little, or two machines whose clocks differ.
SKEW_SECONDS = 2 * 60 * 60
BACK, FUTURE = "date-back", "date-future"


def check_dates(deed: CommitChanges, parents: Sequence[int], now: int) -> Iterable[Violation]:
    """A commit that is dated before its parents, or after now; all in seconds since 1970."""
    at, last = deed.commit.at, max(parents, default=None)
    fine = at <= now + SKEW_SECONDS and (last is None or at >= last - SKEW_SECONDS)
    return () if fine else _find_wrong_dates(deed, at, last, now)


def _find_wrong_dates(deed: CommitChanges, at: int, last: int | None, now: int) -> Iterator[Violation]:
    if last is not None and at < last - SKEW_SECONDS:
        message = f"it is dated {_format_date(at)}, and follows a commit of {_format_date(last)}"
        yield deed.violation(BACK, message, before=_format_date(last), after=_format_date(at), hint=_CLOCK)
    if at > now + SKEW_SECONDS:
        message = f"it is dated {_format_date(at)}, and it is {_format_date(now)} now"
        yield deed.violation(FUTURE, message, before=_format_date(now), after=_format_date(at), hint=_CLOCK)


_CLOCK = "Either the clock of that machine was wrong, or somebody chose the date: ask the author."


def _format_date(seconds: int) -> str:
    try:
        return format_timestamp(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return f"@{seconds}"
