"""Show a diff on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.render.diff.sections import DiffSection, build_sections
from orgtp.render.spans import Line, join_lines, join_spans
from orgtp.render.terminal import (
    Screen,
    align_columns,
    indent_lines,
    make_safe,
    measure_line,
    render_lines,
    safe_text,
    wrap_hanging,
    wrap_line,
)
from orgtp.views.diff.build import Diff, headline


def diff_text(found: Diff, base: Line, head: Line, screen: Screen) -> str:
    """The headline, the two revisions, then each section."""
    return render_lines(_format_diff_lines(found, base, head, screen), screen)


def _format_diff_lines(found: Diff, base: Line, head: Line, screen: Screen) -> Iterator[Line]:
    span = join_spans("from ", base, " to ", head)
    if found.is_empty:
        yield from wrap_line(join_spans("nothing changed ", span), screen.width)
        return
    yield from wrap_line(safe_text(headline(found), "bold"), screen.width)
    yield from wrap_line(span, screen.width)
    for section in build_sections(found):
        yield from [[], [(section.title.lower(), "dim")]]
        for item in section.items:
            sign = ("! ", "bold red") if item.loud else ""
            yield from wrap_hanging(join_spans(sign, item.line), 2, screen)
            for line in item.below:
                yield from wrap_hanging(line, 4, screen)
        yield from _format_section_table(section, screen)


def _format_section_table(section: DiffSection, screen: Screen) -> Iterator[Line]:
    """The rows in columns; on a screen that is too narrow, one row after the other."""
    rows = [[make_safe(cell) for cell in row] for row in section.rows]
    lines = indent_lines(align_columns(rows, Screen()))
    if max(map(measure_line, lines), default=0) <= screen.width:
        yield from lines
        return
    for row in rows:
        yield from wrap_hanging(join_lines(row), 2, screen)
