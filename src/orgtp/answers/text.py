"""Words of the record as a client may have them: data, with nothing in it that is hidden or drives a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orgtp.model.words import plain_lines

# What shows nothing and is read by a model all the same: zero width marks, tags, the supplement of variation selectors.
_HIDDEN = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\U000e0000-\U000e01ef]")
_LONGEST = 2_000
# The keys whose text somebody wrote into the record: people, agents, or a machine that failed.
QUOTED = frozenset(
    {
        "after", "author", "before", "body", "capabilities", "failed", "hint", "human_owner", "lesson", "message",
        "mission", "name", "note", "outcome", "reason", "rehire", "retire_when", "role", "subject", "what", "why",
        "with_name", "worked",
    }
)  # fmt: skip


def cleaned(text: str) -> str:
    """`text` with its lines as they are, without what is hidden or controls anything; shortened where it is long."""
    whole = _HIDDEN.sub("", plain_lines(text))
    more = len(whole) - _LONGEST
    return whole if more <= 0 else f"{whole[:_LONGEST]}… ({more} characters more)"


def clean(value: Any) -> Any:
    """What `plain` made of a view, with every text in it cleaned."""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, Mapping):
        return {cleaned(key): clean(item) for key, item in value.items()}
    return [clean(item) for item in value] if isinstance(value, list) else value


def quoted(value: Any) -> list[str]:
    """The keys of an answer under which words of the record stand, each once, sorted."""
    return sorted({key for key, item in _items(value) if key in QUOTED and item})


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield key, item
            yield from _items(item)
    elif isinstance(value, list):
        for item in value:
            yield from _items(item)
