"""A difference as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from orgtp.render.diff.sections import Item, Section, story
from orgtp.render.spans import Line, Sort
from orgtp.render.terminal import Screen, joined, say, table, text_of, width_of, wrapped
from orgtp.views.diff.build import Diff, headline

_STYLES = {Sort.OURS: "", Sort.NAME: "bold", Sort.WORDS: "", Sort.CODE: "cyan"}


def diff_text(found: Diff, base: Line, head: Line, screen: Screen) -> str:
    """What changed, the whole in one sentence first."""
    return text_of(_lines(found, base, head, screen), screen)


def _lines(found: Diff, base: Line, head: Line, screen: Screen) -> Iterator[Text]:
    span = joined("from ", styled(base), " to ", styled(head))
    if found.is_empty:
        yield from wrapped(joined("nothing changed ", span), screen.width)
        return
    yield from wrapped(say(headline(found), "bold"), screen.width)
    yield from wrapped(span, screen.width)
    for section in story(found):
        yield from [Text(), Text(section.title.lower(), style="dim")]
        for item in section.items:
            yield from _item(item, screen)
        yield from _table(section, screen)


def _item(item: Item, screen: Screen) -> Iterator[Text]:
    sign = ("! ", "bold red") if item.loud else ("", "")
    yield from hanging(joined(sign, styled(item.line)), 2, screen)
    for line in item.below:
        yield from hanging(styled(line), 4, screen)


def hanging(text: Text, indent: int, screen: Screen) -> Iterator[Text]:
    """`text` indented, the lines that it is wrapped to a little more."""
    for number, line in enumerate(wrapped(text, screen.width - indent - 2)):
        yield joined(" " * (indent if number == 0 else indent + 2), line)


def _table(section: Section, screen: Screen) -> Iterator[Text]:
    """The rows in columns; on a screen that is too narrow, each as a line of its own."""
    rows = [[styled(cell) for cell in row] for row in section.rows]
    lines = table(rows, Screen())
    if max(map(width_of, lines), default=0) <= screen.width - 2:
        yield from (joined("  ", line) for line in lines)
        return
    for row in rows:
        yield from hanging(Text(", ").join(row), 2, screen)


def styled(line: Line) -> Text:
    """A line of a story as text, each part in its style."""
    return joined(*(_said(part.text, part.sort) for part in line))


def _said(text: str, sort: Sort) -> Text:
    """Ours as it is, blanks and all; a user's words through `say`."""
    return Text(text) if sort is Sort.OURS else say(text, _STYLES[sort])
