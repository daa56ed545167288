"""To-dos that were overdue at two reviews: the next tick opens an escalation, and resolves it when that has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.escalation import Escalation
from orgtp.model.org import Org
from orgtp.model.records.review import list_weeks_overdue
from orgtp.model.records.todo import Todo
from orgtp.model.text import one_line

# At how many reviews a to-do has to be overdue before it is escalated.
REVIEWS = 2


@dataclass(frozen=True, slots=True)
class OverdueTodo:
    """A to-do to escalate: the to-do, what the escalation says, and the weeks of the reviews."""

    todo: Todo
    what: str
    why: str


def describe_overdue_todo(one: Todo) -> str:
    """What the escalation of an overdue to-do says. It names the to-do, so that the escalation can be found again."""
    return one_line(f"To-do overdue at two reviews: {one.what} ({one.id})")


def find_overdue_todos(org: Org, now: datetime) -> list[OverdueTodo]:
    """Find the to-dos that are overdue now and were so at two reviews, ordered by id.

    When such an escalation is resolved, the count of reviews starts again. A to-do of a seat that the org does not
    have, or that is retired, is left out.
    """
    found = []
    for _, one in sorted(org.todos.items()):
        seat = org.seats.get(one.owner)
        if seat is None or seat.is_retired or not one.is_overdue(org.day_of(now)):
            continue
        since = _last_resolved_at(org, one)
        weeks = [
            week
            for week, ended in list_weeks_overdue(org.reviews, one, now, org.zone)
            if since is None or ended > since
        ]
        if len(weeks) >= REVIEWS:
            why = f"It was due on {one.due}, and open at the reviews of {weeks[-2]} and {weeks[-1]}."
            found.append(OverdueTodo(one, describe_overdue_todo(one), why))
    return found


def _last_resolved_at(org: Org, one: Todo) -> datetime | None:
    """When the last escalation of this to-do was resolved; None if there was none, or it is still open."""
    found = [other for other in org.escalations.values() if other.what == describe_overdue_todo(one)]
    times = [event.at for other in found if other.is_resolved for event in other.events[-1:] if event.at]
    return max(times, default=None)


def find_settled_escalations(org: Org, now: datetime) -> Iterator[tuple[Escalation, str]]:
    """Yield each open escalation of a to-do that is no longer overdue, and what became of the to-do."""
    by_text = {describe_overdue_todo(one): one for one in org.todos.values()}
    for _, escalation in sorted(org.escalations.items()):
        one = by_text.get(escalation.what)
        if one is None or escalation.is_resolved or one.is_overdue(org.day_of(now)):
            continue
        yield escalation, f"the to-do is {one.state}" if one.is_closed else f"the to-do is due on {one.due} now"
