"""Show lines in Markdown. Text from users becomes no link, mention, image, HTML or other markup.

A backslash escapes Markdown itself. It does not stop GitHub and GitLab from finding mentions, references, addresses and
emoji in the text afterwards, so a zero-width space separates the characters of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from orgtp.model.text import one_line, remove_invisible
from orgtp.render.spans import CODE, NAME, WORDS, Line

_LONGEST = 400
_PART = "&#8203;"
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS = re.compile(r"[\\`*_\[\]|~$]")
# Begins a heading, a list or a rule at the start of a line.
_BEGINS = re.compile(r"^(?=[#+=-])|^[0-9]+(?=[.)])")
# After or within these, GitHub and GitLab find a mention, a reference, an address or an emoji.
_JOINED = (
    re.compile(r"@"),
    re.compile(r"[#!%~&](?=\w)"),
    re.compile(r"(?i)\b(?:gh|gl)-(?=[0-9])"),
    re.compile(r":(?=//)"),
    re.compile(r":(?=[\w+-]+:)"),
    re.compile(r"(?i)\b(?:mailto|xmpp):"),
    re.compile(r"(?i)www(?=\.)"),
)
# May be the id of a commit, which has at least seven digits.
_COMMIT = re.compile(r"(?i)(?<!\w)[0-9a-f]{7,}(?!\w)")
_SIGN = "\0"
_UNSAFE = re.compile(r"[`|\\@\0]")


def escape_markdown(text: str, most: int = _LONGEST) -> str:
    """`text` on one line without any markup, truncated to `most` characters."""
    plain = one_line(remove_invisible(text))
    plain = plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
    for pattern in _JOINED:
        plain = pattern.sub(lambda match: match[0] + _SIGN, plain)
    plain = _COMMIT.sub(lambda match: _SIGN.join(re.findall(".{1,6}", match[0])), plain)
    plain = "".join(_HTML.get(mark, mark) for mark in plain)
    plain = _MARKS.sub(lambda match: f"\\{match[0]}", plain)
    return _BEGINS.sub(lambda match: f"{match[0]}\\", plain).replace(_SIGN, _PART)


def line_to_markdown(line: Line, user_words: Callable[[str], str] = escape_markdown) -> str:
    """A line in Markdown. `user_words` makes the words of users safe."""
    return "".join([_span_to_markdown(text, style, user_words) for text, style in line])


def _span_to_markdown(text: str, style: str, user_words: Callable[[str], str]) -> str:
    if style == NAME:
        return format_bold(text)
    return format_code(text, user_words) if style == CODE else user_words(text) if style == WORDS else text


def format_bold(text: str) -> str:
    """A name in bold."""
    return f"**{escape_markdown(text)}**" if one_line(text) else ""


def format_code(text: str, otherwise: Callable[[str], str] = escape_markdown) -> str:
    """An id, a target or a value as code; by `otherwise` if it is empty or contains what could end the code."""
    plain = one_line(remove_invisible(text))
    return otherwise(text) if not plain or len(plain) > _LONGEST or _UNSAFE.search(plain) else f"`{plain}`"
