"""The page of the to-dos: what is open, by whom it waits on, and what became of the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgtp.model.records.todo import list_todo_editors, todo_path
from orgtp.views.todos import TodoView
from orgtp.web.pages.page import Page, PageRequest
from orgtp.web.pages.waiting import find_commits_by_path, find_kept_fields, group_by_seat
from orgtp.web.seat_names import find_seat_name

if TYPE_CHECKING:
    from orgtp.api import OrgHandle

_FROM = re.compile(r"(review|escalation) (\S+)")


@dataclass(frozen=True, slots=True)
class TodoItem:
    """A to-do as the page shows it: the page and anchor of what it comes from, and the commits, the oldest first."""

    view: TodoView
    from_path: str
    from_anchor: str
    commits: tuple[str, ...]


def build_todos_page(request: PageRequest) -> Page:
    """The open to-dos by owner, and the closed ones."""
    org = request.org
    items = [_make_item(org, view) for view in org.todos.list_todos(closed=True)]
    open_ = [item for item in items if not item.view.state.is_closed]
    content = {
        "groups": group_by_seat(org.org, open_, lambda item: item.view.owner, lambda item: item.view.overdue),
        "open_count": len(open_),
        "overdue": sum(item.view.overdue for item in open_),
        "closed": [item for item in items if item.view.state.is_closed],
        "names": {id_: find_seat_name(org.org, id_) for id_ in org.org.seats},
        "people": [find_seat_name(org.org, seat.id) for seat in org.org.seats.values() if seat.is_active],
        "may_change": {item.view.id for item in open_ if _may_change(request, item.view.id)},
        "kept": find_kept_fields(request.sent),
        "zone": org.head.zone,
    }
    return Page("todos", "To-dos", content)


def _may_change(request: PageRequest, id_: str) -> bool:
    """Whether the reader may say what became of a to-do: as its owner, if the reader holds that seat."""
    one, reader = request.org.org.todo(id_), request.reader
    acting = one.owner if one.owner in reader.seats else reader.seat
    return reader.may_write and acting in list_todo_editors(request.org.org, one)


def _make_item(org: OrgHandle, view: TodoView) -> TodoItem:
    path, anchor = _find_origin(org, view.from_ or "")
    return TodoItem(view, path, anchor, find_commits_by_path(org, todo_path(view.id)))


def _find_origin(org: OrgHandle, text: str) -> tuple[str, str]:
    """The page and the anchor of the record that a to-do comes from; empty for free text."""
    match = _FROM.fullmatch(text)
    if match and match[1] == "review" and match[2] in org.org.reviews:
        return f"review/{match[2]}.html", ""
    if match and match[1] == "escalation" and match[2] in org.org.escalations:
        return "escalations.html", match[2]
    return "", ""
