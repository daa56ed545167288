"""Compare escalations and silences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orgtp.model.org import Org
from orgtp.views.diff.records import list_record_pairs, name_seat
from orgtp.views.diff.types import Made


@dataclass(frozen=True, slots=True)
class EscalationChanged:
    """An escalation that was opened (`before` null), is gone (`after` null), or has another state or assignee."""

    escalation: str
    seat: str
    name: str
    about: str
    before: str | None
    after: str | None
    with_before: str | None
    with_after: str | None
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class SilenceChanged:
    """A metric that is silenced until another day than before; null if it is or was not silenced."""

    seat: str
    name: str
    metric: str
    before: str | None
    after: str | None
    reason: str | None
    made: Made | None = None


def escalations_changed(before: Org, after: Org) -> Iterator[EscalationChanged]:
    """The escalations that changed, by id, without those that cannot be read."""
    for id_, known, was, now in list_record_pairs(before, after, lambda org: org.escalations):
        old, new = ((one.state.value, one.with_) if one else (None, None) for one in (was, now))
        if old != new:
            name = name_seat(after, before, known.seat)
            yield EscalationChanged(id_, known.seat, name, known.what, old[0], new[0], old[1], new[1])


def silences_changed(before: Org, after: Org) -> Iterator[SilenceChanged]:
    """The metrics whose silence changed."""
    for seat in sorted({*before.silences, *after.silences}):
        old, new = ((org.silences[seat].metrics if seat in org.silences else {}) for org in (before, after))
        for metric in sorted({*old, *new}):
            was, now = old.get(metric), new.get(metric)
            if was != now:
                first, last = (str(one.until) if one and one.until else None for one in (was, now))
                reason = now.reason if now else None
                yield SilenceChanged(seat, name_seat(after, before, seat), metric, first, last, reason or None)
