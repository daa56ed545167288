"""Who set each field of a seat, line by line as it is found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import tzinfo

from orgtp.model.text import one_line
from orgtp.render.spans import Line
from orgtp.render.terminal import UNLIMITED_WIDTH, Screen, apply_style, fit_width
from orgtp.views.blame import BlameLine

_SHORT, _WHEN, _NAME = 10, 16, 12
_GAP = "  "
# On a screen that has no room for both beside each other, the field stands below who set it.
_SMALL = 76


def blame_pages(
    pages: Iterable[Collection[BlameLine]], zone: tzinfo, screen: Screen, *, kind: bool = False
) -> Iterator[str]:
    """One line a field: when it was set, in which commit, by whom, and what."""
    for page in pages:
        if rows := [_format_blame_row(line, zone, screen) for line in page if kind or line.key != "kind"]:
            yield "".join(rows)


def _format_blame_row(line: BlameLine, zone: tzinfo, screen: Screen) -> str:
    cells = _format_commit_cells(line, zone)
    made = _GAP.join(apply_style(text, style, screen) for text, style in cells)
    below = screen.width < _SMALL
    room = screen.width - (len(_GAP) if below else sum(len(text) + len(_GAP) for text, _ in cells))
    told = _format_blame_value(one_line(line.key), one_line(line.value), room, screen)
    return f"{made.rstrip()}\n{_GAP}{told}\n" if below else f"{made}{_GAP}{told}\n"


def _format_blame_value(key: str, value: str, room: int, screen: Screen) -> str:
    """`key = value`, the end of it cut where there is no room."""
    text = f"{key} = {value}"
    if screen.width < UNLIMITED_WIDTH:
        text = fit_width(text, room).rstrip()
    return apply_style(text[: len(key)], "bold", screen) + text[len(key) :]


def _format_commit_cells(line: BlameLine, zone: tzinfo) -> Line:
    """When, in which commit, by whom; each as wide on every line."""
    if line.at is None:
        text = "before the history here" if line.committed else "not committed yet"
        return [(fit_width(text, _WHEN + _SHORT + len(_GAP)), "yellow"), (" " * _NAME, "")]
    when = line.at.astimezone(zone).isoformat(" ", "minutes")[:_WHEN]
    return [(when, "dim"), ((line.commit or "")[:_SHORT], "dim"), (fit_width(one_line(line.who), _NAME), "")]
