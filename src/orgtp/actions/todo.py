"""To-dos: add one, say what becomes of it, and pass it on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime

from orgtp.actions.acting_seat import require_acting_seat
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, CreateFile, Edit, SetKey
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import slugify_text
from orgtp.model.escalation_policy import find_responsible_seat, is_active_seat
from orgtp.model.org import Org
from orgtp.model.records.todo import Todo, TodoAction, TodoEvent, TodoState, list_todo_editors, todo_data, todo_path
from orgtp.model.text import join_with_and, one_line

_MAX_TEXT = 2000
# What a line of a commit says about each action.
_ACTION_TEXTS = {
    TodoAction.ADDED: "add {id} for {to}, due {due}",
    TodoAction.STARTED: "{id} started",
    TodoAction.ASKED: "{id} waits",
    TodoAction.DONE: "{id} done",
    TodoAction.FAILED: "{id} failed",
    TodoAction.DROPPED: "{id} dropped",
    TodoAction.MOVED: "{id} moved{to_owner}{to_day}",
    TodoAction.UNDONE: "{id} back to {state}{to_owner}{to_day}",
}
# What to type where the reason is missing. What is done needs none.
_HOW_TO_SAY_WHY = {
    TodoAction.FAILED: "orgtp todo fail {id} --note TEXT",
    TodoAction.DROPPED: "orgtp todo drop {id} --note TEXT",
}


@dataclass(frozen=True, slots=True)
class NewTodo:
    """A to-do to add: what is to be done, by which seat, by the end of which day, and what it comes from."""

    what: str
    owner: str
    due: date
    from_: str = ""


class TodoEdits:
    """Collects what the seat `by` does at `now` with the to-dos of `org`. A review puts the edits into its own commit.

    Raises `UnknownActor` if `by` is "" and has to be known.
    """

    def __init__(self, org: Org, now: datetime, by: str) -> None:
        require_acting_seat(org, by)
        self.org, self.now, self.by = org, now.replace(microsecond=0), by
        self.todos = dict(org.todos)
        self.lines: list[str] = []
        self._seats: set[str] = set()

    def add(self, new: NewTodo) -> Todo:
        """Add a to-do, and return it. If the same one is open, that one is returned.

        Raises `UnknownSeat`, `BadInput` for the text and the date, and `Refused` for a seat that cannot have one.
        """
        what, from_ = one_line(new.what), one_line(new.from_)
        if not what:
            raise BadInput(what="say what is to be done: orgtp todo add WHAT --owner SEAT --due DATE")
        _refuse_long_text(what, from_)
        self.check_owner(new.owner)
        self.check_day(new.due)
        same = (one for one in self.todos.values() if not one.is_closed and (one.what, one.owner) == (what, new.owner))
        if known := next((one for one in same if (one.due, one.from_) == (new.due, from_)), None):
            return known
        id_ = self._choose_id(slugify_text(what))
        one = Todo(id_, what, new.owner, new.due, from_, declared=id_)
        return self.append_event(one, TodoAction.ADDED, to=new.owner, due=new.due)

    def append_event(
        self,
        one: Todo,
        action: TodoAction,
        *,
        to: str = "",
        due: date | None = None,
        state: TodoState | None = None,
        note: str = "",
    ) -> Todo:
        """Add an event to a to-do, and return the to-do as it is then."""
        _refuse_long_text(note)
        event = TodoEvent(self._event_time(one), action, self.by, to, due, state, one_line(note))
        after = replace(one, events=(*one.events, event))
        now_state, owner, day = after.replayed
        after = replace(after, state=now_state, owner=owner or one.owner, due=day or one.due)
        self.todos[one.id] = after
        self._seats |= {one.owner, after.owner}
        line = _ACTION_TEXTS[action].format(
            id=one.id,
            to=to,
            due=due,
            state=state,
            to_owner=f" to {to}" if to else "",
            to_day=f", due {due}" if due else "",
        )
        self.lines.append(f"{line}: {event.note}" if event.note else line)
        return after

    def list_edits(self) -> tuple[Edit, ...]:
        """Return the edits of all files that changed."""
        return tuple(self._list_edits())

    def list_seats(self) -> tuple[str, ...]:
        """Return the seats whose to-dos changed, sorted."""
        return tuple(sorted(self._seats))

    def to_change(self, nothing: str = "") -> Change:
        """Return all edits as one change. `nothing` is its text if there are none, and says why."""
        what = self.lines[0] if len(self.lines) == 1 else f"{len(self.lines)} to-dos" if self.lines else nothing
        body = "\n".join(self.lines) if len(self.lines) > 1 else ""
        return Change("todo", what, self.list_seats(), self.list_edits(), by=self.by, body=body)

    def _list_edits(self) -> Iterator[Edit]:
        for id_, one in self.todos.items():
            before = self.org.todos.get(id_)
            if before is None:
                yield CreateFile(one.path, todo_data(one))
            elif before != one:
                old, new = todo_data(before), todo_data(one)
                yield from (SetKey(one.path, (key,), value) for key, value in new.items() if old.get(key) != value)

    def _event_time(self, one: Todo) -> datetime:
        """Return the time of a new event. If the clock is behind, it is that of the newest event so far."""
        return max(self.now, *(event.at for event in one.events if event.at), self.now)

    def _choose_id(self, name: str) -> str:
        """Return the first id of the day and name that is free; a number is added to later ones."""
        base = f"{self.org.day_of(self.now)}-{name}"
        names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(self.todos) + 2))
        return next(id_ for id_ in names if id_ not in self.todos and not self.org.is_unreadable(todo_path(id_)))

    def check_owner(self, owner: str) -> None:
        """Raise `UnknownSeat`, or `Refused` for a seat that cannot have a to-do."""
        seat = self.org.seat(owner)
        if seat.is_retired:
            raise Refused(why=f"{owner} is retired, so it does nothing any more. Name another seat.")
        if seat.is_group:
            raise Refused(why=f"{owner} is a group, and a group does nothing itself. Name one of its seats.")

    def check_day(self, due: date) -> None:
        """Raise `BadInput` for a day that is over."""
        today = self.org.day_of(self.now)
        if due < today:
            raise BadInput(what=f"--due {due} is over: today is {today}. Name that day or a later one.")


def add_todo(org: Org, now: datetime, new: NewTodo, by: str = "") -> Change:
    """Add a to-do. The same one that is open is not added again. Raises what `TodoEdits.add` raises."""
    edits = TodoEdits(org, now, by)
    one = edits.add(new)
    change = edits.to_change(f"{one.id} is already open")
    seat = org.seats[new.owner]
    doubt = f"{seat.id} is {seat.status}, so nobody may be there to do it."
    return replace(change, doubts=() if is_active_seat(org, seat.id) else (doubt,))


def start_todo(org: Org, now: datetime, id_: str, note: str = "", by: str = "") -> Change:
    """Say that a to-do is being worked on. Raises `UnknownTodo`, and `Refused` if it is closed or `by` may not."""
    edits, one = _open_for_change(org, now, id_, by)
    if one.state is TodoState.WORKING and not one_line(note):
        return edits.to_change(f"{one.id} is already being worked on")
    edits.append_event(one, TodoAction.STARTED, note=note)
    return edits.to_change()


def ask_about_todo(org: Org, now: datetime, id_: str, note: str, by: str = "") -> Change:
    """Say that the owner waits for something: `note` says for what. Raises as `start_todo`, and `BadInput`."""
    edits, one = _open_for_change(org, now, id_, by)
    if not one_line(note):
        raise BadInput(what=f"say what you need to go on: orgtp todo ask {one.id} --note TEXT")
    edits.append_event(one, TodoAction.ASKED, note=note)
    return edits.to_change()


def close_todo(org: Org, now: datetime, id_: str, action: TodoAction, note: str = "", by: str = "") -> Change:
    """Close a to-do: done, failed or dropped. The last two need a reason. Raises as `start_todo`, and `BadInput`."""
    edits, one = _open_for_change(org, now, id_, by)
    if action in _HOW_TO_SAY_WHY and not one_line(note):
        raise BadInput(what=f"say why: {_HOW_TO_SAY_WHY[action].format(id=one.id)}")
    edits.append_event(one, action, note=note)
    return edits.to_change()


def move_todo(
    org: Org, now: datetime, id_: str, to: str = "", due: date | None = None, note: str = "", by: str = ""
) -> Change:
    """Give a to-do another owner, another day, or both. Raises as `start_todo` and `TodoEdits.add`."""
    edits, one = _open_for_change(org, now, id_, by)
    if not to and due is None:
        raise BadInput(what=f"say where to: orgtp todo move {one.id} --to SEAT, or --due DATE")
    if to:
        edits.check_owner(to)
    if due:
        edits.check_day(due)
    to, due = "" if to == one.owner else to, None if due == one.due else due
    if not to and not due:
        return edits.to_change(f"{one.id} is already there")
    edits.append_event(one, TodoAction.MOVED, to=to, due=due, note=note)
    return edits.to_change()


def hand_over_todos(org: Org, now: datetime, seats: Collection[str], by: str, why: str, heir: str = "") -> Change:
    """Give the open to-dos of the seats to `heir`, or else to whoever is responsible for each seat.

    `why` is the note of each, with `{seat}` for the seat. Without such a to-do, nobody has to be known to act. A to-do
    stays where nobody else is responsible for it.
    """
    concerned = [one for _, one in sorted(org.todos.items()) if not one.is_closed and one.owner in seats]
    if not concerned:
        return Change("todo", "", ())
    edits = TodoEdits(org, now, by)
    for one in concerned:
        to = heir if heir and is_active_seat(org, heir) else find_responsible_seat(org, one.owner)
        if to != one.owner and is_active_seat(org, to):
            edits.append_event(one, TodoAction.MOVED, to=to, note=why.format(seat=one.owner))
    return edits.to_change()


def _open_for_change(org: Org, now: datetime, id_: str, by: str) -> tuple[TodoEdits, Todo]:
    """Return an open to-do that `by` may change. Raises `UnknownTodo`, `UnknownSeat` and `Refused`."""
    one = org.todo(id_)
    if one.is_closed:
        again = f"orgtp todo add '{one.what}' --owner {one.owner} --due DATE"
        raise Refused(
            why=f"{one.id} is already {one.state}. Its events: orgtp todo show {one.id}. To do it again: {again}"
        )
    allowed = list_todo_editors(org, one)
    if by and org.seat(by).id not in allowed:
        names = join_with_and(seat for seat in allowed if is_active_seat(org, seat))
        raise Refused(why=f"{by} may not change {one.id}, which {one.owner} owns. Allowed: {names or 'nobody'}.")
    return TodoEdits(org, now, by), one


def _refuse_long_text(*texts: str) -> None:
    for text in texts:
        if len(text) > _MAX_TEXT:
            raise BadInput(what=f"the text has {len(text)} characters. Shorten it to {_MAX_TEXT}.")
