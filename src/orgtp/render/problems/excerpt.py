"""Show the line of a problem, with its number and a mark under the place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rich.cells import set_cell_size

from orgtp.model.problem import Place
from orgtp.model.text import escape_control_chars
from orgtp.render.spans import Line
from orgtp.render.terminal import measure_width

# YAML has more kinds of line breaks than JSON Lines.
_YAML_BREAK = re.compile(rb"\r\n|[\n\r]|\xc2\x85|\xe2\x80[\xa8\xa9]")
_BREAK = re.compile(rb"\n")
# The text at a place: quoted, or up to a character that ends it in YAML. Each character matches one alternative only,
# so that matching takes linear time.
_WORD = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s:,\[\]{}#"]|:(?=\S)|\ (?=[^\s#])|(?<=\S)[#"])+""")
# At most so many columns of a line are shown; a record of a score fits. A place beyond the column _LONGEST has no
# excerpt, so that thousands of problems in one long line are not slow.
_WIDEST, _LONGEST = 200, 2_000
_TAB = 4
_UTF8 = 4


class Excerpts:
    """The lines of the files. If the problems are sorted by place, each file is read once."""

    def __init__(self, files: Mapping[str, bytes], width: int) -> None:
        self._files = files
        self._width = width
        self._path, self._line, self._start = "", 1, 0

    def format_lines(self, place: Place, style: str) -> list[Line]:
        """`  7 | owner: bogdn` and `    |        ^^^^^`; empty if the file was not read or has no such line."""
        text = self._read_line(place)
        if text is None or not text.strip():
            return []
        number = f"{place.line:>3}"
        room = min(max(12, self._width - len(number) - 3), _WIDEST)
        before, at, after = _fit_excerpt(*_split_at_column(text, place.column), room)
        mark = " " * measure_width(before) + "^" * max(1, measure_width(at))
        empty = " " * len(number)
        shown = f"{before}{at}{after}"
        return [[(f"{number} | ", "dim"), (shown, "")], [(f"{empty} | ", "dim"), (mark, style)]]

    def _read_line(self, place: Place) -> str | None:
        """The beginning of the line of `place`, or None."""
        raw = self._files.get(place.path)
        if raw is None or place.column > _LONGEST or not self._seek_line(place.path, place.line, raw):
            return None
        last = min(len(raw), self._start + _UTF8 * (place.column + _WIDEST))
        end = _choose_break_pattern(place.path).search(raw, self._start, last)
        text = raw[self._start : end.start() if end else last].decode("utf-8", "replace")
        return text.removeprefix("\ufeff") if place.line == 1 else text

    def _seek_line(self, path: str, line: int, raw: bytes) -> bool:
        """Move to the beginning of a line, from the current line if possible. Return whether there is such a line."""
        if path != self._path or line < self._line:
            self._path, self._line, self._start = path, 1, 0
        breaks = _choose_break_pattern(path)
        while self._line < line:
            found = breaks.search(raw, self._start)
            if found is None:
                return False
            self._line, self._start = self._line + 1, found.end()
        return self._start < len(raw)


def _choose_break_pattern(path: str) -> re.Pattern[bytes]:
    return _YAML_BREAK if path.endswith(".yaml") else _BREAK


def _split_at_column(line: str, column: int) -> tuple[str, str, str]:
    """The line before the place, the text at the place, and the rest; without control characters."""
    start = min(column - 1, len(line))
    word = _WORD.match(line, start)
    end = word.end() if word else min(start + 1, len(line))
    before = line[:start].expandtabs(_TAB)
    return (
        escape_control_chars(before),
        escape_control_chars(line[start:end].rstrip()),
        escape_control_chars(line[end:].rstrip().expandtabs(_TAB)),
    )


def _fit_excerpt(before: str, at: str, after: str, room: int) -> tuple[str, str, str]:
    """The three parts in at most `room` columns. An … replaces what is left out, which is never the place."""
    if measure_width(before) + measure_width(at) + measure_width(after) <= room:
        return before, at, after
    lead = max(room // 3, room - measure_width(at) - measure_width(after))
    if measure_width(before) > lead:
        before = f"…{_truncate_start(before, lead - 1)}"
    at = _truncate_end(at, room - measure_width(before))
    return before, at, _truncate_end(after, room - measure_width(before) - measure_width(at))


def _truncate_end(text: str, room: int) -> str:
    """The beginning of a text, in at most `room` columns."""
    if measure_width(text) <= room:
        return text
    return f"{set_cell_size(text[: _UTF8 * room], room - 1).rstrip()}…" if room > 0 else ""


def _truncate_start(text: str, room: int) -> str:
    """The end of a text, in at most `room` columns."""
    end, used = "", 0
    for sign in reversed(text[-_UTF8 * room :]):
        used += measure_width(sign)
        if used > room:
            break
        end = sign + end
    return end
