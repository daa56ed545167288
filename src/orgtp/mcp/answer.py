"""One shape for every answer: what the command's JSON has, as of when it is true, and how much of it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orgtp.api import OrgHandle
from orgtp.mcp.sanitize import clean_values, list_quoted_keys
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import select_errors
from orgtp.render.json import VERSION, problems_body, to_json_value

Answer = dict[str, Any]
_FEW = 5
# What fits a client's context beside all else that is in it, in characters.
ROOM = 60_000
# What has no room in that has to be cut, whatever it is.
_MOST = 80_000


def build_answer(here: OrgHandle, kind: str, body: Mapping[str, Any]) -> Answer:
    """The answer of this kind: `body`, in the one envelope.

    `as_of` is in the org's own time. `problems` are the first few that kept parts of the org from being read, and
    `problems_total` counts them all; where `body` has problems of its own (`validate`), these stand.
    """
    unread = select_errors(here.problems_so_far)
    head = {
        "orgtp": VERSION,
        "kind": kind,
        "org": here.head.id,
        "revision": body.get("commit") or here.revision,
        "dirty": _is_dirty(here),
        "as_of": here.now.astimezone(here.head.zone).isoformat(timespec="seconds"),
        "problems": problems_body(unread[:_FEW], 0)["problems"],
        "problems_total": len(unread),
    }
    whole, short = shrink_to_fit(clean_values({**head, **to_json_value(body)}), _MOST)
    if short:
        whole |= {"truncated": True, "narrow": whole.get("narrow") or f"Cut short: {', '.join(short)}. Ask for less."}
    return {**whole, "quoted": list_quoted_keys(whole)}


def _is_dirty(here: OrgHandle) -> bool:
    """Whether the files differ from the commit; where that cannot be read, nobody can say that they do not."""
    try:
        return here.dirty
    except OrgtpError:
        return True


def clamp_limit(limit: int) -> int:
    """How many were asked for, as far as that is a number of things."""
    return min(max(limit, 0), ROOM)


def bound_rows(name: str, rows: Sequence[Any], limit: int, narrow: str, *, newest: bool = False) -> Answer:
    """`rows` under their name, no more than `limit` and than there is room for, and how many there are in all.

    Where some are left out, `truncated` says so, and `narrow` how to ask for less. `newest`: the last ones stay.
    """
    ordered = rows[::-1] if newest else rows
    kept = take_fitting([to_json_value(row) for row in ordered[: clamp_limit(limit)]], ROOM)
    shown = kept[::-1] if newest else kept
    return {name: shown, "total": len(rows), **describe_truncation(truncated=len(shown) < len(rows), narrow=narrow)}


def describe_truncation(*, truncated: bool, narrow: str) -> Answer:
    """Whether something is left out, and how to ask for less."""
    return {"truncated": truncated, "narrow": narrow if truncated else None}


def take_fitting(rows: Sequence[Any], room: int) -> list[Any]:
    """The first of `rows` that have room together, and at least one."""
    kept: list[Any] = []
    for row in rows:
        room -= measure_size(row)
        if room < 0 and kept:
            break
        kept.append(row)
    return kept


# What is a group of ids, as a list is, though an object has it.
_GROUPS = frozenset({"capabilities", "metrics", "owned", "reports", "results"})


def shrink_to_fit(value: Answer, room: int) -> tuple[Answer, list[str]]:
    """`value` with its largest lists and groups cut to their halves until it has room, and the keys of those."""
    short: set[str] = set()
    while measure_size(value) > room and (way := _find_largest_list(value)):
        value = _halve_at(value, way)
        short.add(next(str(key) for key in reversed(way) if isinstance(key, str)))
    return value, sorted(short)


def _find_largest_list(value: Answer) -> tuple[Any, ...]:
    """The way to the largest list or group that has more than one item; none where nothing can be cut."""
    found = [(measure_size(inner), way) for way, inner in _iterate_lists(value, ()) if len(inner) > 1]
    return max(found, key=lambda pair: pair[0])[1] if found else ()


def _iterate_lists(value: Any, way: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every list and group within a value, the outer ones first, with the way to each."""
    if isinstance(value, list) or (isinstance(value, dict) and way and way[-1] in _GROUPS):
        yield way, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _iterate_lists(item, (*way, key))


def _halve_at(value: Any, way: tuple[Any, ...]) -> Any:
    """The same with what stands at the end of the way cut to its first half."""
    if way:
        whole = {**value} if isinstance(value, dict) else [*value]
        whole[way[0]] = _halve_at(value[way[0]], way[1:])
        return whole
    kept = [*value.items()] if isinstance(value, dict) else value
    half = kept[: len(kept) // 2]
    return dict(half) if isinstance(value, dict) else half


def measure_size(value: Any) -> int:
    """How much room something takes, in characters."""
    return len(json.dumps(value, ensure_ascii=False)) + 1
