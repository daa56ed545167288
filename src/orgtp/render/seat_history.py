"""One seat's life on one page, from its first day on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from rich.text import Text

from orgtp.model.text import counted
from orgtp.render.diff.text import hanging, styled
from orgtp.render.seat import retirement_lines
from orgtp.render.seat_history_words import changes_told
from orgtp.render.spans import line, subject, told
from orgtp.render.terminal import Screen, joined, say, text_of, wrapped
from orgtp.views.seat_history import Event, Life, Recorded

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


def recorded_words(recorded: Recorded) -> str:
    """`41 values, 38 of 40 on target, 1 unavailable, 1 corrected`."""
    parts = [counted(recorded.records, "value")]
    parts += [f"{recorded.on_target} of {recorded.known} on target"] if recorded.known else []
    parts += [f"{recorded.unavailable} unavailable"] if recorded.unavailable else []
    parts += [f"{recorded.corrected} corrected"] if recorded.corrected else []
    return ", ".join(parts)
