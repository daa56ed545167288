"""Who last set each field of a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orgtp.model.commit import Commit


@dataclass(frozen=True, slots=True)
class BlameLine:
    """A field, what it says, and the commit that made it say so: none where it is not committed, or nobody knows.

    `by` is the seat that acted, `who` its name, or the author's where no seat is known.
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


def blame_line(key: str, value: str, commit: Commit | None, by: str, who: str) -> BlameLine:
    """A field that `commit` set; without one, it is not committed yet."""
    if commit is None:
        return BlameLine(key, value, None, None, None, None, None, committed=False)
    told = (commit.id, commit.at, by or None, commit.author, commit.action or None)
    return BlameLine(key, value, *told, committed=True, who=who)


def unknown_line(key: str, value: str) -> BlameLine:
    """A field that was set before the history that this clone has."""
    return BlameLine(key, value, None, None, None, None, None, committed=True)
