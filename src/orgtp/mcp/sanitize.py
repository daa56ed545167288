"""Makes text from the org safe for clients: no hidden or control characters, and marked as quoted data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orgtp.model.text import plain_lines, remove_invisible

_LONGEST = 2_000
# Keys whose text was written by people, agents or failing sources.
_QUOTED = frozenset(
    {
        "after", "author", "before", "body", "capabilities", "failed", "hint", "human_owner", "imported", "inputs",
        "lesson",
        "message", "mission", "name", "note", "outcome", "own", "reason", "rehire", "retire_when", "role", "subject",
        "table", "what", "why", "with_name", "worked",
    }
)  # fmt: skip
# Keys whose text orgtp writes itself. Any other text that is more than an id, a number or a time counts as quoted, such
# as a file name, a commit's author or an invalid id.
_OURS = frozenset({"command", "headline", "narrow", "next", "target", "unit"})
_WORD = re.compile(r"[A-Za-z0-9._:/+%~@-]*")


def clean_text(text: str) -> str:
    """`text` without hidden and control characters, except newlines. A long text is shortened."""
    whole = remove_invisible(plain_lines(text))
    more = len(whole) - _LONGEST
    return whole if more <= 0 else f"{whole[:_LONGEST]}… ({more} characters more)"


def clean_values(value: Any) -> Any:
    """A JSON value with every text in it cleaned."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(key): clean_values(item) for key, item in value.items()}
    return [clean_values(item) for item in value] if isinstance(value, list) else value


def list_quoted_keys(value: Any) -> list[str]:
    """The keys of an answer that have text from the org, sorted."""
    return sorted({key for key, item in _iterate_items(value) if _is_quoted(key, item)})


def _is_quoted(key: str, item: Any) -> bool:
    if key in _QUOTED:
        return bool(item)
    texts = item if isinstance(item, list) else [*item] if isinstance(item, Mapping) else [item]
    return key not in _OURS and any(isinstance(text, str) and not _WORD.fullmatch(text) for text in texts)


def _iterate_items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "quoted":
                continue
            yield key, item
            # A quoted key covers everything below it.
            yield from _iterate_items(item) if key not in _QUOTED else ()
    elif isinstance(value, list):
        for item in value:
            yield from _iterate_items(item)
