"""`orgtp todo add|list|show|start|ask|done|fail|drop|move`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import (
    AtOption,
    ChangeOptions,
    JsonOption,
    OrgOption,
    changing_command,
    selecting_command,
    viewing_command,
)
from orgtp.cli.session import finish_answer, open_chosen_org, report_change, write_json, write_stdout
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, RecordedChange, Selection, TodoState

TodoArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="The id of a to-do, or the beginning of it or of its words. See: orgtp todo list"
    ),
]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="A note on what happened.")]
WhyOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.")]


@changing_command
def add_todo(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What is to be done, in one sentence.")],
    owner: Annotated[str, typer.Option("--owner", metavar="SEAT", help="The seat that does it: a person or an agent.")],
    due: Annotated[str, typer.Option("--due", metavar="DATE", help="By the end of which day, for example 2026-12-04.")],
    from_: Annotated[
        str,
        typer.Option(
            "--from", metavar="TEXT", help="What it comes from, for example 'review 2026-W48' or 'escalation ID'."
        ),
    ] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Add a to-do: what a seat does by when. Adding the same one again changes nothing."""
    handle = open_chosen_org(change.org, push=change.push)
    day = _parse_day(due)
    done = handle.todos.add(what, owner, day, from_=from_, by=change.by, dry_run=change.dry_run)
    return _report("todo-add", handle, done, change)


@viewing_command
@selecting_command
def list_todos(
    as_: Annotated[
        str,
        typer.Option("--as", metavar="SEAT", help="What this seat has to act on: its own, and what waits for it."),
    ] = "",
    status: Annotated[
        list[str] | None,
        typer.Option(
            "--status",
            metavar="STATUS",
            help="Only to-dos that are open, working, waiting, done, failed or dropped. Can be repeated, or several "
            "with commas.",
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Include those that are done, failed or dropped.")] = False,
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """List what is to be done: overdue first, then by day."""
    handle = open_chosen_org(org, at)
    found = handle.todos.list_todos(selection, as_seat=as_, states=_parse_status(status or ()), closed=all_)
    if json:
        write_json("todos", handle, {"todos": found})
        return finish_answer(handle)
    from orgtp.render.terminal import detect_screen
    from orgtp.render.todos import todos_text

    write_stdout(todos_text(found, detect_screen()))
    return finish_answer(handle)


@viewing_command
def show_todo(id_: TodoArgument, org: OrgOption = None, at: AtOption = None, json: JsonOption = False) -> int:
    """Show one to-do with all its events."""
    handle = open_chosen_org(org, at)
    found = handle.todos.show(id_)
    if json:
        write_json("todo", handle, {"todo": found})
        return finish_answer(handle)
    from orgtp.render.terminal import detect_screen
    from orgtp.render.todos import todo_text

    write_stdout(todo_text(found, handle.head.zone, detect_screen()))
    return finish_answer(handle)


@changing_command
def start_todo(id_: TodoArgument, note: NoteOption = "", *, change: ChangeOptions) -> int:
    """Say that you work on a to-do."""
    handle = open_chosen_org(change.org, push=change.push)
    return _report("todo-start", handle, handle.todos.start(id_, note, by=change.by, dry_run=change.dry_run), change)


@changing_command
def ask_about_todo(
    id_: TodoArgument,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What you need to go on.")] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Ask for what you need to go on with a to-do. It waits until you start it again."""
    handle = open_chosen_org(change.org, push=change.push)
    return _report("todo-ask", handle, handle.todos.ask(id_, note, by=change.by, dry_run=change.dry_run), change)


@changing_command
def finish_todo(id_: TodoArgument, note: NoteOption = "", *, change: ChangeOptions) -> int:
    """Close a to-do as done."""
    return _close("done", id_, note, change)


@changing_command
def fail_todo(id_: TodoArgument, note: WhyOption = "", *, change: ChangeOptions) -> int:
    """Close a to-do as failed: somebody tried, and it did not work."""
    return _close("failed", id_, note, change)


@changing_command
def drop_todo(id_: TodoArgument, note: WhyOption = "", *, change: ChangeOptions) -> int:
    """Close a to-do as dropped: nobody will do it."""
    return _close("dropped", id_, note, change)


@changing_command
def move_todo(
    id_: TodoArgument,
    to: Annotated[str, typer.Option("--to", metavar="SEAT", help="The seat that does it from now on.")] = "",
    due: Annotated[str, typer.Option("--due", metavar="DATE", help="Another day, for example 2026-12-11.")] = "",
    note: NoteOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Give a to-do to another seat, or another day."""
    handle = open_chosen_org(change.org, push=change.push)
    day = _parse_day(due) if due else None
    done = handle.todos.move(id_, to, day, note, by=change.by, dry_run=change.dry_run)
    return _report("todo-move", handle, done, change)


def _close(action: str, id_: str, note: str, change: ChangeOptions) -> int:
    from orgtp.api import TodoAction

    handle = open_chosen_org(change.org, push=change.push)
    done = handle.todos.close(id_, TodoAction(action), note, by=change.by, dry_run=change.dry_run)
    return _report(f"todo-{action}", handle, done, change)


def _report(kind: str, handle: OrgHandle, done: RecordedChange, change: ChangeOptions) -> int:
    """Report a change, with the ids of the to-dos that it touched."""
    from orgtp.model.records.kinds import TODO

    return report_change(kind, handle, done, change, todos=TODO.list_keys(done.paths))


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(what=f'--due "{text}" is not a date. Write it as 2026-12-04.') from error


def _parse_status(given: list[str] | tuple[str, ...]) -> list[TodoState]:
    from orgtp.api import TodoState
    from orgtp.model.text import did_you_mean

    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    for word in words:
        if word not in [state.value for state in TodoState]:
            said = (f'--status "{word}" is not known.', did_you_mean(word, TodoState))
            raise BadInput(what=" ".join([*filter(None, said), f"It is one of: {', '.join(TodoState)}."]))
    return [TodoState(word) for word in words]
