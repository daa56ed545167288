"""What the commits say for `orgtp why`: the changes of a seat, and the commit of each record."""

from __future__ import annotations

from orgtp.git.ancestry import read_shallow_commits
from orgtp.git.log import read_commit_time
from orgtp.history.authors import find_commit_actors
from orgtp.history.blame import Blame, FileStates
from orgtp.history.diff import describe_authorship
from orgtp.history.facts import make_fact_reader
from orgtp.history.locate import OrgSnapshot
from orgtp.history.seat_commits import SeatCommits
from orgtp.model.errors import BadInput
from orgtp.model.records.kinds import SCORE
from orgtp.model.seat import seat_path
from orgtp.views.seat_history import events
from orgtp.views.why.build import add_commits, build_why, list_wanted_spots
from orgtp.views.why.types import SeatPast, Why


def find_why(snapshot: OrgSnapshot, seat: str, metric: str = "", since: str = "") -> Why:
    """What changed around a seat, each piece of evidence with its commit; see `build_why`.

    Raises `UnknownSeat`, `UnknownMetric`, and `BadInput` also if the seat's file cannot be read.
    """
    org = snapshot.staff.org
    if org.is_unreadable(seat_path(seat)):
        raise BadInput(what=f"{seat_path(seat)} cannot be read. See: orgtp validate")
    org.seat(seat)
    found = build_why(org, snapshot.now, seat, metric, since, read_seat_past(snapshot, seat))
    wanted = list_wanted_spots(found)
    if snapshot.repo is None or not wanted:
        return found
    people = find_commit_actors(snapshot, snapshot.repo)
    rows = [key for path, key in wanted if path.startswith(SCORE.folder)]
    blame = Blame(FileStates(snapshot.repo, make_fact_reader(rows)), wanted)
    setters = blame.find_setters(snapshot.revision)
    return add_commits(found, {spot: describe_authorship(people, commit) for spot, commit in setters if commit})


def read_seat_past(snapshot: OrgSnapshot, seat: str) -> SeatPast:
    """The changes of a seat by commit, oldest first, as far as the history of this clone reaches."""
    repo = snapshot.repo
    if repo is None:
        return SeatPast(is_recorded=False)
    if snapshot.revision is None:
        return SeatPast()
    people = find_commit_actors(snapshot, repo)
    steps = SeatCommits(repo, seat, people, snapshot.find_seat_lines()).list_commits(snapshot.revision)
    for step in steps:
        snapshot.note_unread(step.commit, step.unread)
    shallow = read_shallow_commits(repo)
    begins = max((read_commit_time(repo, commit) for commit in shallow), default=None)
    # Most of what the first commits of a shallow clone contain was there before them.
    return SeatPast(tuple(one for one in events(seat, steps) if one.commit not in shallow), begins=begins)
