"""A briefing as text, Markdown or HTML. Text from users becomes no markup in any of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape

from orgtp.model.text import one_line, remove_invisible
from orgtp.render.briefing.blocks import Block, BlockKind, BriefedOrg, list_briefing_blocks
from orgtp.render.markdown import line_to_markdown
from orgtp.render.spans import CODE, NAME, WORDS, Line, join_spans
from orgtp.render.terminal import Screen, render_lines, to_plain_text, wrap_hanging, wrap_line
from orgtp.views.briefing.types import Briefing

_INDENTS = {BlockKind.GROUP: 2, BlockKind.ITEM: 4, BlockKind.BELOW: 6}


def briefing_text(view: Briefing, of: BriefedOrg, screen: Screen) -> str:
    """The briefing for a terminal or a plain mail."""
    return blocks_to_text(list_briefing_blocks(view, of), screen)


def blocks_to_text(blocks: Iterable[Block], screen: Screen) -> str:
    """Blocks for a terminal or a plain mail."""
    return render_lines(_list_text_lines(blocks, screen), screen)


def _list_text_lines(blocks: Iterable[Block], screen: Screen) -> Iterator[Line]:
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            yield []
            yield from wrap_line([(to_plain_text(block.line), "bold")], screen.width)
        elif block.kind in _INDENTS:
            yield from wrap_hanging(block.line, _INDENTS[block.kind], screen)
        else:
            yield from wrap_line(block.line, screen.width)


def briefing_markdown(view: Briefing, of: BriefedOrg) -> str:
    """The briefing in Markdown."""
    return blocks_to_markdown(list_briefing_blocks(view, of))


def blocks_to_markdown(blocks: Iterable[Block]) -> str:
    """Blocks in Markdown."""
    out: list[str] = []
    for block in blocks:
        out += _MARKDOWN[block.kind](line_to_markdown(block.line))
    return "\n".join(out).replace("\n\n\n", "\n\n").strip() + "\n"


_MARKDOWN: Mapping[BlockKind, Callable[[str], list[str]]] = {
    BlockKind.TITLE: lambda text: [f"# {text}", ""],
    BlockKind.TEXT: lambda text: [text, ""],
    BlockKind.HEADING: lambda text: ["", f"## {text}", ""],
    BlockKind.GROUP: lambda text: ["", text, ""],
    BlockKind.ITEM: lambda text: [f"- {text}"],
    BlockKind.BELOW: lambda text: [f"  - {text}"],
}
_STYLE = "body{font:16px/1.45 sans-serif;max-width:44em}h1{font-size:1.15em}h2{font-size:1.05em;margin-bottom:.2em}"


def briefing_html(view: Briefing, of: BriefedOrg) -> str:
    """The briefing as a page of HTML, without scripts, links, pictures or anything from another address."""
    return blocks_to_html([*list_briefing_blocks(view, of)])


def blocks_to_html(blocks: list[Block]) -> str:
    """Blocks as a page of HTML."""
    title = _escape_html(to_plain_text(blocks[0].line))
    body = "\n".join(_list_html_lines(blocks))
    head = f'<meta charset="utf-8">\n<title>{title}</title>\n<style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def _list_html_lines(blocks: list[Block]) -> Iterator[str]:
    """The elements of a page. Items and the lines below them are lists."""
    depth = 0
    for block in blocks:
        wanted = _DEPTHS.get(block.kind, 0)
        yield from ("<ul>" for _ in range(depth, wanted))
        yield from ("</ul>" for _ in range(wanted, depth))
        depth, tag = wanted, _TAGS[block.kind]
        yield f"<{tag}>{_line_to_html(block.line)}</{tag}>"
    yield from ("</ul>" for _ in range(depth))


_DEPTHS = {BlockKind.ITEM: 1, BlockKind.BELOW: 2}
_TAGS = {
    BlockKind.TITLE: "h1",
    BlockKind.TEXT: "p",
    BlockKind.HEADING: "h2",
    BlockKind.GROUP: "h3",
    BlockKind.ITEM: "li",
    BlockKind.BELOW: "li",
}
# Where programs for mail find a link, an address or a mention in plain text.
_LINKED = re.compile(r"(?i)(?<=:)(?=//)|@|(?<=www)(?=\.)|(?<=mailto:)|(?<=tel:)")
_PART = "\u200b"


def _escape_html(text: str) -> str:
    """Text on one line without markup, in which programs find no link."""
    plain = one_line(remove_invisible(text))
    return escape(_LINKED.sub(lambda match: f"{match[0]}{_PART}", plain)).replace(_PART, "&#8203;")


def _line_to_html(line: Line) -> str:
    return "".join(_span_to_html(text, style) for text, style in join_spans(line))


def _span_to_html(text: str, style: str) -> str:
    inner = _escape_html(text) if style in {NAME, WORDS, CODE} else escape(text)
    if style == NAME:
        return f"<b>{inner}</b>"
    return f"<code>{inner}</code>" if style == CODE else inner
