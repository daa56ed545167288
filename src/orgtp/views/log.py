"""What happened, in the org's words: orgtp's own commits by their trailers, hand-made ones by what they touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from orgtp.model.commit import Commit
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.text import did_you_mean, is_id, join_with_and

_PREFIX = re.compile(r"[a-z-]+(?:\([a-z0-9-]+\))?: ")
_TOUCHED = {"A": "added", "D": "deleted"}
# What a commit that claims no action is called where one asks for it.
BY_HAND = "hand"
ACTIONS = ("init", "add", "set", "score", "retire", "escalate", BY_HAND)
# So many commits are looked at before what is found among them is handed on; at first fewer, so that it begins at once.
_FIRST_PAGE, _PAGE = 50, 500
_FEW = 3


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which commits: that touched a seat or a metric, with an action, done by a seat, from when until before when."""

    seat: str = ""
    action: str = ""
    by: str = ""
    metric: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, entry: LogEntry, touched: Iterable[str]) -> bool:
        """Whether a commit is one of them, as far as it says so itself."""
        return (
            self.action in {"", entry.action or BY_HAND}
            and self.by in {"", entry.by}
            and (not self.seat or self.seat in entry.seats or self.seat in touched)
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )


# Whether a commit changed a metric: its values, or what it asks for.
Measures = Callable[[Commit], bool]


def checked(org: Org, wanted: Wanted) -> Wanted:
    """What is wanted, if the org has it. Raises `UnknownSeat`, `UnknownMetric`, `BadInput` with the near miss."""
    for seat in (wanted.seat, wanted.by):
        if seat and seat not in org.retirements:
            org.seat(seat)
    if wanted.action and wanted.action not in ACTIONS:
        hint = f"{did_you_mean(wanted.action, ACTIONS)} There are: {', '.join(ACTIONS)}.".strip()
        raise BadInput(what=f'unknown action "{wanted.action}". {hint}')
    if wanted.metric:
        _check_metric(org, wanted.seat, wanted.metric)
    return wanted


def _check_metric(org: Org, seat: str, metric: str) -> None:
    """Refuse a metric that the seat, or (where none is named) every seat, has not."""
    if seat in org.seats:
        org.metric(seat, metric)
        return
    known = {name for held in org.seats.values() for name in held.metrics}
    if metric not in known:
        hint = did_you_mean(metric, known) or "What a seat is measured on: orgtp seat show SEAT"
        raise BadInput(what=f'no seat has a metric "{metric}". {hint}')


def log(
    org: Org, commits: Iterable[Commit], wanted: Wanted | None = None, measures: Measures | None = None
) -> Iterator[list[LogEntry]]:
    """The history, in the order of `commits`: what is wanted, as it comes.

    Each list is of a stretch of the history, and may be empty. `measures` says of a commit of several metrics, or of
    one by hand, whether it is about the one that is wanted.
    """
    emails = {held.email.lower(): held.id for held in org.seats.values() if held.email}
    names = {held.id: held.name for held in org.seats.values()}
    stream, size = iter(commits), _FIRST_PAGE
    while some := list(islice(stream, size)):
        yield [entry for commit in some if (entry := _fitting(commit, wanted or Wanted(), emails, names, measures))]
        size = _PAGE


def _fitting(
    commit: Commit, wanted: Wanted, emails: Mapping[str, str], names: Mapping[str, str], measures: Measures | None
) -> LogEntry | None:
    """A commit as an entry, if it is wanted."""
    touched = tuple(dict.fromkeys(seat for _, path, _, _ in commit.paths if (seat := _seat_of(path))))
    entry = _entry(commit, touched, emails, names)
    if not wanted.fits(entry, touched):
        return None
    return entry if not wanted.metric or _measured(commit, entry, wanted, measures) else None


def _measured(commit: Commit, entry: LogEntry, wanted: Wanted, measures: Measures | None) -> bool:
    """Whether a commit is about the metric: one that records values says so line by line."""
    if entry.action != "score":
        return measures is not None and measures(commit)
    if len(entry.seats) == 1 and entry.what.startswith(f"{wanted.metric} "):
        return True
    seats = [wanted.seat] if wanted.seat else entry.seats
    return any(line.startswith(f"{seat} {wanted.metric} ") for line in entry.body.splitlines() for seat in seats)


def _entry(commit: Commit, touched: tuple[str, ...], emails: Mapping[str, str], names: Mapping[str, str]) -> LogEntry:
    by = who_did(commit, emails)
    return LogEntry(
        commit=commit.id,
        at=commit.at,
        action=commit.action or None,
        seats=commit.seats or touched,
        by=by or None,
        approved_by=commit.approved_by or None,
        author=commit.author,
        who=names.get(by, commit.author),
        what=_PREFIX.sub("", commit.subject, count=1) if commit.action else _by_hand(commit),
        body=commit.body,
        paths=tuple([path for _, path, _, _ in commit.paths]),
    )


def who_did(commit: Commit, emails: Mapping[str, str]) -> str:
    """The seat that a commit says acted, else the one with its author's e-mail, else ""."""
    return commit.by or emails.get(commit.email.lower(), "")


def _by_hand(commit: Commit) -> str:
    """The person's own words, and which of the org's files they touched."""
    files = [
        f"{_TOUCHED.get(how, 'changed')} {path}"
        for how, path, _, _ in commit.paths
        if _seat_of(path) or path == "org.yaml"
    ]
    if not files:
        return commit.subject
    more = f" and {len(files) - _FEW} more" if len(files) > _FEW else ""
    return f"{commit.subject} ({', '.join(files[:_FEW]) + more if more else join_with_and(files)})"


def _seat_of(path: str) -> str | None:
    """The seat whose file, scores or record `path` is."""
    folder, _, rest = path.partition("/")
    if folder not in {"seats", "scores", "retirements"}:
        return None
    name = rest.split("/", 1)[0].removesuffix(".yaml")
    return name if is_id(name) else None
