"""A difference in Markdown, ready to be posted as a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.text import count_noun
from orgtp.render.diff.sections import DiffSection, ListItem, build_sections
from orgtp.render.markdown import escape_markdown, format_bold, format_code
from orgtp.render.spans import Span, SpanKind, SpanLine
from orgtp.views.diff.build import Diff, headline

# GitHub takes a comment of 65,536 characters; what is posted with it has the rest.
COMMENT_LIMIT = 64_000
_TAIL = 200


def diff_markdown(found: Diff, base: SpanLine, head: SpanLine, *, limit: int = COMMENT_LIMIT) -> str:
    """A heading that says the whole, then what changed, as far as a comment has room for it."""
    span = f"from {_spans_to_markdown(base)} to {_spans_to_markdown(head)}"
    if found.is_empty:
        return f"Nothing changed in the org {span}.\n"
    out = f"## {headline(found)}\n\nIn the org {span}.\n"
    left = 0
    for piece in _split_pieces(build_sections(found)):
        if left or len(out) + len(piece) > limit - _TAIL:
            left += 1
        else:
            out += piece
    more = f"\n**{count_noun(left, 'line')} more: too long for one comment.** See all of it with `orgtp diff`.\n"
    return out + more if left else out


def _split_pieces(sections: list[DiffSection]) -> Iterator[str]:
    """The lines one by one; a title stands with the first line below it, never alone."""
    for section in sections:
        title = f"\n### {section.title}\n\n"
        for number, row in enumerate(_format_section_rows(section)):
            yield title + row if number == 0 else row


def _format_section_rows(section: DiffSection) -> Iterator[str]:
    for item in section.items:
        yield from _item(item)
    if section.rows:
        rule = "|".join("---" for _ in section.columns)
        between = "\n" if section.items else ""
        head = f"{between}| {' | '.join(section.columns)} |\n|{rule}|\n"
        for number, row in enumerate(section.rows):
            text = f"| {' | '.join(_spans_to_markdown(cell) for cell in row)} |\n"
            yield head + text if number == 0 else text


def _item(item: ListItem) -> Iterator[str]:
    sign = "⚠️ " if item.loud else ""
    yield f"- {sign}{_spans_to_markdown(item.line)}\n"
    yield from (f"  - {_spans_to_markdown(line)}\n" for line in item.below)


def _spans_to_markdown(line: SpanLine) -> str:
    return "".join(map(_span_to_markdown, line))


def _span_to_markdown(part: Span) -> str:
    if part.kind is SpanKind.NAME:
        return format_bold(part.text)
    if part.kind is SpanKind.CODE:
        return format_code(part.text)
    return escape_markdown(part.text) if part.kind is SpanKind.WORDS else part.text
