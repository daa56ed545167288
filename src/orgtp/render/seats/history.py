"""Show the history of a seat, from its first day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from orgtp.model.text import count_noun
from orgtp.render.diff.sections import (
    format_added_details,
    format_move,
    format_owner_change,
    format_seat_changes,
    format_target_change,
)
from orgtp.render.seats.seat import retirement_lines
from orgtp.render.spans import SHORT_COMMIT, Line, code_text, format_seat, join_spans, prefix_text, user_text
from orgtp.render.terminal import Screen, render_lines, safe_text, wrap_hanging, wrap_line
from orgtp.views.diff.build import Diff
from orgtp.views.seat_history import UNREADABLE, Event, RecordedScores, SeatHistory


def gather_changes(event: Event) -> Diff:
    """What a commit changed of the seat, as far as it could be read."""
    lists: dict[str, tuple[Any, ...]] = {}
    for change in event.changes:
        if change.sort != UNREADABLE:
            # The new owner shows what it took over from a retired seat like any other handover.
            item = replace(change.item, retirement=False) if hasattr(change.item, "retirement") else change.item
            lists[change.sort] = (*lists.get(change.sort, ()), item)
    return Diff(**lists)


def format_event_changes(event: Event, seat: str) -> Iterator[Line]:
    """A line for each thing that changed."""
    for change in event.changes:
        if change.sort == UNREADABLE:
            yield join_spans(
                code_text(change.item.path),
                " could not be read before or after this commit, so its changes are missing",
            )
    found = gather_changes(event)
    for added in found.added:
        proposed = added.status == "proposed"
        verb = "proposed as " if proposed else "added as "
        yield join_spans(verb, user_text(added.name), prefix_text(", ", added.role))
        yield from format_added_details(Diff(), replace(added, status="active") if proposed else added)
    yield from (join_spans("its file went") for _ in found.removed)
    yield from map(format_owner_change, found.owners)
    yield from map(format_move, found.moved)
    yield from format_seat_changes(found, seat)
    yield from map(format_target_change, found.targets)
    for retired in found.retired:
        yield join_spans(
            "retired", "" if retired.recorded else ", and no record says who decided, why, and who takes over"
        )
    yield from (join_spans("the retirement record changed") for _ in found.records)


def seat_history_text(history: SeatHistory, zone: tzinfo, screen: Screen) -> str:
    """The seat, then each change with what was recorded until the next one, then its retirement."""
    return render_lines(_format_history_lines(history, zone, screen), screen)


def _format_history_lines(history: SeatHistory, zone: tzinfo, screen: Screen) -> Iterator[Line]:
    status = f"  ({history.status})" if history.status != "active" else ""
    yield from wrap_line(
        join_spans(format_seat(history.seat, history.name), prefix_text(", ", history.role), status),
        screen.width,
    )
    for event in history.events:
        yield []
        when = event.at.astimezone(zone).isoformat(" ", "minutes")[:16]
        yield from wrap_line(
            join_spans((when, "bold"), "  ", safe_text(event.who), "  ", (event.commit[:SHORT_COMMIT], "dim")),
            screen.width,
        )
        for line in format_event_changes(event, history.seat):
            yield from wrap_hanging(line, 2, screen)
        if event.recorded:
            yield from wrap_hanging([(format_recorded_counts(event.recorded[0]), "dim")], 2, screen)
    if not history.events:
        yield join_spans("nothing is committed yet")
    if history.retirement:
        yield from retirement_lines(history.retirement, screen)


def format_recorded_counts(recorded: RecordedScores) -> str:
    """`41 values, 38 of 40 on target, 1 unavailable, 1 corrected`."""
    parts = [count_noun(recorded.records - recorded.withdrawn, "value")]
    parts += [f"{recorded.on_target} of {recorded.known} on target"] if recorded.known else []
    parts += [f"{recorded.unavailable} unavailable"] if recorded.unavailable else []
    parts += [f"{recorded.corrected} corrected"] if recorded.corrected else []
    parts += [f"{recorded.withdrawn} withdrawn"] if recorded.withdrawn else []
    return ", ".join(parts)
