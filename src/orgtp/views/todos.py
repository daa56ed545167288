"""To-dos: who does what by when, and what is overdue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from orgtp.model.org import Org
from orgtp.model.records.todo import Todo, TodoEvent, TodoState
from orgtp.views.chart import ChartOptions, list_chart_seats
from orgtp.views.selection import EVERYTHING, Selection, SortOrder, select_places


@dataclass(frozen=True, slots=True)
class TodoView:
    """A to-do at one time. `overdue` is computed, and in no file: its day is over in the org's timezone.

    `note` is that of the newest event, such as what the owner waits for.
    """

    id: str
    what: str
    owner: str
    owner_name: str | None
    due: date | None
    overdue: bool
    from_: str | None
    state: TodoState
    added_at: datetime | None
    added_by: str | None
    closed_at: datetime | None
    note: str | None
    events: tuple[TodoEvent, ...]


def list_todos(
    org: Org,
    now: datetime,
    selection: Selection = EVERYTHING,
    *,
    as_seat: str = "",
    states: Collection[TodoState] = (),
    closed: bool = False,
) -> list[TodoView]:
    """The open to-dos, and with `closed` all, of the selected seats. `states` selects by state instead.

    With `as_seat`, only what that seat has to act on: what it owns, and what it added whose owner waits for something.
    Overdue ones come first, then by day; closed ones last, the newest first. If the selection has an order, it is that
    of their seats. Raises `UnknownSeat`.
    """
    if as_seat:
        org.seat(as_seat)
    chosen = {seat: number for number, seat in enumerate(_choose_seats(org, now, selection))}
    found = [
        view_todo(org, now, one)
        for one in org.todos.values()
        if (one.state in states if states else closed or not one.is_closed)
        and (one.owner in chosen or not selection.text)
        and (not as_seat or _concerns(one, as_seat))
    ]
    open_ = sorted((view for view in found if not view.state.is_closed), key=_get_order)
    over = sorted((view for view in found if view.state.is_closed), key=lambda view: view.id)
    found = [*open_, *sorted(over, key=_get_closed_at, reverse=True)]
    return found if selection.sort is None else sorted(found, key=lambda view: chosen.get(view.owner, len(chosen)))


def _choose_seats(org: Org, now: datetime, selection: Selection) -> list[str]:
    """The seats of a selection in its order; with states, those that have a metric in one of them."""
    if selection.states or selection.sort:
        options = ChartOptions(selection, retired=True)
        return [one.seat for one in list_chart_seats(org, now, options, SortOrder.CHART).seats]
    return [place.seat.id for place in select_places(org, selection, retired=True)]


def _concerns(one: Todo, seat: str) -> bool:
    return one.owner == seat or (one.added_by == seat and one.state is TodoState.WAITING)


def view_todo(org: Org, now: datetime, one: Todo) -> TodoView:
    """A to-do as of `now`."""
    return TodoView(
        id=one.id,
        what=one.what,
        owner=one.owner,
        owner_name=org.name_at(one.owner, now) if one.owner in org.seats else None,
        due=one.due,
        overdue=one.is_overdue(org.day_of(now)),
        from_=one.from_ or None,
        state=one.state,
        added_at=one.added_at,
        added_by=one.added_by or None,
        closed_at=one.closed_at,
        note=one.events[-1].note or None if one.events else None,
        events=one.events,
    )


def _get_order(view: TodoView) -> tuple[bool, date, str]:
    return not view.overdue, view.due or date.max, view.id


def _get_closed_at(view: TodoView) -> str:
    return view.closed_at.isoformat() if view.closed_at else ""
