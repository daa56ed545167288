"""Lines of text as HTML: names are bold, ids and values are code, and everything is escaped."""

from __future__ import annotations

from html import escape

from orgtp.model.text import one_line, remove_invisible
from orgtp.render.spans import CODE, NAME, Line

_MARKS = {NAME: "b", CODE: "code"}


def line_to_html(line: Line) -> str:
    """A line as HTML within a paragraph."""
    return "".join(
        f"<{mark}>{text_to_html(text)}</{mark}>" if (mark := _MARKS.get(style)) and text else text_to_html(text)
        for text, style in line
    )


def text_to_html(text: str) -> str:
    """Text of a user or of ours as HTML: on one line, without invisible characters, and with nothing that is markup.

    A space at either end stays, because it stands between two parts of a sentence.
    """
    words = one_line(remove_invisible(text))
    if not words:
        return escape(text)
    before, after = (" " if end.isspace() else "" for end in (text[0], text[-1]))
    return f"{before}{escape(words)}{after}"
