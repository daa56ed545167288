"""Read the files of `escalations/`: one `Escalation` each, and in `silenced/` the silences of one seat each.

schema/escalation.schema.json and schema/silenced.schema.json define the same; a test checks that both agree.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath

from orgtp.files.key_order import ESCALATION_ORDER, EVENT_KEYS, SILENCE_KEYS
from orgtp.files.mapping_reader import MappingReader
from orgtp.files.record_mapping import read_mapping
from orgtp.model.escalation import (
    FOUND_ID,
    Escalation,
    EscalationEvent,
    EscalationKind,
    EscalationSeverity,
    EscalationStatus,
    EventType,
    Silence,
    Silences,
)
from orgtp.model.problem import Problem

_BAD_ESCALATION = "bad-escalation"


@lru_cache(maxsize=4096)
def read_escalation(path: str, raw: bytes) -> tuple[Escalation | None, tuple[Problem, ...]]:
    """The escalation in the file `path`, and the problems of the file."""
    problems: list[Problem] = []
    fields = read_mapping(path, raw, problems, "the escalation")
    return (_parse_escalation(path, fields) if fields else None), tuple(problems)


@lru_cache(maxsize=4096)
def read_silences(path: str, raw: bytes) -> tuple[Silences | None, tuple[Problem, ...]]:
    """The silences in the file `path`, and the problems of the file."""
    problems: list[Problem] = []
    fields = read_mapping(path, raw, problems, "the file")
    return (_parse_silences(fields) if fields else None), tuple(problems)


def _parse_escalation(path: str, fields: MappingReader) -> Escalation:
    fields.refuse_unknown_keys(ESCALATION_ORDER)
    return Escalation(
        id=PurePosixPath(path).stem,
        what=fields.text("what", required=True),
        seat=fields.id("seat", required=True),
        with_=fields.id("with", required=True),
        opened_at=fields.timestamp("opened_at", required=True),
        due=fields.timestamp("due", required=True),
        why=fields.text("why"),
        by=fields.id("by"),
        metric=fields.id("metric"),
        kind=fields.choice("kind", EscalationKind, EscalationKind.ISSUE, _BAD_ESCALATION),
        severity=fields.choice("severity", EscalationSeverity, EscalationSeverity.NORMAL, _BAD_ESCALATION),
        state=fields.choice("state", EscalationStatus, EscalationStatus.OPEN, _BAD_ESCALATION, required=True),
        agents=_read_agents(fields),
        events=tuple(_parse_event(event) for event in fields.groups("events", "the event", required=True)),
        marks=fields.marks,
    )


def _read_agents(fields: MappingReader) -> tuple[str, ...]:
    """The ids of agents that a run of discover reported."""
    below = fields.list_items("agents")
    found = []
    for number in below.data:
        text = below.text(number)
        if text and not FOUND_ID.fullmatch(text):
            hint = "An id is the letter a or r and 15 hexadecimal digits. orgtp discover --json shows the ids."
            below.add_problem(_BAD_ESCALATION, number, f'"{text}" is not the id of an agent', hint)
        elif text:
            found.append(text)
    return tuple(found)


def _parse_event(fields: MappingReader) -> EscalationEvent:
    fields.refuse_unknown_keys(EVENT_KEYS)
    return EscalationEvent(
        at=fields.timestamp("at", required=True),
        what=fields.choice("what", EventType, EventType.AGAIN, _BAD_ESCALATION, required=True),
        by=fields.id("by"),
        to=fields.id("to"),
        note=fields.text("note"),
    )


def _parse_silences(fields: MappingReader) -> Silences:
    own = {name for name in fields.data if name.startswith("x-")}
    metrics = MappingReader({k: v for k, v in fields.data.items() if k not in own}, fields.marks, fields.problems)
    metrics.check_keys_are_ids()
    found = {name: metrics.mapping(name, required=True, what=f"the silence of {name}") for name in metrics.data}
    return Silences({name: _parse_silence(below) for name, below in found.items() if below}, fields.marks)


def _parse_silence(fields: MappingReader) -> Silence:
    fields.refuse_unknown_keys(SILENCE_KEYS)
    until = fields.day("until", required=True)
    return Silence(until, fields.id("by"), fields.text("reason", required=True))
