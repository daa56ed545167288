"""To-dos: what a seat does by a date, with the events that say what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import date, datetime
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import YamlData
from orgtp.model.problem import Marks
from orgtp.model.records.chart import SeatChart, select_current
from orgtp.model.records.table import BY_SEAT, Column, ColumnType, RecordTable, Table, TableRow
from orgtp.model.score import format_timestamp

TODOS_FOLDER = "todos/"
TODO_ID = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])-[a-z0-9][a-z0-9-]{0,149}")


class TodoState(StrEnum):
    """The state of a to-do. docs/todos.md maps these to the states of a task in the A2A protocol."""

    OPEN = "open"
    WORKING = "working"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self in _CLOSED


_CLOSED = (TodoState.DONE, TodoState.FAILED, TodoState.DROPPED)


class TodoAction(StrEnum):
    """What an event did. `undone`: an undo took back what came before, and the event says what is true since."""

    ADDED = "added"
    STARTED = "started"
    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"
    MOVED = "moved"
    UNDONE = "undone"


# The state after each action; the others leave it as it is, or say it themselves.
_STATE_AFTER = {
    TodoAction.ADDED: TodoState.OPEN,
    TodoAction.STARTED: TodoState.WORKING,
    TodoAction.ASKED: TodoState.WAITING,
    TodoAction.DONE: TodoState.DONE,
    TodoAction.FAILED: TodoState.FAILED,
    TodoAction.DROPPED: TodoState.DROPPED,
}


@dataclass(frozen=True, slots=True)
class TodoEvent:
    """An event: when (None if the file has no valid time), by which seat, what, and a note.

    `to` is the owner since, and `due` the date since, if the event sets them. Only an undo sets `state`.
    """

    at: datetime | None
    action: TodoAction
    by: str = ""
    to: str = ""
    due: date | None = None
    state: TodoState | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """One to-do. `id` is its file's name, `owner` the seat that does it, and `from_` what it comes from.

    `from_` is free text, or names a record: `review 2026-W48`, `escalation 2026-11-20-dash-ad-account`. `due` is None
    if the file has no valid date. `declared` is the id in the file.
    """

    id: str
    what: str
    owner: str
    due: date | None = None
    from_: str = ""
    state: TodoState = TodoState.OPEN
    events: tuple[TodoEvent, ...] = ()
    declared: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def path(self) -> str:
        """Its file."""
        return todo_path(self.id)

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do: it is done, failed or dropped."""
        return self.state.is_closed

    @property
    def added_at(self) -> datetime | None:
        """When it was added; None if no event says it."""
        return next((event.at for event in self.events), None)

    @property
    def asked(self) -> tuple[str, date | None]:
        """Whom the first event asks, and for which day."""
        return next(((event.to, event.due) for event in self.events), ("", None))

    @property
    def added_by(self) -> str:
        """The seat that added it; "" if it is not known."""
        return next((event.by for event in self.events), "")

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; None while it is open. A merge may put other events behind the one that closed it."""
        if not self.is_closed:
            return None
        closed = None
        for event, state in zip(self.events, self._list_states(), strict=True):
            closed = (closed or event) if state.is_closed else None
        last = closed or next(reversed(self.events), None)
        return last.at if last else None

    def as_of(self, at: datetime) -> Todo | None:
        """The to-do as it was at a time, by its events up to then; None before it was added."""
        events = tuple(event for event in self.events if event.at and event.at <= at)
        if not events:
            return None
        state, owner, due = replace(self, events=events).replayed
        return replace(self, events=events, state=state, owner=owner or self.owner, due=due or self.due)

    def is_overdue(self, today: date) -> bool:
        """Whether its day is over on `today`, a day in the org's timezone, and something is left to do."""
        return not self.is_closed and self.due is not None and self.due < today

    @property
    def replayed(self) -> tuple[TodoState, str, date | None]:
        """The state, the owner and the date according to the events; the last two are empty if no event sets them.

        What closes a to-do is final: only an undo opens it again. So it stays closed where a merge puts another event
        behind.
        """
        state, owner, due = TodoState.OPEN, "", None
        for event, after in zip(self.events, self._list_states(), strict=True):
            state, owner, due = after, event.to or owner, event.due or due
        return state, owner, due

    def _list_states(self) -> Iterator[TodoState]:
        """The state after each event."""
        state = TodoState.OPEN
        for event in self.events:
            if event.state is not None:
                state = event.state
            elif not state.is_closed:
                state = _STATE_AFTER.get(event.action, state)
            yield state

    def may_become(self, later: Todo) -> bool:
        """Whether `later` is a valid later version: the same to-do, with all events still there, in order.

        The owner, the date and the state change only with a new event. A merge may insert events between others.
        """
        same = all(
            getattr(self, name) == getattr(later, name) for name in ("id", "what", "from_") if getattr(self, name)
        )
        facts = [(one.owner, one.due, one.state) for one in (self, later)]
        rest = iter(later.events)
        moved = len(later.events) > len(self.events) or facts[0] == facts[1]
        return same and moved and all(event in rest for event in self.events)


def todo_path(id_: str) -> str:
    """The path of a to-do's file."""
    return f"{TODOS_FOLDER}{id_}.yaml"


def todo_data(one: Todo) -> dict[str, YamlData]:
    """The content of a to-do's file, without the user's own keys. Empty fields are left out."""
    fields: dict[str, YamlData] = {
        "todo": one.id,
        "what": one.what,
        "owner": one.owner,
        "due": f"{one.due}" if one.due else "",
        "from": one.from_,
        "state": str(one.state),
    }
    present: dict[str, YamlData] = {key: value for key, value in fields.items() if value}
    return {**present, "events": [_event_data(event) for event in one.events]}


def _event_data(event: TodoEvent) -> dict[str, YamlData]:
    fields = {"at": format_timestamp(event.at) if event.at else "", "by": event.by, "action": str(event.action)}
    fields |= {"to": event.to, "due": f"{event.due}" if event.due else "", "state": str(event.state or "")}
    return {key: text for key, text in (fields | {"note": event.note}).items() if text}


def list_todo_editors(org: SeatChart, one: Todo) -> list[str]:
    """The seats that may change a to-do: its owner, everyone above, and the one who added it; not a retired seat."""
    accountable = org.seats[one.owner].owner if one.owner in org.seats else ""
    return select_current(org, [one.owner, accountable, *org.leaders_above(one.owner), one.added_by])


def merge_todos(old: Todo | None, mine: Todo, other: Todo) -> Todo | None:
    """Merge two later versions of a to-do by their events, sorted by time. None if they are different to-dos.

    `old` is None if both sides added it on the same day. It is one to-do if both mean the same seat and the same day,
    and it goes on from the one that was added first.
    """
    if old is None:
        if (mine.what, mine.from_, *mine.asked) != (other.what, other.from_, *other.asked):
            return None
    elif not (old.may_become(mine) and old.may_become(other)):
        return None
    more = [event for event in other.events if event not in mine.events]
    events = tuple(sorted([*mine.events, *more], key=lambda event: (event.at is None, event.at)))
    state, owner, due = replace(mine, events=events).replayed
    return replace(mine, events=events, state=state, owner=owner or mine.owner, due=due or mine.due)


def _list_table_rows(id_: str, one: Todo, today: date) -> Iterator[TableRow]:
    yield (
        id_,
        one.owner,
        one.what,
        one.state.value,
        one.due,
        one.is_overdue(today),
        one.from_ or None,
        one.added_at,
        one.added_by or None,
        one.closed_at,
        next((event.note for event in reversed(one.events) if event.note), None),
    )


_TODOS = Table(
    "todos",
    "Every to-do, closed ones included.",
    ("id",),
    (
        Column("id", "The id."),
        Column("seat", "The seat that owns it."),
        Column("what", "What is to be done."),
        Column("state", "`open`, `working`, `waiting`, `done`, `failed` or `dropped`."),
        Column("due", "The day by whose end it should be done.", ColumnType.DATE),
        Column("overdue", "Whether that day is over, and it is not closed.", ColumnType.FLAG),
        Column("comes_from", "What it comes from, such as `review 2026-W48`."),
        Column("added_at", "When it was added.", ColumnType.TIME),
        Column("added_by", "The seat that added it."),
        Column("closed_at", "When it was done, failed or dropped.", ColumnType.TIME),
        Column("note", "The note of its newest event that has one."),
    ),
    BY_SEAT,
)
TODO_TABLES = (RecordTable(_TODOS, _list_table_rows),)
