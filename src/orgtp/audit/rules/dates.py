"""Dates: a commit's date is its author's word, but it must agree with the commits around it and with the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from orgtp.audit.model import Deed, Violation
from orgtp.model.score import stamp

# A clock that was set back a little, or two machines whose clocks differ.
SKEW_SECONDS = 2 * 60 * 60
BACK, FUTURE = "date-back", "date-future"


def dates(deed: Deed, parents: Sequence[int], now: int) -> Iterable[Violation]:
    """A commit that is dated before its parents, or after now; all in seconds since 1970."""
    at, last = deed.commit.at, max(parents, default=None)
    fine = at <= now + SKEW_SECONDS and (last is None or at >= last - SKEW_SECONDS)
    return () if fine else _wrong(deed, at, last, now)


def _wrong(deed: Deed, at: int, last: int | None, now: int) -> Iterator[Violation]:
    if last is not None and at < last - SKEW_SECONDS:
        message = f"it is dated {_said(at)}, and follows a commit of {_said(last)}"
        yield deed.wrong(BACK, message, before=_said(last), after=_said(at), hint=_CLOCK)
    if at > now + SKEW_SECONDS:
        message = f"it is dated {_said(at)}, and it is {_said(now)} now"
        yield deed.wrong(FUTURE, message, before=_said(now), after=_said(at), hint=_CLOCK)


_CLOCK = "Either the clock of that machine was wrong, or somebody chose the date: ask the author."


def _said(seconds: int) -> str:
    try:
        return stamp(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return f"@{seconds}"
