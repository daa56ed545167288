"""What became of a seat in one commit, worded once for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from orgtp.render.diff.changed import changes_of
from orgtp.render.diff.sections import moved, of_added, owned, target_line
from orgtp.render.spans import Line, line, told, words
from orgtp.views.diff.build import Diff
from orgtp.views.diff.types import SeatAdded
from orgtp.views.seat_history import Event


def changes_told(event: Event, seat: str) -> Iterator[Line]:
    """A line for each thing that changed."""
    lists: dict[str, tuple[Any, ...]] = {}
    for change in event.changes:
        # Who takes over from a retired seat has it from there, as from any other.
        item = replace(change.item, retirement=False) if hasattr(change.item, "retirement") else change.item
        lists[change.sort] = (*lists.get(change.sort, ()), item)
    found = Diff(**lists)
    for added in found.added:
        yield from _added(added)
    yield from (line("its file went") for _ in found.removed)
    yield from map(owned, found.owners)
    yield from map(moved, found.moved)
    yield from changes_of(found, seat)
    yield from map(target_line, found.targets)
    for retired in found.retired:
        yield line("retired", "" if retired.recorded else ", and no record says who decided, why, and who takes over")
    yield from (line("the retirement record changed") for _ in found.records)


def _added(seat: SeatAdded) -> Iterator[Line]:
    """How a seat came."""
    proposed = seat.status == "proposed"
    yield line("proposed as " if proposed else "added as ", words(seat.name), told(", ", seat.role))
    yield from of_added(Diff(), replace(seat, status="active") if proposed else seat)
