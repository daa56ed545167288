"""Show a list of to-dos, and one to-do with its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from orgtp.model.records.todo import TodoEvent, TodoState
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import (
    Screen,
    align_columns,
    format_group_heading,
    format_labelled,
    indent_lines,
    measure_line,
    render_lines,
    safe_text,
    to_local_time,
    wrap_line,
)
from orgtp.views.todos import TodoView

_STYLES = {
    TodoState.OPEN: "",
    TodoState.WORKING: "",
    TodoState.WAITING: "yellow",
    TodoState.DONE: "green",
    TodoState.FAILED: "red",
    TodoState.DROPPED: "dim",
}


def todos_text(found: Sequence[TodoView], screen: Screen) -> str:
    """The to-dos of each owner below their name: state, day, what and id. The most urgent owner comes first."""
    return render_lines(list(_list_by_owner(found, screen)) or [join_spans("nothing to do")], screen)


def _list_by_owner(found: Sequence[TodoView], screen: Screen) -> Iterator[Line]:
    groups: dict[str, list[TodoView]] = {}
    for view in found:
        groups.setdefault(view.owner, []).append(view)
    for number, (seat, some) in enumerate(groups.items()):
        if number:
            yield []
        yield format_group_heading(seat, some[0].owner_name, "to-do", [view.overdue for view in some])
        yield from indent_lines(todo_lines(some, Screen(screen.width - 2)))


def todo_lines(found: Sequence[TodoView], screen: Screen) -> list[Line]:
    """A line for each to-do: state, day, what, what its owner waits for, and id; several on a narrow screen."""
    rows = [_format_row(view) for view in found]
    lines = align_columns(rows, Screen())
    if any(measure_line(line) > screen.width for line in lines):
        return [line for row in rows for line in _format_narrow_row(row, screen)]
    return lines


def _format_row(view: TodoView) -> list[Line]:
    asked = f" (waits for: {view.note})" if view.state is TodoState.WAITING and view.note else ""
    return [
        format_todo_state(view),
        [(f"due {view.due}" if view.due and not view.state.is_closed else "", "dim")],
        safe_text(f"{view.what}{asked}"),
        safe_text(view.id, "dim"),
    ]


def _format_narrow_row(row: Sequence[Line], screen: Screen) -> Iterator[Line]:
    state, due, what, id_ = row
    yield from wrap_line(join_spans(state, "  ", due), screen.width)
    for text in (what, id_):
        yield from (join_spans("  ", line) for line in wrap_line(text, screen.width - 2))


def format_todo_state(view: TodoView) -> Line:
    """The state in its colour; `overdue` goes first, because it needs somebody."""
    if view.overdue:
        rest = "" if view.state is TodoState.OPEN else f", {view.state}"
        return [(f"overdue{rest}", "bold red")]
    return [(view.state.value, _STYLES[view.state])]


def todo_text(view: TodoView, zone: tzinfo, screen: Screen) -> str:
    """One to-do and its history."""
    facts = {
        "id": view.id,
        "owner": f"{view.owner} ({view.owner_name})" if view.owner_name not in {None, view.owner} else view.owner,
        "due": str(view.due or ""),
        "from": view.from_ or "",
        "added": f"{_format_time(view.added_at, zone)}{f' by {view.added_by}' if view.added_by else ''}",
        "closed": _format_time(view.closed_at, zone),
    }
    events = align_columns([_format_event(event, zone) for event in view.events], Screen(screen.width - 2), give=2)
    lines = [
        *wrap_line(join_spans(safe_text(view.what, "bold"), "  (", format_todo_state(view), ")"), screen.width),
        [],
        *format_labelled(facts, screen),
        [],
        [("what happened", "dim")],
        *indent_lines(events),
    ]
    return render_lines(lines, screen)


def _format_event(event: TodoEvent, zone: tzinfo) -> list[Line]:
    what = join_spans(
        event.action.value,
        f", {event.state}" if event.state else "",
        join_spans(" to ", safe_text(event.to)) if event.to else [],
        f", due {event.due}" if event.due else "",
        join_spans(" by ", safe_text(event.by)) if event.by else [],
    )
    return [[(_format_time(event.at, zone), "dim")], what, safe_text(event.note)]


def _format_time(time: datetime | None, zone: tzinfo) -> str:
    return to_local_time(time, zone).isoformat(" ", "minutes")[:16] if time else ""
