"""A difference in Markdown, ready to be posted as a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.text import count_noun
from orgtp.render.diff.sections import Item, Section, story
from orgtp.render.markdown import code, inert, strong
from orgtp.render.spans import Line, Sort, Span
from orgtp.views.diff.build import Diff, headline

# GitHub takes a comment of 65,536 characters; what is posted with it has the rest.
LIMIT = 64_000
_TAIL = 200


def diff_markdown(found: Diff, base: Line, head: Line, *, limit: int = LIMIT) -> str:
    """A heading that says the whole, then what changed, as far as a comment has room for it."""
    span = f"from {_line(base)} to {_line(head)}"
    if found.is_empty:
        return f"Nothing changed in the org {span}.\n"
    out = f"## {headline(found)}\n\nIn the org {span}.\n"
    left = 0
    for piece in _pieces(story(found)):
        if left or len(out) + len(piece) > limit - _TAIL:
            left += 1
        else:
            out += piece
    more = f"\n**{count_noun(left, 'line')} more: too long for one comment.** See all of it with `orgtp diff`.\n"
    return out + more if left else out


def _pieces(sections: list[Section]) -> Iterator[str]:
    """The lines one by one; a title stands with the first line below it, never alone."""
    for section in sections:
        title = f"\n### {section.title}\n\n"
        for number, row in enumerate(_rows(section)):
            yield title + row if number == 0 else row


def _rows(section: Section) -> Iterator[str]:
    for item in section.items:
        yield from _item(item)
    if section.rows:
        rule = "|".join("---" for _ in section.columns)
        between = "\n" if section.items else ""
        head = f"{between}| {' | '.join(section.columns)} |\n|{rule}|\n"
        for number, row in enumerate(section.rows):
            text = f"| {' | '.join(_line(cell) for cell in row)} |\n"
            yield head + text if number == 0 else text


def _item(item: Item) -> Iterator[str]:
    sign = "⚠️ " if item.loud else ""
    yield f"- {sign}{_line(item.line)}\n"
    yield from (f"  - {_line(line)}\n" for line in item.below)


def _line(line: Line) -> str:
    return "".join(map(_part, line))


def _part(part: Span) -> str:
    if part.sort is Sort.NAME:
        return strong(part.text)
    if part.sort is Sort.CODE:
        return code(part.text)
    return inert(part.text) if part.sort is Sort.WORDS else part.text
