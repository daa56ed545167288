"""Evidence from what people did about the seat: escalations."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.escalation import Escalation, EscalationEvent, EventType
from orgtp.model.org import Org
from orgtp.model.score import format_timestamp
from orgtp.model.text import one_line
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
