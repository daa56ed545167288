"""The page of a seat of a small org, and what Markdown makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from markdown_it import MarkdownIt
from markdown_it.token import Token

from orgtp.model.org import Org
from orgtp.render.context.markdown import context_markdown
from orgtp.views.context.build import SeatEvidence, context
from orgtp.views.context.types import Context
from tests.views.orgs import org

# A Wednesday noon in the week 2026-W48.
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NOTHING = SeatEvidence()
_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def told(files: Mapping[str, str | None] | None = None, seat: str = "bot", known: SeatEvidence = NOTHING) -> Context:
    """The context of a seat of `tests.views.orgs` with more files."""
    return context(org(files), NOW, seat, known)


def page(view: Context, where: Org | None = None) -> str:
    """The page as it is printed."""
    return context_markdown(view, (where or org()).zone, None)


def tokens(text: str) -> list[Token]:
    """All that Markdown sees, what is within lines too."""
    return [inner for outer in _READER.parse(text) for inner in (outer, *(outer.children or ()))]


def headings(text: str) -> list[str]:
    """The headings, each with its level."""
    blocks = _READER.parse(text)
    return [
        f"{one.tag} {blocks[number + 1].content}" for number, one in enumerate(blocks) if one.type == "heading_open"
    ]


def section(text: str, title: str) -> str:
    """What stands below a heading."""
    return text.partition(f"## {title}\n\n")[2].partition("\n## ")[0]
