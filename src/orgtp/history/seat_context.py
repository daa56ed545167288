"""What of an open org is about one seat, beside what the org says: the problems of its files, and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from orgtp.files.load import by_order
from orgtp.history.locate import OrgSnapshot
from orgtp.model.errors import BadInput
from orgtp.model.escalation import silences_path
from orgtp.model.problem import Problem
from orgtp.model.seat import retirement_path, seat_path
from orgtp.views.seat_history import Event


def refuse_unreadable(here: OrgSnapshot, seat: str) -> None:
    """Raises `BadInput` where the seat's file is there and cannot be read, so that nobody can say what it is."""
    path = seat_path(seat)
    if seat not in here.loaded.org.seats and here.loaded.org.is_unreadable(path):
        raise BadInput(what=f"{path} cannot be read, so nobody knows what the seat is. See: orgtp validate")


def problems_of(here: OrgSnapshot, seat: str, now: datetime) -> list[Problem]:
    """What `validate` says of the seat's own files, as of `now`."""
    from orgtp import rules
    from orgtp.files.json_schema import schema_problems

    org, files, its = here.loaded.org, here.loaded.files, _own(here, seat)
    found = [one for one in (*here.loaded.problems, *rules.check_org(org, now)) if its(one.place.path)]
    told = {problem.place.path for problem in found}
    return by_order([*found, *schema_problems({p: raw for p, raw in files.items() if its(p) and p not in told})])


def _own(here: OrgSnapshot, seat: str) -> Callable[[str], bool]:
    """Whether a file is the seat's: its own, its record, its values, and what is open or silenced about it."""
    about = (one.path for one in here.loaded.org.escalations.values() if one.seat == seat)
    paths = {seat_path(seat), retirement_path(seat), silences_path(seat), *about}
    return lambda path: path in paths or path.startswith(f"scores/{seat}/")


def decisions_of(here: OrgSnapshot, seat: str) -> Iterator[Event] | None:
    """What was decided about the seat, newest first, read as it is asked for; None where there is no history."""
    from orgtp.git.ancestry import edge
    from orgtp.history.authors import People
    from orgtp.history.seat_commits import Lives
    from orgtp.views.seat_history import events

    if here.repo is None:
        return None
    if here.revision is None:
        return iter(())
    found = events(seat, Lives(here.repo, seat, People(here.repo, here.revision)).newest(here.revision))
    # What a commit at the edge of a shallow clone has was there before, most of it.
    cut = edge(here.repo)
    return (event for event in found if event.commit not in cut)
