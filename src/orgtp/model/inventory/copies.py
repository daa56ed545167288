"""The same agent in several places: one seat with all of them, and not one seat for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from orgtp.model.inventory.draft import SeatDraft
from orgtp.model.seat import SeatKind

_T = TypeVar("_T")


def merge_copies(drafts: Iterable[SeatDraft]) -> list[SeatDraft]:
    """The drafts, where agents that are defined by the same text, in several places, are one with all these places.

    A text that defines several agents, such as the file of a crew, is a copy for each of them. The first of the copies
    stays, with the keys and aliases of all.
    """
    merged: list[SeatDraft] = []
    seen: dict[tuple[str, ...], int] = {}
    for draft in drafts:
        hashes = {place.sha256 for place in draft.runs_from}
        if draft.kind is not SeatKind.AGENT or len(hashes) != 1 or "" in hashes:
            merged.append(draft)
            continue
        text = (*hashes, draft.name, draft.role, draft.mission)
        if text in seen:
            merged[seen[text]] = _add_places(merged[seen[text]], draft)
        else:
            seen[text] = len(merged)
            merged.append(draft)
    return merged


def _add_places(first: SeatDraft, copy: SeatDraft) -> SeatDraft:
    return replace(
        first,
        keys=_join(first.keys, copy.keys),
        aliases=_join(first.aliases, copy.aliases),
        runs_from=_join(first.runs_from, copy.runs_from),
    )


def _join(first: tuple[_T, ...], more: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys((*first, *more)))
