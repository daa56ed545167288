"""One seat's life on one page, from its first day on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from rich.text import Text

from orgtp.model.text import count_noun
from orgtp.render.diff.sections import changes_of, moved, of_added, owned, target_line
from orgtp.render.diff.text import hanging, styled
from orgtp.render.seat import retirement_lines
from orgtp.render.spans import Line, line, subject, told, words
from orgtp.render.terminal import Screen, joined, say, text_of, wrapped
from orgtp.views.diff.build import Diff
from orgtp.views.diff.types import SeatAdded
from orgtp.views.seat_history import Event, Life, RecordedScores


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


_SHORT = 10


def life_text(life: Life, zone: tzinfo, screen: Screen) -> str:
    """Who it is, then what became of it and what was recorded meanwhile, then how it ended."""
    return text_of(_lines(life, zone, screen), screen)


def _lines(life: Life, zone: tzinfo, screen: Screen) -> Iterator[Text]:
    status = f"  ({life.status})" if life.status != "active" else ""
    yield from wrapped(joined(styled(line(subject(life.seat, life.name), told(", ", life.role))), status), screen.width)
    for event in life.events:
        yield Text()
        yield from _head(event, zone, screen)
        for told_ in changes_told(event, life.seat):
            yield from hanging(styled(told_), 2, screen)
        if event.recorded:
            yield from hanging(Text(recorded_words(event.recorded[0]), style="dim"), 2, screen)
    if not life.events:
        yield Text("nothing is committed yet")
    if life.retirement:
        yield from retirement_lines(life.retirement, screen)


def _head(event: Event, zone: tzinfo, screen: Screen) -> Iterator[Text]:
    when = event.at.astimezone(zone).isoformat(" ", "minutes")[:16]
    yield from wrapped(joined((when, "bold"), "  ", say(event.who), "  ", (event.commit[:_SHORT], "dim")), screen.width)


def recorded_words(recorded: RecordedScores) -> str:
    """`41 values, 38 of 40 on target, 1 unavailable, 1 corrected`."""
    parts = [count_noun(recorded.records, "value")]
    parts += [f"{recorded.on_target} of {recorded.known} on target"] if recorded.known else []
    parts += [f"{recorded.unavailable} unavailable"] if recorded.unavailable else []
    parts += [f"{recorded.corrected} corrected"] if recorded.corrected else []
    return ", ".join(parts)
