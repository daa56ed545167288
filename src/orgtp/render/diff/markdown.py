"""Format a diff in Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.text import count_noun
from orgtp.render.diff.sections import DiffSection, build_sections
from orgtp.render.markdown import line_to_markdown
from orgtp.render.spans import Line
from orgtp.views.diff.build import Diff, headline

# GitHub accepts a comment of 65,536 characters. The rest is for text that is posted with the diff.
COMMENT_LIMIT = 64_000
_TAIL = 200


def diff_markdown(found: Diff, base: Line, head: Line, *, limit: int = COMMENT_LIMIT) -> str:
    """The headline, then as many changes as fit in `limit` characters."""
    span = f"from {line_to_markdown(base)} to {line_to_markdown(head)}"
    if found.is_empty:
        return f"Nothing changed in the org {span}.\n"
    out = f"## {headline(found)}\n\nIn the org {span}.\n"
    left = 0
    for section in build_sections(found):
        for number, row in enumerate(_format_section_rows(section)):
            # A title comes with the first line below it, never alone.
            piece = row if number else f"\n### {section.title}\n\n{row}"
            if left or len(out) + len(piece) > limit - _TAIL:
                left += 1
            else:
                out += piece
    more = f"\n**{count_noun(left, 'line')} more: too long for one comment.** See all of it with `orgtp diff REV`.\n"
    return out + more if left else out


def _format_section_rows(section: DiffSection) -> Iterator[str]:
    for item in section.items:
        yield f"- {'⚠️ ' if item.loud else ''}{line_to_markdown(item.line)}\n"
        yield from (f"  - {line_to_markdown(line)}\n" for line in item.below)
    between = "\n" if section.items else ""
    head = f"{between}| {' | '.join(section.columns)} |\n|{'|'.join('---' for _ in section.columns)}|\n"
    for number, row in enumerate(section.rows):
        text = f"| {' | '.join(map(line_to_markdown, row))} |\n"
        yield text if number else head + text
