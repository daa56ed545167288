"""Seats that are instances of one another: they have the same text, or run from the same file."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from enum import StrEnum

from orgtp.model.seat import Seat
from orgtp.views.seats.overlap.measure import Weights
from orgtp.views.seats.overlap.types import WorkText


class Sameness(StrEnum):
    """What makes seats instances of one another."""

    TEXT = "text"
    FILE = "file"


def group_instances(
    seats: Sequence[Seat], works: Sequence[WorkText], weights: Sequence[Weights]
) -> list[tuple[list[int], Sameness]]:
    """The groups of seats that are instances of one another, each with the numbers of its seats and the reason.

    A file is the same if its content is: the same agent may be defined in many repositories. Seats whose texts say
    nothing about work have the same text only in name, so they are no instances for that.
    """
    keys: list[list[tuple[Sameness, Hashable]]] = []
    for seat, work, words in zip(seats, works, weights, strict=True):
        own: list[tuple[Sameness, Hashable]] = [(Sameness.TEXT, work.same_text_key)] if words else []
        own += [(Sameness.FILE, place.sha256.lower()) for place in seat.runs_from if place.sha256]
        keys.append(own)
    group_of = _join_by_keys(keys)
    groups: dict[int, list[int]] = {}
    for number, group in enumerate(group_of):
        groups.setdefault(group, []).append(number)
    found = [group for group in groups.values() if len(group) > 1]
    return [(group, _find_reason([keys[number] for number in group])) for group in found]


def _join_by_keys(keys: Sequence[Sequence[Hashable]]) -> list[int]:
    """For each item, the number of the first one that it is connected to by equal keys, directly or through others."""
    first = list(range(len(keys)))

    def find(number: int) -> int:
        while first[number] != number:
            first[number] = first[first[number]]
            number = first[number]
        return number

    seen: dict[Hashable, int] = {}
    for number, own in enumerate(keys):
        for key in own:
            one, other = sorted((find(seen.setdefault(key, number)), find(number)))
            first[other] = one
    return [find(number) for number in range(len(keys))]


def _find_reason(keys: Sequence[Sequence[tuple[Sameness, Hashable]]]) -> Sameness:
    texts = {tuple(key for key in own if key[0] is Sameness.TEXT) for own in keys}
    return Sameness.TEXT if len(texts) == 1 and texts != {()} else Sameness.FILE
