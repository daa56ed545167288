"""The history: commits by orgtp with their trailers, and commits by hand with the files that they touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from orgtp.model.commit import Commit
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.setting_text import parse_settings
from orgtp.model.text import did_you_mean, is_id, join_with_and

_PREFIX = re.compile(r"[a-z-]+(?:\([a-z0-9-]+\))?: ")
_TOUCHED = {"A": "added", "D": "deleted"}
# The name of the action of a commit without an action trailer.
BY_HAND = "hand"
SCORE_ACTION = "score"
ACTIONS = (
    "init", "add", "import", "set", "metric-add", "metric-target", "metric-set", "metric-end", "metric-rename",
    "metric-move", "metric-recadence", "metric-rebase", "handover", "vacate", "leave", "move", "own", "pause",
    "resume", "rename", "split", "delegate", "org", "holiday", "score", "withdraw", "retire", "escalate", "todo",
    "review", "brief", "explain", "upgrade", "undo", BY_HAND,
)  # fmt: skip
# The commits in a page. The first page is smaller, so that the output begins at once.
_FIRST_PAGE, _PAGE = 50, 500
_FEW = 3


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit: when, who (the name of the seat if known, else of the author), which seats, and what.

    `by_claimed` and `approved_by_claimed`: only the commit says so, so `who` is the author. `acted_for` is the
    seat for which `by` says that it acted. `settings` are what it set, for a summary that fits the screen.
    """

    commit: str
    at: datetime
    action: str | None
    seats: tuple[str, ...]
    by: str | None
    by_claimed: bool
    approved_by: str | None
    approved_by_claimed: bool
    author: str
    who: str
    what: str
    body: str
    paths: tuple[str, ...]
    settings: tuple[str, ...] = ()
    acted_for: str | None = None

    @property
    def by_hand(self) -> bool:
        """Whether the commit was made without orgtp: it has no action."""
        return self.action is None


@dataclass(frozen=True, slots=True)
class LogFilter:
    """A filter of commits: by touched seat or metric, action, acting seat, and time (`until` is excluded)."""

    seat: str = ""
    action: str = ""
    by: str = ""
    metric: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, entry: LogEntry, touched: Iterable[str]) -> bool:
        """Whether a commit matches, except for the metric."""
        return (
            self.action in {"", entry.action or BY_HAND}
            and self.by in {"", entry.by}
            and (not self.seat or self.seat in entry.seats or self.seat in touched)
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )


@dataclass(frozen=True, slots=True)
class WholeLog:
    """The whole history, newest first. `is_cut`: there are older commits, more than a page can use."""

    entries: tuple[LogEntry, ...] = ()
    is_cut: bool = False


# Whether a commit changed the values or the definition of a metric.
Measures = Callable[[Commit], bool]


def check_filter(org: Org, wanted: LogFilter) -> LogFilter:
    """The filter, if its names exist. Raises `UnknownSeat`, `UnknownMetric` or `BadInput` with a similar name."""
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
    """Refuse a metric that the seat, or without a seat every seat, does not have."""
    if seat in org.seats:
        org.metric(seat, metric)
        return
    known = {name for held in org.seats.values() for name in held.metrics}
    if metric not in known:
        hint = did_you_mean(metric, known) or "What a seat is measured on: orgtp seat show SEAT"
        raise BadInput(what=f'no seat has a metric "{metric}". {hint}')


def log(
    org: Org, commits: Iterable[Commit], wanted: LogFilter | None = None, measures: Measures | None = None
) -> Iterator[list[LogEntry]]:
    """The commits that match, in the order of `commits`, in pages that may be empty. `by` of each is the acting seat.

    `measures` decides for a commit with several metrics, or by hand, whether it is about the metric of the filter.
    """
    names = _Names(org)
    stream, size = iter(commits), _FIRST_PAGE
    while some := list(islice(stream, size)):
        yield [entry for commit in some if (entry := _match(commit, wanted or LogFilter(), names, measures))]
        size = _PAGE


def select_entries(
    entries: Iterable[LogEntry], wanted: LogFilter, text: str = "", *, scores: bool = True
) -> Iterator[LogEntry]:
    """The entries that match, except for the metric of the filter, and that contain a text in any case of letters.

    Without `scores`, those that only record values are left out.
    """
    sought = text.casefold()
    for entry in entries:
        touched = [seat for path in entry.paths if (seat := _parse_seat(path))]
        if (scores or entry.action != SCORE_ACTION) and wanted.fits(entry, touched):
            words = (entry.who, entry.action or BY_HAND, *entry.seats, entry.what, entry.body, entry.commit)
            if not sought or sought in " ".join(words).casefold():
                yield entry


class _Names:
    """The names of the seats that acted: of a seat with holders, the person who held it on the day of the commit."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.plain = {seat.id: seat.name for seat in org.seats.values() if not seat.holders}

    def find(self, commit: Commit) -> str:
        """The name of the seat that acted; of an unknown seat, the author's."""
        seat = self.org.seats.get(commit.by)
        if seat is None or commit.by in self.plain:
            return self.plain.get(commit.by, commit.author)
        day = self.org.day_of(commit.at)
        return seat.person_on(day) or seat.name_on(day)


def _match(commit: Commit, wanted: LogFilter, names: _Names, measures: Measures | None) -> LogEntry | None:
    """The entry of a commit, or None if it does not match."""
    touched = tuple(dict.fromkeys(seat for _, path, _, _ in commit.paths if (seat := _parse_seat(path))))
    entry = _build_entry(commit, touched, names)
    if not wanted.fits(entry, touched):
        return None
    return entry if not wanted.metric or _is_about_metric(commit, entry, wanted, measures) else None


def _is_about_metric(commit: Commit, entry: LogEntry, wanted: LogFilter, measures: Measures | None) -> bool:
    """Whether a commit is about the metric. A commit of values names its metrics in the message."""
    if entry.action not in {"score", "withdraw"}:
        return measures is not None and measures(commit)
    if len(entry.seats) == 1 and entry.what.startswith(f"{wanted.metric} "):
        return True
    seats = [wanted.seat] if wanted.seat else entry.seats
    return any(line.startswith(f"{seat} {wanted.metric} ") for line in entry.body.splitlines() for seat in seats)


def _build_entry(commit: Commit, touched: tuple[str, ...], names: _Names) -> LogEntry:
    what = _PREFIX.sub("", commit.subject, count=1) if commit.action else _describe_manual_commit(commit)
    settings = _read_settings(commit, what) if commit.action in {"set", "org"} else ()
    return LogEntry(
        commit=commit.id,
        at=commit.at,
        action=commit.action or None,
        seats=commit.seats or touched,
        by=commit.by or None,
        by_claimed=commit.by_claimed,
        approved_by=commit.approved_by or None,
        approved_by_claimed=commit.approved_by_claimed,
        author=commit.author,
        who=commit.author if commit.by_claimed else names.find(commit),
        # The subject of a commit is short; its body has all that was set.
        what=", ".join(settings) or what,
        body=commit.body,
        paths=tuple([path for _, path, _, _ in commit.paths]),
        settings=settings,
        acted_for=commit.acted_for or None,
    )


def _read_settings(commit: Commit, what: str) -> tuple[str, ...]:
    """What a commit set: several settings are in its body, and one is its subject."""
    return parse_settings(commit.body.split("\n\n")[0].splitlines()) or parse_settings([what])


def _describe_manual_commit(commit: Commit) -> str:
    """The subject of a commit by hand, and the files of the org that it touched."""
    files = [
        f"{_TOUCHED.get(how, 'changed')} {path}"
        for how, path, _, _ in commit.paths
        if _parse_seat(path) or path == "org.yaml"
    ]
    if not files:
        return commit.subject
    more = f" and {len(files) - _FEW} more" if len(files) > _FEW else ""
    return f"{commit.subject} ({', '.join(files[:_FEW]) + more if more else join_with_and(files)})"


def _parse_seat(path: str) -> str | None:
    """The seat of a seat file, score file or retirement record, else None."""
    folder, _, rest = path.partition("/")
    if folder not in {"seats", "scores", "retirements"}:
        return None
    name = rest.split("/", 1)[0].removesuffix(".yaml")
    return name if is_id(name) else None
