"""The parts of an org that can be left out, and what happens to each field of each record then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from orgtp.model.escalation import Escalation, EscalationEvent, EscalationPolicy, Route, Silence, Silences
from orgtp.model.org import Ending, Org, Policy, Retirement
from orgtp.model.records.briefing import Delivery
from orgtp.model.records.review import Review, ReviewRow, ReviewTodo, SkippedSeat, TodoOutcome
from orgtp.model.records.todo import Todo, TodoEvent
from orgtp.model.score import Score
from orgtp.model.seat import Delegate, Holder, Metric, Pause, Seat, SeatInput


class Part(StrEnum):
    """A part of an org that can be left out; `PART_TEXTS` says what it has."""

    VALUES = "values"
    PEOPLE = "people"
    NOTES = "notes"
    RECORD = "record"
    REVIEWS = "reviews"
    TODOS = "todos"
    ESCALATIONS = "escalations"
    BRIEFINGS = "briefings"


PART_TEXTS: Mapping[Part, str] = {
    Part.VALUES: "the metrics with their targets, values and verdicts, the reviews and the briefings",
    Part.PEOPLE: "the names and addresses of people; their seats are named by their roles",
    Part.NOTES: "notes, reasons, and what else people wrote about what happened",
    Part.RECORD: "what happened, and the verdict of the audit",
    Part.REVIEWS: "the reviews",
    Part.TODOS: "the to-dos",
    Part.ESCALATIONS: "the escalations, and which metrics are silenced",
    Part.BRIEFINGS: "the briefings",
}


class Sort(Enum):
    """What a field has, which decides what becomes of it."""

    # Nothing that is ever left out: states, days, units.
    KEPT = auto()
    # Never shown to outsiders: the user's own keys, keys for signing, places in files.
    DROPPED = auto()
    # The id of a seat, or several.
    SEAT = auto()
    # Another id, which may contain the name of a person.
    ID = auto()
    # A metric of another seat, `SEAT/METRIC`, or of the same, `METRIC`.
    METRIC = auto()
    # What a to-do comes from: free text, or a kind of record and its id.
    ORIGIN = auto()
    # The name of the seat, or of who holds it.
    NAME = auto()
    # Text that says what the org is: it stays, without names of people.
    TEXT = auto()
    # Text about what happened.
    NOTE = auto()
    # Records, each by the sorts of its own fields.
    RECORDS = auto()


@dataclass(frozen=True, slots=True)
class FieldSort:
    """The sort of a field, of the keys if it is a mapping, and the parts with which the whole field is left out."""

    sort: Sort
    keys: Sort = Sort.KEPT
    gone_with: frozenset[Part] = frozenset()


def _field(sort: Sort, *gone_with: Part, keys: Sort = Sort.KEPT) -> FieldSort:
    return FieldSort(sort, keys, frozenset(gone_with))


def _all(sort: Sort, *names: str) -> dict[str, FieldSort]:
    return {name: FieldSort(sort) for name in names}


_METRIC_ID = _field(Sort.ID, Part.VALUES)
_NOTE = _field(Sort.NOTE)

# Every field of every record. A test fails for a field that is not here, so no new one is shown unnoticed.
FIELD_SORTS: Mapping[type, Mapping[str, FieldSort]] = {
    Org: {
        **_all(Sort.KEPT, "zone", "holidays", "branch", "version"),
        **_all(Sort.DROPPED, "signers", "explanations", "unreadable", "own", "marks"),
        **_all(Sort.RECORDS, "policy", "routing"),
        "id": _field(Sort.ID),
        "name": _field(Sort.TEXT),
        "note": _field(Sort.TEXT),
        "holiday_names": _field(Sort.TEXT),
        "seats": _field(Sort.RECORDS, keys=Sort.SEAT),
        "scores": _field(Sort.RECORDS, Part.VALUES, keys=Sort.SEAT),
        "retirements": _field(Sort.RECORDS, keys=Sort.SEAT),
        "escalations": _field(Sort.RECORDS, Part.ESCALATIONS, keys=Sort.ID),
        "silences": _field(Sort.RECORDS, Part.ESCALATIONS, Part.VALUES, keys=Sort.SEAT),
        "todos": _field(Sort.RECORDS, Part.TODOS, keys=Sort.ID),
        "reviews": _field(Sort.RECORDS, Part.REVIEWS, Part.VALUES),
        "deliveries": _field(Sort.RECORDS, Part.BRIEFINGS, Part.VALUES),
        "seats_with_unread_scores": _field(Sort.SEAT, Part.VALUES),
    },
    Policy: {
        **_all(Sort.KEPT, "grace", "are_approvers_unread", "push", "signed_since", "due"),
        **_all(Sort.DROPPED, "words", "forges"),
        **_all(Sort.SEAT, "scorekeepers", "approvers", "discover_to"),
        "escalation": _field(Sort.RECORDS),
    },
    EscalationPolicy: _all(Sort.KEPT, "acknowledge", "within", "resolve", "begin", "end"),
    Route: {
        **_all(Sort.SEAT, "seat", "to"),
        **_all(Sort.KEPT, "kind", "severity"),
        "metric": _METRIC_ID,
        "routes": _field(Sort.RECORDS),
    },
    Seat: {
        **_all(Sort.KEPT, "kind", "status", "since", "review_by", "unread"),
        # Aliases and places name systems inside the organisation.
        **_all(Sort.DROPPED, "aliases", "runs_from", "own", "marks"),
        **_all(Sort.SEAT, "id", "declared", "owner", "reports_to", "also_reports_to"),
        **_all(Sort.TEXT, "role", "mission"),
        **_all(Sort.RECORDS, "holders", "pauses", "delegate"),
        "name": _field(Sort.NAME),
        "emails": _field(Sort.KEPT, Part.PEOPLE),
        "retire_when": _NOTE,
        "inputs": _field(Sort.RECORDS, keys=Sort.TEXT),
        "capabilities": _field(Sort.TEXT, keys=Sort.ID),
        "metrics": _field(Sort.RECORDS, Part.VALUES, keys=Sort.ID),
    },
    Holder: {"since": _field(Sort.KEPT), "name": _field(Sort.NAME), "emails": _field(Sort.KEPT, Part.PEOPLE)},
    Pause: {**_all(Sort.KEPT, "since", "until"), "reason": _NOTE},
    Delegate: {"to": _field(Sort.SEAT), "until": _field(Sort.KEPT)},
    SeatInput: {"is_": _field(Sort.TEXT), "from_": _field(Sort.SEAT)},
    Metric: {
        **_all(Sort.KEPT, "targets", "cadence", "rollup", "due", "per", "allow_misses", "ends"),
        **_all(Sort.DROPPED, "own", "source", "waive"),
        **_all(Sort.METRIC, "leads_to", "continues"),
        **_all(Sort.TEXT, "name", "outcome"),
        "id": _field(Sort.ID),
        "rebase": _NOTE,
    },
    Score: {
        **_all(Sort.KEPT, "at", "period", "value", "void", "n"),
        **_all(Sort.SEAT, "seat", "by"),
        **_all(Sort.ID, "id", "metric"),
        "note": _NOTE,
        "place": _field(Sort.DROPPED),
    },
    Retirement: {
        **_all(Sort.SEAT, "seat", "declared", "decided_by", "owner", "reports_to"),
        "retired_on": _field(Sort.KEPT),
        "reason": _NOTE,
        "review": _NOTE,
        "marks": _field(Sort.DROPPED),
        "capabilities": _field(Sort.SEAT, keys=Sort.ID),
        "reports": _field(Sort.SEAT, keys=Sort.SEAT),
        "owned": _field(Sort.SEAT, keys=Sort.SEAT),
        "metrics": _field(Sort.SEAT, Part.VALUES, keys=Sort.ID),
        "ended": _field(Sort.NOTE, Part.VALUES, keys=Sort.ID),
        "results": _field(Sort.RECORDS, Part.VALUES, keys=Sort.ID),
    },
    Ending: _all(Sort.KEPT, "last", "period", "on_target", "known"),
    Escalation: {
        **_all(Sort.KEPT, "opened_at", "due", "kind", "severity", "state"),
        **_all(Sort.SEAT, "seat", "with_", "by"),
        "id": _field(Sort.ID),
        "what": _field(Sort.TEXT),
        "metric": _METRIC_ID,
        "why": _NOTE,
        "events": _field(Sort.RECORDS),
        **_all(Sort.DROPPED, "agents", "marks"),
    },
    EscalationEvent: {**_all(Sort.KEPT, "at", "what"), **_all(Sort.SEAT, "by", "to"), "note": _NOTE},
    Silences: {"metrics": _field(Sort.RECORDS, keys=Sort.ID), "marks": _field(Sort.DROPPED)},
    Silence: {"until": _field(Sort.KEPT), "by": _field(Sort.SEAT), "reason": _NOTE},
    Todo: {
        **_all(Sort.KEPT, "due", "state"),
        **_all(Sort.DROPPED, "own", "marks"),
        **_all(Sort.ID, "id", "declared"),
        "what": _field(Sort.TEXT),
        "owner": _field(Sort.SEAT),
        "from_": _field(Sort.ORIGIN),
        "events": _field(Sort.RECORDS),
    },
    TodoEvent: {**_all(Sort.KEPT, "at", "action", "due", "state"), **_all(Sort.SEAT, "by", "to"), "note": _NOTE},
    Review: {
        **_all(Sort.KEPT, "week", "began", "ended", "rating"),
        **_all(Sort.SEAT, "led_by", "present", "prepared_by"),
        **_all(Sort.RECORDS, "rows", "skipped", "todos"),
        "marks": _field(Sort.DROPPED),
    },
    ReviewRow: {
        **_all(Sort.KEPT, "state", "decision"),
        **_all(Sort.NOTE, "changed", "fix"),
        **_all(Sort.ID, "metric", "todo"),
        "seat": _field(Sort.SEAT),
        "new_todo": _field(Sort.RECORDS),
    },
    ReviewTodo: {"what": _field(Sort.TEXT), "owner": _field(Sort.SEAT), "due": _field(Sort.KEPT)},
    SkippedSeat: {"seat": _field(Sort.SEAT), "why": _NOTE},
    TodoOutcome: {"todo": _field(Sort.ID), "state": _field(Sort.KEPT), "note": _NOTE},
    Delivery: {
        **_all(Sort.KEPT, "at", "day", "commit"),
        **_all(Sort.SEAT, "to", "by"),
        "id": _field(Sort.ID),
        "note": _NOTE,
        "place": _field(Sort.DROPPED),
    },
}
