"""The common shape of all answers: the JSON of the command, the time it refers to, and whether it is complete."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orgtp.api import OrgHandle
from orgtp.mcp.sanitize import clean_values, list_quoted_keys
from orgtp.model.errors import OrgtpError
from orgtp.render.json import VERSION, problems_body, to_json_value

Answer = dict[str, Any]
_FEW = 5
# The most characters of an answer's main list, so that it fits in a client's context.
ROOM = 60_000
# The most characters of a whole answer; a larger one is cut.
_MOST = 80_000


def build_answer(handle: OrgHandle, kind: str, body: Mapping[str, Any]) -> Answer:
    """Put `body` into the common envelope.

    `as_of` is in the org's time zone. `problems` has the first few errors of what could not be read, and
    `problems_total` counts all of them; if `body` has its own `problems` (`validate`), those are used.
    """
    head = {
        "orgtp": VERSION,
        "kind": kind,
        "org": handle.head.id,
        "revision": body.get("commit") or handle.revision,
        "dirty": _is_dirty(handle),
        "as_of": handle.now.astimezone(handle.head.zone).isoformat(timespec="seconds"),
        **describe_unread(handle),
    }
    whole, short = shrink_to_fit(clean_values({**head, **to_json_value(body)}), _MOST)
    if short:
        whole |= {"truncated": True, "narrow": whole.get("narrow") or f"Cut short: {', '.join(short)}. Ask for less."}
    return {**whole, "quoted": list_quoted_keys(whole)}


def describe_unread(handle: OrgHandle) -> Answer:
    """What the answers so far may lack, because it could not be read: the first errors, and their number."""
    unread = [problem for part in handle.unread for problem in part.problems]
    return {"problems": problems_body(unread[:_FEW], 0)["problems"], "problems_total": len(unread)}


def _is_dirty(handle: OrgHandle) -> bool:
    """Whether the files differ from the commit. If git cannot tell, they count as different."""
    try:
        return handle.dirty
    except OrgtpError:
        return True


def clamp_limit(limit: int) -> int:
    """Limit the number of items to 0 .. `ROOM`."""
    return min(max(limit, 0), ROOM)


def bound_rows(
    name: str, rows: Sequence[Any], limit: int, narrow: str, *, offset: int = 0, newest: bool = False
) -> Answer:
    """Return at most `limit` of `rows` under `name` after the first `offset`, as far as they fit, with the total.

    If more rows follow, `truncated` is true, `narrow` says how to ask for less, and `next_offset` how to go on; it is
    None at the end. `newest` begins with the last rows.
    """
    ordered = (rows[::-1] if newest else rows)[max(offset, 0) :]
    fitting = take_fitting([to_json_value(row) for row in ordered[: clamp_limit(limit)]], ROOM)
    more = len(fitting) < len(ordered)
    return {
        name: fitting[::-1] if newest else fitting,
        "total": len(rows),
        **describe_truncation(truncated=more, narrow=narrow),
        "next_offset": max(offset, 0) + len(fitting) if more else None,
    }


def describe_truncation(*, truncated: bool, narrow: str) -> Answer:
    """The keys that say whether something is missing, and how to ask for less."""
    return {"truncated": truncated, "narrow": narrow if truncated else None}


def take_fitting(rows: Sequence[Any], room: int) -> list[Any]:
    """The first of `rows` that fit in `room` characters, but at least one."""
    fitting: list[Any] = []
    for row in rows:
        room -= measure_size(row)
        if room < 0 and fitting:
            break
        fitting.append(row)
    return fitting


# Objects with one key per id, which can be cut like lists.
_GROUPS = frozenset({"capabilities", "metrics", "owned", "reports", "results"})


def shrink_to_fit(value: Answer, room: int) -> tuple[Answer, list[str]]:
    """Halve the largest lists and groups of `value` until it fits. Returns it with the keys of those that were cut."""
    short: set[str] = set()
    while measure_size(value) > room and (path := _find_largest_list(value)):
        value = _halve_at(value, path)
        short.add(next(str(key) for key in reversed(path) if isinstance(key, str)))
    return value, sorted(short)


def _find_largest_list(value: Answer) -> tuple[Any, ...]:
    """The path to the largest list or group with more than one item; () if nothing can be cut."""
    found = [(measure_size(inner), path) for path, inner in _iterate_lists(value, ()) if len(inner) > 1]
    return max(found, key=lambda pair: pair[0])[1] if found else ()


def _iterate_lists(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the path and content of every list and group in a value, the outer ones first."""
    if isinstance(value, list) or (isinstance(value, dict) and path and path[-1] in _GROUPS):
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _iterate_lists(item, (*path, key))


def _halve_at(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy of `value` in which only the first half of the list or group at `path` is left."""
    if path:
        whole = {**value} if isinstance(value, dict) else [*value]
        whole[path[0]] = _halve_at(value[path[0]], path[1:])
        return whole
    items = [*value.items()] if isinstance(value, dict) else value
    half = items[: len(items) // 2]
    return dict(half) if isinstance(value, dict) else half


def measure_size(value: Any) -> int:
    """The size of a value as JSON, in characters."""
    return len(json.dumps(value, ensure_ascii=False)) + 1
