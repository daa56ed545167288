"""A difference as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from orgtp.render.diff.sections import DiffSection, ListItem, build_sections
from orgtp.render.spans import SpanKind, SpanLine
from orgtp.render.terminal import Screen, align_columns, join_text, measure_width, render_lines, safe_text, wrap_text
from orgtp.views.diff.build import Diff, headline

_STYLES = {SpanKind.OURS: "", SpanKind.NAME: "bold", SpanKind.WORDS: "", SpanKind.CODE: "cyan"}


def diff_text(found: Diff, base: SpanLine, head: SpanLine, screen: Screen) -> str:
    """What changed, the whole in one sentence first."""
    return render_lines(_format_diff_lines(found, base, head, screen), screen)


def _format_diff_lines(found: Diff, base: SpanLine, head: SpanLine, screen: Screen) -> Iterator[Text]:
    span = join_text("from ", style_spans(base), " to ", style_spans(head))
    if found.is_empty:
        yield from wrap_text(join_text("nothing changed ", span), screen.width)
        return
    yield from wrap_text(safe_text(headline(found), "bold"), screen.width)
    yield from wrap_text(span, screen.width)
    for section in build_sections(found):
        yield from [Text(), Text(section.title.lower(), style="dim")]
        for item in section.items:
            yield from _format_list_item(item, screen)
        yield from _format_section_table(section, screen)


def _format_list_item(item: ListItem, screen: Screen) -> Iterator[Text]:
    sign = ("! ", "bold red") if item.loud else ("", "")
    yield from wrap_hanging(join_text(sign, style_spans(item.line)), 2, screen)
    for line in item.below:
        yield from wrap_hanging(style_spans(line), 4, screen)


def wrap_hanging(text: Text, indent: int, screen: Screen) -> Iterator[Text]:
    """`text` indented, the lines that it is wrapped to a little more."""
    for number, line in enumerate(wrap_text(text, screen.width - indent - 2)):
        yield join_text(" " * (indent if number == 0 else indent + 2), line)


def _format_section_table(section: DiffSection, screen: Screen) -> Iterator[Text]:
    """The rows in columns; on a screen that is too narrow, each as a line of its own."""
    rows = [[style_spans(cell) for cell in row] for row in section.rows]
    lines = align_columns(rows, Screen())
    if max(map(measure_width, lines), default=0) <= screen.width - 2:
        yield from (join_text("  ", line) for line in lines)
        return
    for row in rows:
        yield from wrap_hanging(Text(", ").join(row), 2, screen)


def style_spans(line: SpanLine) -> Text:
    """A line of a story as text, each part in its style."""
    return join_text(*(_said(part.text, part.kind) for part in line))


def _said(text: str, sort: SpanKind) -> Text:
    """Ours as it is, blanks and all; a user's words through `say`."""
    return Text(text) if sort is SpanKind.OURS else safe_text(text, _STYLES[sort])
