"""Draw lines as an SVG picture of a terminal, with rich. The picture loads no fonts from the network."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from orgtp.model.text import one_line
from orgtp.render.spans import Line
from orgtp.render.terminal import make_safe, measure_line

_COLOURS = ("2e3440", "bf2638", "1e824c", "b06800", "245cad", "8c3d90", "007a87", "78808c")
_THEME = TerminalTheme(
    background=(252, 252, 250),
    foreground=(46, 52, 64),
    normal=[(int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)) for code in _COLOURS],
)
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}\s*(?=@font-face|\.)", re.S)


def render_svg(lines: Iterable[Line], title: str) -> str:
    """The lines as a picture. The same lines give the same bytes."""
    page = [make_safe(line) for line in lines]
    console = Console(
        record=True,
        width=max(map(measure_line, page), default=1) + 1,
        file=io.StringIO(),
        force_terminal=True,
        highlight=False,
        legacy_windows=False,
    )
    for line in page:
        console.print(Text.assemble(*line), soft_wrap=True)
    picture = console.export_svg(title=one_line(title), theme=_THEME, unique_id="orgtp")
    picture = _TEXT.sub(_place_words, picture)
    return _FONT_FACES.sub("\n    ", picture).replace(
        "Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace"
    )


def _place_words(match: re.Match[str]) -> str:
    """The words of a text between wider gaps, each at its own place, because most programs drop blanks at the ends."""
    before, start, between, after, content = match.groups()
    column, placed = 0, []
    for part in _WIDE_GAP.split(content.strip("\n")):
        width = cell_len(html.unescape(part))
        if part and not _WIDE_GAP.fullmatch(part):
            x, length = (f"{round(number, 1):g}" for number in (float(start) + column * _CELL, width * _CELL))
            placed.append(f"{before}{x}{between}{length}{after}{part}</text>")
        column += width
    return "".join(placed)


# A text as rich writes it, and what it writes for blanks. One blank between two words stays.
_TEXT = re.compile(r'(<text class="orgtp-r\d+" x=")([\d.]+)(" y="[\d.]+" textLength=")[\d.]+("[^>]*>)([^<]*)</text>')
_WIDE_GAP = re.compile("(^(?:&#160;)+|(?:&#160;){2,}|(?:&#160;)+$)")
# The width of a column in rich's picture.
_CELL = 12.2
