"""Show lines on a terminal: wrap, align, and add colour.

Text from users passes `one_line`, so it contains no control character, escape sequence or line break.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache, lru_cache, partial

from rich.cells import cell_len, chop_cells, set_cell_size

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.text import count_noun, one_line
from orgtp.render.spans import CODE, NAME, WORDS, Line, join_lines, join_spans


def to_local_time(time: datetime, zone: tzinfo) -> datetime:
    """The time in `zone`; unchanged if the calendar has no such time there, because a file may contain any time."""
    try:
        return time.astimezone(zone)
    except OverflowError:
        return time


UNLIMITED_WIDTH = 100_000
STYLES = {
    CellState.ON: "green",
    CellState.OFF: "bold red",
    CellState.UNAVAILABLE: "yellow",
    CellState.MISSING: "magenta",
    CellState.PENDING: "dim",
    CellState.NONE: "dim",
}
# Each state has a sign, so that colour alone never carries meaning.
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
# Marks a metric with a late value.
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
    """The width of the output in columns, and whether it shows colour."""

    width: int = UNLIMITED_WIDTH
    colour: bool = False


def detect_screen() -> Screen:
    """The screen of standard output. A pipe has no colour, and no limit of width unless COLUMNS is set."""
    terminal = sys.stdout.isatty()
    wanted = os.environ.get("COLUMNS", "")
    width = int(wanted) if wanted.isdigit() and int(wanted) > 0 else 0
    width = width or (shutil.get_terminal_size().columns if terminal else UNLIMITED_WIDTH)
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(width, colour)


def is_stdout_unicode() -> bool:
    """Whether standard output can show any character, so that a picture can be drawn with more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def safe_text(text: str, style: str = "") -> Line:
    """Text from a user as one line without control characters."""
    return [(one_line(text), style)]


_USER_STYLES = {NAME: "bold", WORDS: "", CODE: "cyan"}
# The style of a place such as `seats/dash.yaml:7`. It is bold ("b" is rich's short name for that), and `wrap_line` does
# not break it, so that a terminal makes it a link.
PLACE = "b"


def make_safe(line: Line) -> Line:
    """The line with the text of its users made safe, in the styles of a terminal."""
    return [(one_line(text), _USER_STYLES[style]) if style in _USER_STYLES else (text, style) for text, style in line]


def apply_style(text: str, style: str, screen: Screen) -> str:
    """`text` with the escape sequences of its style if the screen shows colour."""
    return _make_painter(style)(text) if style and screen.colour else text


@cache
def _make_painter(style: str) -> Callable[[str], str]:
    from rich.color import ColorSystem
    from rich.style import Style

    return partial(Style.parse(style).render, color_system=ColorSystem.STANDARD)


def render_lines(lines: Iterable[Line], screen: Screen) -> str:
    """The lines as a string, with escape sequences only if the screen shows colour."""
    if not screen.colour:
        return "".join([f"{to_plain_text(line)}\n" for line in lines])
    return "".join(
        ["".join([apply_style(text, style, screen) for text, style in make_safe(line)]) + "\n" for line in lines]
    )


def to_plain_text(line: Line) -> str:
    """The text of a line without its styles."""
    return "".join([one_line(text) if style in _USER_STYLES else text for text, style in line])


def measure_width(text: str) -> int:
    """The width of a text in columns. A wide character takes two."""
    return len(text) if text.isascii() else _measure_wide(text)


_measure_wide = lru_cache(maxsize=8192)(cell_len)


def measure_line(line: Line) -> int:
    """The width of a line in columns."""
    return sum([len(text) if text.isascii() else _measure_wide(text) for text, _ in line])


def truncate_string(text: str, width: int) -> str:
    """`text` in at most `width` columns. A longer one ends in … . Do not use this on numbers."""
    if measure_width(text) <= width:
        return text
    return f"{set_cell_size(text, max(0, width - 1)).rstrip()}…"


def fit_width(text: str, width: int, *, cut: bool = True) -> str:
    """`text` padded to `width` columns. A longer text is truncated if `cut`, and unchanged otherwise."""
    if not cut and measure_width(text) > width:
        return text
    return set_cell_size(truncate_string(text, width), max(0, width))


def _slice_line(line: Line, start: int, end: int) -> Line:
    """The characters from `start` to `end`, with their styles."""
    part: Line = []
    for text, style in line:
        if piece := text[max(0, start) : max(0, end)]:
            part.append((piece, style))
        start, end = start - len(text), end - len(text)
    return part


def truncate_line(line: Line, width: int) -> Line:
    """`line` in at most `width` columns. A longer one ends in … . Do not use this on numbers."""
    if measure_line(line) <= width:
        return line
    cut = truncate_string(to_plain_text(line), width)
    *first, (text, style) = _slice_line(line, 0, len(cut))
    return [*first, (f"{text[:-1]}…", style)]


def pad_line(line: Line, width: int, *, right: bool = False) -> Line:
    """`line` padded to `width` columns, on the left if `right`. A longer line is unchanged."""
    missing = width - measure_line(line)
    if missing <= 0:
        return line
    return [(" " * missing, ""), *line] if right else [*line, (" " * missing, "")]


def strip_line_end(line: Line) -> Line:
    """The line without the blanks at its end."""
    for number in range(len(line) - 1, -1, -1):
        text, style = line[number]
        if stripped := text.rstrip():
            return [*line[:number], (stripped, style)]
    return []


_LEAST_WRAP = 4
_WORD = re.compile(" *([^ ]+)")


def wrap_line(line: Line, width: int, indent: str = "") -> list[Line]:
    """`line` on lines of at most `width` columns, broken between words. All but the first begin with `indent`."""
    line = make_safe(line)
    if measure_line(line) <= width:
        return [line]
    width = max(width, _LEAST_WRAP)
    plain, places = "", set[int]()
    for text, style in line:
        if style == PLACE:
            places.add(len(plain))
        # The blanks within a place break nothing. The first character may be the blank before it.
        plain += text[:1] + text[1:].replace(" ", "_") if style == PLACE else text
    ranges: list[tuple[int, int]] = []
    used = 0
    for word in _WORD.finditer(plain):
        if ranges and used + measure_width(word[0]) <= width:
            ranges[-1] = (ranges[-1][0], word.end())
            used += measure_width(word[0])
            continue
        start = word.start(1) if ranges else word.start()
        text, room = plain[start : word.end()], width - measure_width(indent)
        breakable = places.isdisjoint(range(*word.span()))
        for part in chop_cells(text, max(room, 2)) if breakable and measure_width(text) > room else [text]:
            used = measure_width(part) + (measure_width(indent) if ranges else 0)
            ranges.append((start, start + len(part)))
            start += len(part)
    first, *rest = [_slice_line(line, *span) for span in ranges] or [[]]
    return [first, *([(indent + below[0][0], below[0][1]), *below[1:]] for below in rest)]


def wrap_legend(legend: str, width: int) -> list[Line]:
    """A legend in a dim style, broken between its entries, so that each mark stays next to its words.

    Entries are three blanks apart. One that is longer than a line is broken between words.
    """
    entries = legend.split(_BETWEEN_ENTRIES)
    joined = _BETWEEN_ENTRIES.join(
        entry.replace(" ", _NO_BREAK) if measure_width(entry) <= width else entry for entry in entries
    )
    return [
        [(text.replace(_NO_BREAK, " "), style) for text, style in line] for line in wrap_line([(joined, "dim")], width)
    ]


_BETWEEN_ENTRIES, _NO_BREAK = "   ", "\N{NO-BREAK SPACE}"


def wrap_hanging(line: Line, indent: int, screen: Screen) -> Iterator[Line]:
    """The line, indented and wrapped. The lines after the first are indented by two more columns."""
    for number, part in enumerate(wrap_line(line, screen.width - indent - 2)):
        yield join_spans(" " * (indent if number == 0 else indent + 2), part)


def align_columns(rows: Sequence[Sequence[Line]], screen: Screen, *, give: int = 0) -> list[Line]:
    """Rows in aligned columns; if the screen is too narrow, with the column `give` truncated.

    If that is not enough, each row is wrapped on lines of its own, and nothing is cut. The cells are in the styles of a
    terminal: see `make_safe`.
    """
    widths = [max(map(measure_line, column)) for column in zip(*rows, strict=True)]
    spare = screen.width - sum(widths) - len(_GAP) * (len(widths) - 1)
    if widths and widths[give] + spare < min(_LEAST_COLUMN, widths[give]):
        return [line for row in rows for line in _wrap_row(row, screen)]
    if widths and spare < 0:
        widths[give] += spare
        rows = [[*row[:give], truncate_line(row[give], widths[give]), *row[give + 1 :]] for row in rows]
    return [strip_line_end(join_lines(list(map(pad_line, row, widths)), _GAP)) for row in rows]


def _wrap_row(row: Sequence[Line], screen: Screen) -> Iterator[Line]:
    """The cells that have text, one after another; lines after the first are indented."""
    cells = [strip_line_end(cell) for cell in row if to_plain_text(cell).strip()]
    yield from wrap_line(join_lines(cells, _GAP), max(1, screen.width), _GAP)


_GAP, _LEAST_COLUMN = "  ", 6


def indent_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines, each indented by two columns."""
    return [join_spans("  ", line) for line in lines]


def format_dots(states: Sequence[CellState]) -> Line:
    """A mark for each metric, then how many of those with a value are on target: `●○? 1/2`."""
    marks = [(DOTS[state], STYLES[state]) for state in states]
    known = [state for state in states if state.is_verdict]
    count = f" {sum(state is CellState.ON for state in states)}/{len(known)}" if known else ""
    return [*marks, (count, "")]


def format_owner(name: str | None, owner: str | None) -> Line:
    """The owner's name; `ID (unknown)` if no seat with that id could be read, and `nobody` without an owner."""
    if name or not owner:
        return safe_text(name or "nobody")
    return join_spans(safe_text(owner), (" (unknown)", "yellow"))


_LABEL_WIDTH = 14


def format_group_heading(seat: str, name: str | None, noun: str, overdue: Sequence[bool]) -> Line:
    """The seat above what it has to do: `ada (Ada): 3 to-dos, 1 overdue`. `overdue` has a flag for each."""
    late = sum(overdue)
    count = count_noun(len(overdue), noun) + (f", {late} overdue" if late else "")
    known = join_spans(" (", safe_text(name), ")") if name and name != seat else join_spans()
    return join_spans(safe_text(seat, "bold"), known, f": {count}")


def format_labelled(facts: Mapping[str, str], screen: Screen) -> Iterator[Line]:
    """A label and a text from a user on each line, without those that have no text. Long texts are wrapped."""
    for label, text in facts.items():
        for number, line in enumerate(wrap_line(safe_text(text), screen.width - _LABEL_WIDTH) if text else ()):
            yield join_spans((f"{label if number == 0 else '':<{_LABEL_WIDTH}}", "dim"), line)
