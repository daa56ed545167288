"""The page of the escalations: what is open, by whom it waits on, and what happens next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from orgtp.model.escalation import EscalationStatus, EventType, escalation_path
from orgtp.model.escalation_policy import list_allowed_acknowledgers
from orgtp.model.records.escalation_merge import list_allowed_resolvers
from orgtp.views.escalations import EscalationView
from orgtp.web.pages.page import Page, PageRequest
from orgtp.web.pages.waiting import Waiting, find_commits_by_path, find_kept_fields, group_by_seat
from orgtp.web.seat_names import SeatName, find_seat_name

if TYPE_CHECKING:
    from orgtp.model.org import Org


@dataclass(frozen=True, slots=True)
class AssignmentStep:
    """A seat that an escalation is or was assigned to, since when, and how; `is_next` if it is not yet."""

    seat: SeatName
    since: datetime | None
    how: str
    is_current: bool = False
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class EscalationItem:
    """An escalation as the page shows it: its way up the chart, and the commits that touched it, the oldest first."""

    view: EscalationView
    steps: tuple[AssignmentStep, ...]
    commits: tuple[str, ...]

    @property
    def is_resolved(self) -> bool:
        """Whether it is resolved."""
        return self.view.state is EscalationStatus.RESOLVED

    @property
    def what(self) -> str:
        """What is wrong, with the name of the metric where the record has its id."""
        about, _, rest = self.view.what.partition(" ")
        return (
            f"{self.view.metric_name} {rest}" if self.view.metric_name and about == self.view.metric else self.view.what
        )


def build_escalations_page(request: PageRequest) -> Page:
    """The open escalations by assignee, the silenced metrics, and the resolved escalations."""
    org = request.org
    found = org.escalations.list_open(settled=True)
    items = [_make_item(org.org, view, find_commits_by_path(org, escalation_path(view.id))) for view in found]
    open_ = [item for item in items if not item.is_resolved]
    seat, may_write = request.reader.seat, request.reader.may_write
    records = [org.org.escalations[item.view.id] for item in open_]
    content = {
        "groups": _group(org.org, open_),
        "open_count": len(open_),
        "overdue": sum(item.view.overdue for item in open_),
        "resolved": [item for item in items if item.is_resolved],
        "silences": org.escalations.list_silences(),
        "names": {id_: find_seat_name(org.org, id_) for id_ in org.org.seats},
        "may_ack": {one.id for one in records if may_write and seat in list_allowed_acknowledgers(org.org, one)},
        "may_resolve": {one.id for one in records if may_write and seat in list_allowed_resolvers(org.org, one)},
        "kept": find_kept_fields(request.sent),
        "zone": org.head.zone,
        "today": org.org.day_of(org.now),
    }
    return Page("escalations", "Escalations", content)


def _group(org: Org, items: Iterable[EscalationItem]) -> Sequence[Waiting[EscalationItem]]:
    return group_by_seat(org, items, lambda item: item.view.with_, lambda item: item.view.overdue)


def _make_item(org: Org, view: EscalationView, commits: tuple[str, ...]) -> EscalationItem:
    """The steps are the assignments in the events; the next one is what the policy says."""
    given = [event for event in view.events if event.to]
    last = len(given) - 1
    is_open = view.state is not EscalationStatus.RESOLVED
    steps = [
        AssignmentStep(
            find_seat_name(org, event.to), event.at, _HOW.get(event.what, event.what.value), number == last and is_open
        )
        for number, event in enumerate(given)
    ]
    if view.next and is_open:
        steps.append(AssignmentStep(find_seat_name(org, view.next), view.due, "next", is_next=True))
    return EscalationItem(view, tuple(steps), commits)


_HOW = {EventType.OPENED: "opened", EventType.UP: "moved up", EventType.HANDED: "handed over"}
