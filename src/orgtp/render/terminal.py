"""A page: lines of styled text for a terminal of some width, or for none. The only text that reaches a screen.

All words of users pass `say`: no escape sequence, markup or newline of theirs is ever anything but text.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.style import Style
from rich.text import Text

from orgtp.model.cell import CellState
from orgtp.model.text import one_line

if TYPE_CHECKING:
    from rich.console import Console


def to_local_time(moment: datetime, zone: tzinfo) -> datetime:
    """The moment in `zone`; in its own zone where that lies beyond all calendars, for a file may say any moment."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


UNLIMITED_WIDTH = 100_000
STYLES = {
    CellState.ON: "green",
    CellState.OFF: "bold red",
    CellState.UNAVAILABLE: "yellow",
    CellState.MISSING: "magenta",
    CellState.PENDING: "dim",
    CellState.NONE: "dim",
}
# A sign for every state: nothing is ever told by colour alone.
SIGNS = {
    CellState.ON: "✓",
    CellState.OFF: "✗",
    CellState.UNAVAILABLE: "?",
    CellState.MISSING: "–",
    CellState.PENDING: "·",
    CellState.NONE: " ",
}
DOT_LEGEND = "● on target   ○ off target   ? unavailable   – missing   · not due yet"
LEGEND = "✓ on target   ✗ off target   ? unavailable   – missing   · not due yet"
# Beside what should be there by now and is not.
STALE, STALE_STYLE = "!", "bold yellow"
DOTS = {
    CellState.ON: "●",
    CellState.OFF: "○",
    CellState.UNAVAILABLE: "?",
    CellState.MISSING: "–",
    CellState.PENDING: "·",
    CellState.NONE: "·",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """What the page goes to: its width in columns, and whether it shows colour."""

    width: int = UNLIMITED_WIDTH
    colour: bool = False


def detect_screen() -> Screen:
    """The screen behind standard output; a pipe is endlessly wide (COLUMNS narrows it) and has no colour."""
    terminal = sys.stdout.isatty()
    wanted = os.environ.get("COLUMNS", "")
    width = int(wanted) if wanted.isdigit() and int(wanted) > 0 else 0
    width = width or (shutil.get_terminal_size().columns if terminal else UNLIMITED_WIDTH)
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(width, colour)


def safe_text(text: str, style: str = "") -> Text:
    """A user's words as one line of plain text in a style of ours."""
    return Text(one_line(text), style=style)


# A text with its style, and a line of them: a page with thousands of cells is not made of rich's own texts.
Styled = tuple[str, str]
StyledLine = Sequence[Styled]


def plainly(text: str) -> str:
    """A user's words as one line of plain text, without a style: what `say` is made of."""
    return one_line(text)


def fit_width(text: str, width: int, *, cut: bool = True) -> str:
    """`text` in exactly `width` columns, filled with blanks; of a longer one the end is cut, or (not `cut`) nothing."""
    size = measure_width(text)
    if size <= width or not cut:
        return text + " " * max(0, width - size)
    return set_cell_size(f"{set_cell_size(text, max(0, width - 1)).rstrip()}…", width)


def apply_style(text: str, style: str, screen: Screen) -> str:
    """`text` in its style where the screen has colour."""
    return _parse_style(style).render(text, color_system=ColorSystem.STANDARD) if style and screen.colour else text


@cache
def _parse_style(name: str) -> Style:
    return Style.parse(name)


def join_text(*parts: Text | str | tuple[str, str]) -> Text:
    """Parts in a row, each with its own style; a plain string is ours, not a user's."""
    return Text.assemble(*parts)


def measure_width(text: Text | str) -> int:
    """How many columns a text takes; a wide character takes two."""
    plain = text if isinstance(text, str) else text.plain
    return len(plain) if plain.isascii() else _measure_wide(plain)


_measure_wide = lru_cache(maxsize=8192)(cell_len)


def pad_text(text: Text, width: int, *, right: bool = False) -> Text:
    """`text` filled with blanks to `width` columns; a longer one stays as it is."""
    fill = " " * max(0, width - measure_width(text))
    return join_text(fill, text) if right else join_text(text, fill)


def truncate_string(text: str, width: int) -> str:
    """`text` in at most `width` columns, the end replaced by … where it is longer. Never used on numbers."""
    if measure_width(text) <= width:
        return text
    return f"{set_cell_size(text, max(0, width - 1)).rstrip()}…"


def pad_line(pieces: StyledLine, width: int, *, right: bool = False) -> list[Styled]:
    """Pieces of a line, filled with blanks to `width` columns; longer ones stay as they are."""
    missing = width - sum(measure_width(text) for text, _ in pieces)
    if missing <= 0:
        return [*pieces]
    return [(" " * missing, ""), *pieces] if right else [*pieces, (" " * missing, "")]


def strip_line_end(pieces: StyledLine) -> list[Styled]:
    """A line without the blanks at its end."""
    for number in range(len(pieces) - 1, -1, -1):
        text, style = pieces[number]
        if stripped := text.rstrip():
            return [*pieces[:number], (stripped, style)]
    return []


def truncate_text(text: Text, width: int) -> Text:
    """`text` in at most `width` columns, the end replaced by … where it is longer. Never used on numbers."""
    if measure_width(text) <= width:
        return text
    return Text(f"{set_cell_size(text.plain, max(0, width - 1)).rstrip()}…", style=text.style, spans=text.spans)


def wrap_text(text: Text, width: int) -> list[Text]:
    """`text` in lines of at most `width` columns."""
    if measure_width(text) <= width:
        return [text]
    lines = text.wrap(_make_console(Screen()), max(width, 4))
    for line in lines:
        line.rstrip()
    return list(lines)


def format_dots(states: Sequence[CellState]) -> list[Styled]:
    """One mark for each metric and how many of those with a value are on target: `●○? 1/2`."""
    marks = [(DOTS[state], STYLES[state]) for state in states]
    known = [state for state in states if state.is_known or state.is_gap]
    count = f" {sum(state is CellState.ON for state in states)}/{len(known)}" if known else ""
    return [*marks, (count, "")]


def align_columns(rows: Sequence[Sequence[Text]], screen: Screen, gap: int = 2, *, give: int = 0) -> list[Text]:
    """Rows in aligned columns. On a screen that is too narrow, the column `give` is cut to what is left."""
    widths = [max((measure_width(row[n]) for row in rows), default=0) for n in range(len(rows[0]) if rows else 0)]
    spare = screen.width - sum(widths) - gap * (len(widths) - 1)
    if widths and spare < 0:
        widths[give] = max(_LEAST, widths[give] + spare)
    return [_row(row, widths, gap) for row in rows]


_LEAST = 6


def _row(row: Sequence[Text], widths: Sequence[int], gap: int) -> Text:
    cells = [pad_text(truncate_text(text, width), width) for text, width in zip(row, widths, strict=True)]
    line = Text(" " * gap).join(cells)
    line.rstrip()
    return line


def render_lines(lines: Iterable[Text | StyledLine], screen: Screen) -> str:
    """The page as a string, with escape sequences for colour only where the screen has it."""
    if not screen.colour:
        return "".join(f"{_to_plain_text(line)}\n" for line in lines)
    console = _make_console(screen)
    with console.capture() as page:
        for line in lines:
            console.print(to_rich_text(line), soft_wrap=True)
    return page.get()


def _to_plain_text(line: Text | StyledLine) -> str:
    return line.plain if isinstance(line, Text) else "".join([text for text, _ in line])


def to_rich_text(line: Text | StyledLine) -> Text:
    """A line as a text of rich's, where it is none."""
    return line if isinstance(line, Text) else join_text(*line)


def _make_console(screen: Screen) -> Console:
    """A console of rich's that changes nothing in what it is given; most pages need none, and start faster."""
    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=UNLIMITED_WIDTH,
        color_system="standard" if screen.colour else None,
        force_terminal=screen.colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


# The width of the column of labels.
_LABEL = 14


def format_labelled(label: str, text: Text, screen: Screen) -> Iterator[Text]:
    """A label and a text beside it, wrapped below itself."""
    for number, line in enumerate(wrap_text(text, screen.width - _LABEL)):
        yield join_text((f"{label if number == 0 else '':<{_LABEL}}", "dim"), line)
