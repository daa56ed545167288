"""Read the files of `todos/`: one `Todo` each. schema/todo.schema.json defines the same."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath

from orgtp.files.key_order import TODO_EVENT_KEYS, TODO_ORDER
from orgtp.files.mapping_reader import MappingReader
from orgtp.files.record_mapping import BAD_RECORD, read_mapping
from orgtp.model.problem import Problem
from orgtp.model.records.todo import Todo, TodoAction, TodoEvent, TodoState


@lru_cache(maxsize=4096)
def read_todo(path: str, raw: bytes) -> tuple[Todo | None, tuple[Problem, ...]]:
    """The to-do in the file `path`, and the problems of the file."""
    problems: list[Problem] = []
    fields = read_mapping(path, raw, problems, "the to-do")
    return (_parse_todo(path, fields) if fields else None), tuple(problems)


def _parse_todo(path: str, fields: MappingReader) -> Todo:
    fields.refuse_unknown_keys(TODO_ORDER)
    return Todo(
        id=PurePosixPath(path).stem,
        what=fields.text("what", required=True),
        owner=fields.id("owner", required=True),
        due=fields.day("due", required=True),
        from_=fields.text("from"),
        state=fields.choice("state", TodoState, TodoState.OPEN, BAD_RECORD, required=True),
        events=tuple(_parse_event(event) for event in fields.groups("events", "the event", required=True)),
        declared=fields.text("todo", required=True),
        marks=fields.marks,
    )


def _parse_event(fields: MappingReader) -> TodoEvent:
    fields.refuse_unknown_keys(TODO_EVENT_KEYS)
    return TodoEvent(
        at=fields.timestamp("at", required=True),
        action=fields.choice("action", TodoAction, TodoAction.STARTED, BAD_RECORD, required=True),
        by=fields.id("by"),
        to=fields.id("to"),
        due=fields.day("due"),
        state=fields.choice("state", TodoState, TodoState.OPEN, BAD_RECORD) if "state" in fields.data else None,
        note=fields.text("note"),
    )
