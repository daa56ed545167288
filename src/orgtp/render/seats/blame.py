"""Show who set each field of a seat."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import tzinfo

from orgtp.model.text import one_line
from orgtp.render.spans import SHORT_COMMIT, Line
from orgtp.render.terminal import UNLIMITED_WIDTH, Screen, apply_style, fit_width
from orgtp.views.seats.blame import BlameLine

_WHEN, _NAME = 16, 12
_GAP = "  "
# On a screen narrower than this, the field is on a line below its commit.
_SMALL = 76


def blame_pages(
    pages: Iterable[Collection[BlameLine]], zone: tzinfo, screen: Screen, *, kind: bool = False
) -> Iterator[str]:
    """A line for each field: when it was set, in which commit, by whom, and its value."""
    for page in pages:
        if rows := [_format_blame_row(line, zone, screen) for line in page if kind or line.key != "kind"]:
            yield "".join(rows)


def _format_blame_row(line: BlameLine, zone: tzinfo, screen: Screen) -> str:
    cells = _format_commit_cells(line, zone)
    commit = _GAP.join(apply_style(text, style, screen) for text, style in cells)
    below = screen.width < _SMALL
    room = screen.width - (len(_GAP) if below else sum(len(text) + len(_GAP) for text, _ in cells))
    key = one_line(line.key)
    field = f"{key} = {one_line(line.value)}"
    if screen.width < UNLIMITED_WIDTH:
        field = fit_width(field, room).rstrip()
    field = apply_style(field[: len(key)], "bold", screen) + field[len(key) :]
    return f"{commit.rstrip()}\n{_GAP}{field}\n" if below else f"{commit}{_GAP}{field}\n"


def _format_commit_cells(line: BlameLine, zone: tzinfo) -> Line:
    """When, in which commit, and by whom; as wide on every line."""
    if line.at is None:
        text = "before the history here" if line.committed else "not committed yet"
        return [(fit_width(text, _WHEN + SHORT_COMMIT + len(_GAP)), "yellow"), (" " * _NAME, "")]
    when = line.at.astimezone(zone).isoformat(" ", "minutes")[:_WHEN]
    return [(when, "dim"), ((line.commit or "")[:SHORT_COMMIT], "dim"), (fit_width(one_line(line.who), _NAME), "")]
