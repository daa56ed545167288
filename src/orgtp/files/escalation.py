"""The files of `escalations/`: an `Escalation` each, and in `silenced/` what is silenced of a seat.

schema/escalation.schema.json and schema/silenced.schema.json say the same; a test holds the two together.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath

from orgtp.files.key_order import ESCALATION_ORDER, EVENT_KEYS, SILENCE_KEYS
from orgtp.files.mapping_reader import Fields
from orgtp.files.seat import not_a_mapping
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.model.escalation import (
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

_WORD = "bad-escalation"


@lru_cache(maxsize=4096)
def read_escalation(path: str, raw: bytes) -> tuple[Escalation | None, tuple[Problem, ...]]:
    """The escalation in the file `path`, and what is wrong with it."""
    problems: list[Problem] = []
    fields = _fields(path, raw, problems, "the escalation")
    return (_escalation(path, fields) if fields else None), tuple(problems)


@lru_cache(maxsize=4096)
def read_silences(path: str, raw: bytes) -> tuple[Silences | None, tuple[Problem, ...]]:
    """What the file `path` silences of its seat, and what is wrong with it."""
    problems: list[Problem] = []
    fields = _fields(path, raw, problems, "the file")
    return (_silences(fields) if fields else None), tuple(problems)


def _fields(path: str, raw: bytes, problems: list[Problem], what: str) -> Fields | None:
    """The keys of a file; nothing, and a problem, where it has none."""
    try:
        document = read_document(path, raw)
    except NotStrict as error:
        problems.append(error.problem)
        return None
    if not isinstance(document.data, dict):
        problems.append(not_a_mapping(path))
        return None
    return Fields(document.data, document.marks, problems, what=what)


def _escalation(path: str, fields: Fields) -> Escalation:
    fields.only(ESCALATION_ORDER)
    return Escalation(
        id=PurePosixPath(path).stem,
        what=fields.text("what", required=True),
        seat=fields.id("seat", required=True),
        with_=fields.id("with", required=True),
        opened_at=fields.moment("opened_at", required=True),
        due=fields.moment("due", required=True),
        why=fields.text("why"),
        by=fields.id("by"),
        metric=fields.id("metric"),
        kind=fields.choice("kind", EscalationKind, EscalationKind.ISSUE, _WORD),
        severity=fields.choice("severity", EscalationSeverity, EscalationSeverity.NORMAL, _WORD),
        state=fields.choice("state", EscalationStatus, EscalationStatus.OPEN, _WORD, required=True),
        events=tuple(_event(event) for event in fields.groups("events", "the event", required=True)),
        marks=fields.marks,
    )


def _event(fields: Fields) -> EscalationEvent:
    fields.only(EVENT_KEYS)
    return EscalationEvent(
        at=fields.moment("at", required=True),
        what=fields.choice("what", EventType, EventType.AGAIN, _WORD, required=True),
        by=fields.id("by"),
        to=fields.id("to"),
        note=fields.text("note"),
    )


def _silences(fields: Fields) -> Silences:
    own = {name for name in fields.data if name.startswith("x-")}
    metrics = Fields({k: v for k, v in fields.data.items() if k not in own}, fields.marks, fields.problems)
    metrics.keys_are_ids()
    found = {name: metrics.below(name, required=True, what=f"the silence of {name}") for name in metrics.data}
    return Silences({name: _silence(below) for name, below in found.items() if below}, fields.marks)


def _silence(fields: Fields) -> Silence:
    fields.only(SILENCE_KEYS)
    until = fields.day("until", required=True)
    return Silence(until, fields.id("by"), fields.text("reason", required=True))
