"""One shape for every answer: what the command's JSON has, as of when it is true, and how much of it is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from orgtp.answers.text import clean, quoted
from orgtp.api import OpenOrg
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import errors
from orgtp.render.json_text import VERSION, plain, problems_body

Answer = dict[str, Any]
_FEW = 5
# What fits a client's context beside all else that is in it, in characters.
ROOM = 60_000


def answer(here: OpenOrg, kind: str, body: Mapping[str, Any]) -> Answer:
    """The answer of this kind: `body`, in the one envelope.

    `as_of` is in the org's own time. `problems` are the first few that kept parts of the org from being read, and
    `problems_total` counts them all; where `body` has problems of its own (`validate`), these stand.
    """
    unread = errors(here.loaded.problems)
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
    whole: Answer = clean({**head, **plain(body)})
    return {**whole, "quoted": quoted(whole)}


def _is_dirty(here: OpenOrg) -> bool:
    """Whether the files differ from the commit; where that cannot be read, nobody can say that they do not."""
    try:
        return here.dirty
    except OrgtpError:
        return True


def most(limit: int) -> int:
    """How many were asked for, as far as that is a number of things."""
    return min(max(limit, 0), ROOM)


def bounded(name: str, rows: Sequence[Any], limit: int, narrow: str, *, newest: bool = False) -> Answer:
    """`rows` under their name, no more than `limit` and than there is room for, and how many there are in all.

    Where some are left out, `truncated` says so, and `narrow` how to ask for less. `newest`: the last ones stay.
    """
    ordered = rows[::-1] if newest else rows
    kept = fitting([plain(row) for row in ordered[: most(limit)]], ROOM)
    shown = kept[::-1] if newest else kept
    return {name: shown, "total": len(rows), **cut(truncated=len(shown) < len(rows), narrow=narrow)}


def cut(*, truncated: bool, narrow: str) -> Answer:
    """Whether something is left out, and how to ask for less."""
    return {"truncated": truncated, "narrow": narrow if truncated else None}


def fitting(rows: Sequence[Any], room: int) -> list[Any]:
    """The first of `rows` that have room together, and at least one."""
    kept: list[Any] = []
    for row in rows:
        room -= size(row)
        if room < 0 and kept:
            break
        kept.append(row)
    return kept


def size(value: Any) -> int:
    """How much room something takes, in characters."""
    return len(json.dumps(value, ensure_ascii=False)) + 1
