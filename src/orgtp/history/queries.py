"""The history of an open org for the views: log, blame, and the history of a seat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

from orgtp.git.log import stream_history
from orgtp.git.repo import Repo
from orgtp.history.authors import find_commit_actors
from orgtp.history.blame import Blame, FileStates
from orgtp.history.facts import make_fact_reader
from orgtp.history.locate import NoGit, OrgSnapshot
from orgtp.history.metric_filter import MetricFilter
from orgtp.history.seat_commits import SeatCommits
from orgtp.history.seat_lines import SeatLines
from orgtp.model.errors import BadInput
from orgtp.model.period import parse_span
from orgtp.model.seat import Seat, seat_path
from orgtp.views.log import LogEntry, LogFilter, WholeLog, check_filter, log
from orgtp.views.seat_history import SeatHistory, build_seat_history
from orgtp.views.seats.blame import BlameLine, blame_line, unknown_line
from orgtp.views.seats.fields import Field, Spot, fields_of

# The most commits that are kept in memory for pages.
MOST_ENTRIES = 20_000


def require_repo(snapshot: OrgSnapshot) -> Repo:
    """The org's repository. Raises `NoGit`."""
    if snapshot.repo is None:
        raise NoGit.at(snapshot.root, snapshot.head.branch)
    return snapshot.repo


def stream_log_pages(
    snapshot: OrgSnapshot, wanted: LogFilter, since: str | None, until: str | None
) -> Iterator[list[LogEntry]]:
    """The log entries that are `wanted`, newest first, in pages. Errors are raised at the call, not during iteration.

    Raises `NoGit`, `UnknownSeat`, `UnknownMetric`, `UnknownRevision`, `BadInput`.
    """
    repo, org = require_repo(snapshot), snapshot.staff.org
    wanted = check_filter(org, wanted)
    head, without = snapshot.revision, ""
    if since is not None:
        span = parse_span(since)
        without = "" if span else repo.require_commit(since)
        wanted = replace(wanted, since=span[0].begins(org.zone)) if span else wanted
    if until is not None:
        span = parse_span(until)
        head = head if span else _require_in_history(repo, until, head)
        wanted = replace(wanted, until=span[1].ends(org.zone)) if span else wanted
    measures = MetricFilter(repo, wanted.metric, wanted.seat) if wanted.metric else None
    commits = stream_history(repo, head, without) if head else ()
    return log(org, find_commit_actors(snapshot, repo).identify_all(commits), wanted, measures)


def read_whole_log(snapshot: OrgSnapshot) -> WholeLog:
    """The whole history, up to `MOST_ENTRIES` commits, read once; empty without git."""
    key = snapshot.revision or ""
    if key not in snapshot.logs:
        pages = stream_log_pages(snapshot, LogFilter(), None, None) if snapshot.repo else iter(())
        found = tuple(islice(chain.from_iterable(pages), MOST_ENTRIES + 1))
        snapshot.logs[key] = WholeLog(found[:MOST_ENTRIES], is_cut=len(found) > MOST_ENTRIES)
    return snapshot.logs[key]


def _require_in_history(repo: Repo, rev: str, head: str | None) -> str:
    """The commit that `rev` names. Raises `BadInput` if the history of `head` does not contain it."""
    found = repo.require_commit(rev)
    if head is None or not repo.has_ancestor(found, head):
        raise BadInput(what=f'"{rev}" is not in the history that is shown. To show its history, use --at {rev}')
    return found


def blame_seat(snapshot: OrgSnapshot, seat: str) -> Iterator[list[BlameLine]]:
    """Yield who last set each field of a seat, newest first. Raises `NoGit`, `UnknownSeat`, `BadInput`."""
    repo, path = require_repo(snapshot), seat_path(seat)
    fields = fields_of(_read_seat_alone(snapshot, seat))
    return _blame_fields(snapshot, repo, {(path, key): field for key, field in fields.items()})


def read_seat_history(snapshot: OrgSnapshot, seat: str) -> SeatHistory:
    """The history of one seat, from the commits that touched it. Raises `NoGit`, `UnknownSeat`, `BadInput`."""
    repo = require_repo(snapshot)
    _read_seat_alone(snapshot, seat)
    steps = (
        SeatCommits(repo, seat, find_commit_actors(snapshot, repo), snapshot.find_seat_lines()).list_commits(
            snapshot.revision
        )
        if snapshot.revision
        else []
    )
    for step in steps:
        snapshot.note_unread(step.commit, step.unread)
    return build_seat_history(snapshot.load_seat_record(seat).org, seat, steps, snapshot.now)


def read_seat_lines(snapshot: OrgSnapshot) -> None:
    """Read the history of all seats in one pass: `read_seat_history` of each does not ask git again."""
    if snapshot.repo and snapshot.revision and snapshot.revision not in snapshot.seat_lines:
        snapshot.seat_lines[snapshot.revision] = SeatLines.read(snapshot.repo, snapshot.revision)


def _read_seat_alone(snapshot: OrgSnapshot, seat: str) -> Seat:
    """Read one seat. Reads no other file if the seat exists. Raises `UnknownSeat`, `BadInput`."""
    org = snapshot.load_seat_record(seat).org
    if org.is_unreadable(seat_path(seat)):
        raise BadInput(what=f"{seat_path(seat)} cannot be read. See: orgtp validate")
    return org.seats[seat] if seat in org.seats else snapshot.staff.org.seat(seat)


def _blame_fields(snapshot: OrgSnapshot, repo: Repo, fields: Mapping[Spot, Field]) -> Iterator[list[BlameLine]]:
    people = find_commit_actors(snapshot, repo)
    blame = Blame(FileStates(repo, make_fact_reader()), {spot: field.meaning for spot, field in fields.items()})
    left = dict(fields)
    for spot, setter in blame.find_setters(snapshot.revision):
        commit = people.identify(setter) if setter else None
        yield [blame_line(spot[1], left.pop(spot).text, commit, people.find_name(commit) if commit else "")]
    yield [unknown_line(key, field.text) for (_, key), field in left.items()]
