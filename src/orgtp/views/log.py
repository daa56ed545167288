"""What happened, in the org's words: orgtp's own commits by their trailers, hand-made ones by what they touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.commit import Commit
from orgtp.model.org import Org
from orgtp.model.words import is_id, listed

_PREFIX = re.compile(r"[a-z-]+(?:\([a-z0-9-]+\))?: ")
_TOUCHED = {"A": "added", "D": "deleted"}


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit: when, who (a seat's name where one is known, else the author), which seats, and what."""

    commit: str
    at: datetime
    action: str | None
    seats: tuple[str, ...]
    by: str | None
    approved_by: str | None
    author: str
    who: str
    what: str
    body: str
    paths: tuple[str, ...]

    @property
    def by_hand(self) -> bool:
        """Whether a person made the commit, not orgtp: it claims no action."""
        return self.action is None


def log(org: Org, commits: Iterable[Commit], seat: str = "") -> Iterator[LogEntry]:
    """The history, in the order of `commits`; of one seat only, if named."""
    emails = {held.email.lower(): held.id for held in org.seats.values() if held.email}
    for commit in commits:
        entry = _entry(org, commit, emails)
        if not seat or seat in entry.seats:
            yield entry


def _entry(org: Org, commit: Commit, emails: dict[str, str]) -> LogEntry:
    by = commit.by or emails.get(commit.email.lower(), "")
    paths = tuple(path for _, path in commit.paths)
    touched = tuple(dict.fromkeys(seat for path in paths if (seat := _seat_of(path))))
    return LogEntry(
        commit=commit.id,
        at=commit.at,
        action=commit.action or None,
        seats=commit.seats or touched,
        by=by or None,
        approved_by=commit.approved_by or None,
        author=commit.author,
        who=org.seats[by].name if by in org.seats else commit.author,
        what=_PREFIX.sub("", commit.subject, count=1) if commit.action else _by_hand(commit),
        body=commit.body,
        paths=paths,
    )


def _by_hand(commit: Commit) -> str:
    """The person's own words, and which of the org's files they touched."""
    files = [
        f"{_TOUCHED.get(how, 'changed')} {path}" for how, path in commit.paths if _seat_of(path) or path == "org.yaml"
    ]
    more = f" and {len(files) - _FEW} more" if len(files) > _FEW else ""
    return (
        f"{commit.subject} ({listed(files[:_FEW]) if not more else ', '.join(files[:_FEW]) + more})"
        if files
        else commit.subject
    )


_FEW = 3


def _seat_of(path: str) -> str | None:
    """The seat whose file, scores or record `path` is."""
    folder, _, rest = path.partition("/")
    name = rest.split("/")[0].removesuffix(".yaml")
    return name if folder in {"seats", "scores", "retirements"} and is_id(name) else None
