"""Who last set each field of a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orgtp.model.commit import Commit


@dataclass(frozen=True, slots=True)
class BlameLine:
    """A field, its value, and the commit that set it; None if it is not committed, or set before the local history.

    `by` is the seat that acted, and `who` its name, or the author's name if no seat is known. `by_claimed`: only the
    commit says that the seat acted, so `who` is the author.
    """

    key: str
    value: str
    commit: str | None
    at: datetime | None
    by: str | None
    author: str | None
    action: str | None
    committed: bool
    who: str = ""
    by_claimed: bool = False


def blame_line(key: str, value: str, commit: Commit | None, who: str) -> BlameLine:
    """A field that `commit` set, by the seat in its `by`, or that is not committed if `commit` is None."""
    if commit is None:
        return BlameLine(key, value, None, None, None, None, None, committed=False)
    made = (commit.id, commit.at, commit.by or None, commit.author, commit.action or None)
    return BlameLine(key, value, *made, committed=True, who=who, by_claimed=commit.by_claimed)


def unknown_line(key: str, value: str) -> BlameLine:
    """A field that was set before the history of this clone."""
    return BlameLine(key, value, None, None, None, None, None, committed=True)
