"""What an open org knows about one seat: its surroundings, the problems of its files, and past decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from orgtp.files.load import LoadedOrg, sort_problems
from orgtp.files.seat_brief import read_seat_brief
from orgtp.history.locate import OrgSnapshot
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.problem import Problem, select_errors
from orgtp.model.records.kinds import RECORD_KINDS, Growth, find_kind_of_file
from orgtp.model.seat import Seat, seat_path
from orgtp.model.text import fold_spelling
from orgtp.views.seat_history import Event, SeatCommit


def load_context_org(snapshot: OrgSnapshot, seat: str) -> Org:
    """The part of the org that the context of a seat needs: related seats in full, the others as briefs.

    Raises `UnknownSeat`, and `BadInput` if the seat's file cannot be read.
    """
    org = snapshot.load_seat_page(seat).org
    if seat not in org.seats:
        path = seat_path(seat)
        if snapshot.staff.org.is_unreadable(path):
            raise BadInput(what=f"{path} cannot be read. To see why: orgtp validate")
        snapshot.staff.org.seat(seat)
    seats: dict[str, Seat] = {}
    unread: list[Problem] = []
    for other, raw in snapshot.seat_scope(seat).seat_files.items():
        brief, problems = (org.seats[other], ()) if other in org.seats else read_seat_brief(other, raw)
        unread += problems
        seats |= {other: brief} if brief else {}
    snapshot.note_unread(snapshot.at or "", unread)
    return replace(org, seats=seats)


def find_seat_problems(snapshot: OrgSnapshot, seat: str, now: datetime) -> list[Problem]:
    """What `validate` reports about the seat's own files as of `now`, except ids that another seat used before."""
    from orgtp import rules
    from orgtp.files.json_schema import find_schema_problems

    part = _load_for_rules(snapshot, seat)
    is_own = _make_ownership_test(part.org, seat)
    broken = [one for one in rules.check_org(part.org, now) if is_own(one.place.path)]
    if select_errors(broken):
        # The hint of an error may list seats of the whole org, such as all who may own a seat.
        part = snapshot.loaded
        broken = [one for one in rules.check_org(part.org, now) if is_own(one.place.path)]
    problems = [one for one in (*part.problems, *snapshot.problems_so_far) if is_own(one.place.path)]
    found = [*dict.fromkeys(problems), *broken]
    reported = {problem.place.path for problem in found}
    files = {path: raw for path, raw in part.files.items() if is_own(path) and path not in reported}
    return sort_problems([*found, *find_schema_problems(files)])


def _load_for_rules(snapshot: OrgSnapshot, seat: str) -> LoadedOrg:
    """The part of the org that the rules need to check one seat's files, with the values of that seat only."""
    scope = snapshot.seat_scope(seat)
    if len(scope.top_seats) > 1:
        # Which of them is the top of the chart depends on all seats, so load the whole org.
        return snapshot.loaded
    part = snapshot.load_seat_page(seat)
    found = {**part.org.seats, **_find_similar_seats(snapshot, part.org.seats[seat])}
    # Rules that compare seats report the later one, in the order of the files.
    seats = {other: found[other] for other in sorted(found, key=seat_path)}
    scores = {seat: part.org.scores[seat]} if seat in part.org.scores else {}
    return replace(part, org=replace(part.org, seats=seats, scores=scores))


def _find_similar_seats(snapshot: OrgSnapshot, seat: Seat) -> dict[str, Seat]:
    """Other seats that may have a capability, an address or the name of this seat, by id."""
    words = [*seat.capabilities, *(email.casefold() for email in seat.emails), *fold_spelling(seat.name).split()[:1]]
    scope = snapshot.seat_scope(seat.id)
    texts = {other: raw.decode(errors="replace") for other, raw in scope.seat_files.items()}
    fit = [other for other, text in texts.items() if "\\" in text or any(map(text.casefold().__contains__, words))]
    return {other: found for other in fit if (found := scope.read(other))}


def _make_ownership_test(org: Org, seat: str) -> Callable[[str], bool]:
    """A test whether a path belongs to the seat: its file, record, values, escalations, to-dos or silences."""
    about = [
        kind.path_of(key)
        for kind in RECORD_KINDS
        if kind.growth is Growth.EVENTS
        for key, record in getattr(org, kind.attribute).items()
        if seat in kind.find_subjects(record)
    ]
    paths = {seat_path(seat), *about}
    return lambda path: (
        path in paths or ((kind := find_kind_of_file(path)) is not None and kind.find_seat(path) == seat)
    )


def stream_decisions(snapshot: OrgSnapshot, seat: str) -> Iterator[Event] | None:
    """The decisions about the seat, newest first, read on demand; None without git."""
    from orgtp.git.ancestry import read_shallow_commits
    from orgtp.history.authors import find_commit_actors
    from orgtp.history.seat_commits import SeatCommits
    from orgtp.views.seat_history import events

    if snapshot.repo is None:
        return None
    if snapshot.revision is None:
        return iter(())
    commits = SeatCommits(snapshot.repo, seat, find_commit_actors(snapshot, snapshot.repo))
    found = events(seat, _note_unread_files(snapshot, commits.stream_newest_first(snapshot.revision)))
    # Most of what the first commits of a shallow clone contain was there before them.
    shallow = read_shallow_commits(snapshot.repo)
    return (event for event in found if event.commit not in shallow)


def _note_unread_files(snapshot: OrgSnapshot, steps: Iterator[SeatCommit]) -> Iterator[SeatCommit]:
    for step in steps:
        snapshot.note_unread(step.commit, step.unread)
        yield step
