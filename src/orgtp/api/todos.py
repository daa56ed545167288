"""Read and change the to-dos of an org.

import orgtp
todos = orgtp.open("sneeze-it").todos
todos.list(), todos.add("Ask for a new token", "bogdan", date(2026, 12, 4)), todos.close("2026-11-30-ask-…", "done")
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from orgtp.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from orgtp.api.ledger import LedgerActions
    from orgtp.history.locate import OrgSnapshot
    from orgtp.ledger.batch import RecordedChange
    from orgtp.model.change import Change
    from orgtp.model.org import Org
    from orgtp.model.records.todo import TodoAction, TodoState
    from orgtp.views.selection import Selection
    from orgtp.views.todos import TodoView


@dataclass(frozen=True)
class Todos:
    """The to-dos of one org."""

    snapshot: OrgSnapshot
    ledger: LedgerActions

    def list_todos(
        self,
        selection: Selection | None = None,
        *,
        as_seat: str = "",
        states: Collection[TodoState] = (),
        closed: bool = False,
    ) -> list[TodoView]:
        """The open to-dos; see `orgtp.views.todos.list_todos`. Raises `UnknownSeat`."""
        from orgtp.views.selection import EVERYTHING
        from orgtp.views.todos import list_todos

        org, now = self.snapshot.staff.org, self.snapshot.now
        return list_todos(org, now, selection or EVERYTHING, as_seat=as_seat, states=states, closed=closed)

    def show(self, id_: str) -> TodoView:
        """One to-do. Raises `UnknownTodo`."""
        from orgtp.views.todos import view_todo

        org = self.snapshot.staff.org
        return view_todo(org, self.snapshot.now, org.todo(id_))

    def add(
        self, what: str, owner: str, due: date, *, from_: str = "", by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Add a to-do; see `orgtp.actions.todo.add_todo`."""
        from orgtp.actions.todo import NewTodo, add_todo

        new = NewTodo(what, owner, due, from_)
        return self._record(by, lambda org, now, acting: add_todo(org, now, new, acting), dry_run=dry_run)

    def start(self, id_: str, note: str = "", *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Say that a to-do is being worked on. Raises `UnknownTodo`, `Refused`."""
        from orgtp.actions.todo import start_todo

        return self._record(by, lambda org, now, acting: start_todo(org, now, id_, note, acting), dry_run=dry_run)

    def ask(self, id_: str, note: str, *, by: str = "", dry_run: bool = False) -> RecordedChange:
        """Say what the owner waits for. Raises `UnknownTodo`, `BadInput`, `Refused`."""
        from orgtp.actions.todo import ask_about_todo

        return self._record(by, lambda org, now, acting: ask_about_todo(org, now, id_, note, acting), dry_run=dry_run)

    def close(
        self, id_: str, action: TodoAction, note: str = "", *, by: str = "", dry_run: bool = False
    ) -> RecordedChange:
        """Close a to-do as done, failed or dropped. Raises `UnknownTodo`, `BadInput`, `Refused`."""
        from orgtp.actions.todo import close_todo

        return self._record(
            by, lambda org, now, acting: close_todo(org, now, id_, action, note, acting), dry_run=dry_run
        )

    def move(
        self,
        id_: str,
        to: str = "",
        due: date | None = None,
        note: str = "",
        *,
        by: str = "",
        dry_run: bool = False,
    ) -> RecordedChange:
        """Give a to-do another owner, another day, or both. Raises `UnknownTodo`, `BadInput`, `Refused`."""
        from orgtp.actions.todo import move_todo

        return self._record(
            by, lambda org, now, acting: move_todo(org, now, id_, to, due, note, acting), dry_run=dry_run
        )

    def _record(self, by: str, act: Callable[[Org, datetime, str], Change], *, dry_run: bool) -> RecordedChange:
        acting = self.ledger.find_acting_seat(by)
        return self.ledger.record(lambda org: act(org, self.snapshot.now, acting), dry_run=dry_run)
