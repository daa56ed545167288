"""Evidence from what people did about the seat: escalations, decisions of weekly reviews, and to-dos."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.escalation import Escalation, EscalationEvent, EventType
from orgtp.model.org import Org
from orgtp.model.records.kinds import REVIEW
from orgtp.model.records.review import ReviewRow
from orgtp.model.records.todo import Todo, TodoAction, TodoEvent
from orgtp.model.score import format_timestamp
from orgtp.model.text import one_line
from orgtp.views.seats.fields import THERE
from orgtp.views.why.types import ChangeStart, Evidence, EvidenceKind, Window

# The events that say something about the seat. That somebody has seen it, or was reminded, does not.
_TOLD = {
    EventType.OPENED: "opened",
    EventType.UP: "moved up",
    EventType.HANDED: "handed over",
    EventType.RESOLVED: "resolved",
}


def list_escalation_evidence(
    org: Org, seat: str, metric: str, start: ChangeStart | None, window: Window
) -> Iterator[Evidence]:
    """Yield what happened to the escalations about a seat; with `metric`, not to those about another metric."""
    for one in org.escalations.values():
        if one.seat != seat or (metric and one.metric not in {"", metric}):
            continue
        for event in one.events:
            if event.what in _TOLD and event.at is not None and window.has(event.at):
                yield Evidence(
                    at=event.at,
                    when=start.place(event.at) if start else None,
                    kind=EvidenceKind.ESCALATION,
                    seat=seat,
                    metric=one.metric or None,
                    period=None,
                    what=_describe_event(one, event),
                    key=one.id,
                    by=event.by or None,
                    by_claimed=bool(event.by),
                    _spot=(one.path, f"events.{format_timestamp(event.at)}.{event.what}"),
                )


def _describe_event(one: Escalation, event: EscalationEvent) -> str:
    to = f" to {event.to}" if event.to and event.what in {EventType.UP, EventType.HANDED} else ""
    note = f": {one_line(event.note)}" if event.note and event.what is EventType.RESOLVED else ""
    return f'escalation "{one_line(one.what)}" {_TOLD[event.what]}{to}{note}'


def list_review_evidence(
    org: Org, seat: str, metric: str, start: ChangeStart | None, window: Window
) -> Iterator[Evidence]:
    """Yield what weekly reviews decided about the seat; with `metric`, not what they did about another one."""
    for id_, review in org.reviews.items():
        at = review.ended or review.began
        for row in review.rows if at and window.has(at) else ():
            if at and row.seat == seat and (not metric or row.metric in {"", metric}):
                yield Evidence(
                    at=at,
                    when=start.place(at) if start else None,
                    kind=EvidenceKind.REVIEW,
                    seat=seat,
                    metric=row.metric or None,
                    period=None,
                    what=f"review of {review.week}{f', {row.metric}' if row.metric else ''}: {_describe_row(row)}",
                    key=id_,
                    by=review.led_by or None,
                    by_claimed=bool(review.led_by),
                    _spot=(REVIEW.path_of(id_), THERE),
                )


def _describe_row(row: ReviewRow) -> str:
    parts = {"decided": row.decision, "what changed": row.changed, "the fix": row.fix}
    return "; ".join(f"{name}: {one_line(text)}" for name, text in parts.items() if text) or "discussed"


# The events of a to-do that are dated facts about the seat.
_DID = {
    TodoAction.ADDED: "added",
    TodoAction.DONE: "done",
    TodoAction.FAILED: "failed",
    TodoAction.DROPPED: "dropped",
}


def list_todo_evidence(
    org: Org, seat: str, metric: str, start: ChangeStart | None, window: Window
) -> Iterator[Evidence]:
    """Yield what happened to the to-dos of the seat, and to those that a review asked for because of it.

    With `metric`, those that a review asked for because of another metric are left out.
    """
    causes = {row.todo: row for review in org.reviews.values() for row in review.rows if row.todo}
    for todo in org.todos.values():
        cause = causes.get(todo.id)
        is_about = (cause.seat == seat) if cause else (todo.owner == seat)
        if not is_about or (metric and cause and cause.metric not in {"", metric}):
            continue
        for event in todo.events:
            if event.action in _DID and event.at is not None and window.has(event.at):
                yield Evidence(
                    at=event.at,
                    when=start.place(event.at) if start else None,
                    kind=EvidenceKind.TODO,
                    seat=seat,
                    metric=(cause.metric or None) if cause else None,
                    period=None,
                    what=_describe_todo_event(todo, event),
                    key=todo.id,
                    by=event.by or None,
                    by_claimed=bool(event.by),
                    _spot=(todo.path, f"events.{format_timestamp(event.at)}.{event.action}"),
                )


def _describe_todo_event(todo: Todo, event: TodoEvent) -> str:
    due = f", due {todo.due}" if todo.due and event.action is TodoAction.ADDED else ""
    note = f": {one_line(event.note)}" if event.note else ""
    return f'to-do "{one_line(todo.what)}" of {todo.owner} {_DID[event.action]}{due}{note}'
