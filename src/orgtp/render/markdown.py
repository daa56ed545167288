"""Words of users in Markdown, inert: nothing of theirs is a link, a mention, an image, HTML or any other mark.

A backslash stops Markdown itself. It does not stop what GitHub and GitLab look for afterwards in the text (mentions,
references, addresses, emoji): there a zero-width space parts what they would join.
"""

from __future__ import annotations

import re

from orgtp.model.text import one_line, remove_invisible

_LONGEST = 400
_PART = "&#8203;"
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS = re.compile(r"[\\`*_\[\]|~$]")
# What begins a heading, a list or a rule, were the text to begin a line.
_BEGINS = re.compile(r"^(?=[#+=-])|^[0-9]+(?=[.)])")
# After each of these, or before it, a reader of the finished text would begin something of its own.
_JOINED = (
    re.compile(r"@"),
    re.compile(r"[#!%~&](?=\w)"),
    re.compile(r"(?i)\b(?:gh|gl)-(?=[0-9])"),
    re.compile(r":(?=//)"),
    re.compile(r":(?=[\w+-]+:)"),
    re.compile(r"(?i)\b(?:mailto|xmpp):"),
    re.compile(r"(?i)www(?=\.)"),
)
# What may be the id of a commit, whole or cut to seven digits.
_COMMIT = re.compile(r"(?i)(?<!\w)[0-9a-f]{7,}(?!\w)")
_SIGN = "\0"
_UNSAFE = re.compile(r"[`|\\@\0]")


def escape_markdown(text: str, most: int = _LONGEST) -> str:
    """`text` on one line, as nothing but text, and the end of it cut off where it is longer than `most` characters."""
    plain = one_line(remove_invisible(text))
    plain = plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
    for pattern in _JOINED:
        plain = pattern.sub(lambda match: match[0] + _SIGN, plain)
    plain = _COMMIT.sub(lambda match: _SIGN.join(re.findall(".{1,6}", match[0])), plain)
    plain = "".join(_HTML.get(mark, mark) for mark in plain)
    plain = _MARKS.sub(lambda match: f"\\{match[0]}", plain)
    return _BEGINS.sub(lambda match: f"{match[0]}\\", plain).replace(_SIGN, _PART)


def format_bold(text: str) -> str:
    """A name in bold."""
    return f"**{escape_markdown(text)}**" if one_line(text) else ""


def format_code(text: str) -> str:
    """An id, a target or a value as code; what could end it is plain text instead."""
    plain = one_line(remove_invisible(text))
    return escape_markdown(plain) if not plain or len(plain) > _LONGEST or _UNSAFE.search(plain) else f"`{plain}`"
