"""When things were made that were made one after another, told by clocks any of which may have been wrong."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import inf


def order_commit_dates(stamps: Sequence[int]) -> list[int]:
    """When each was made: what its clock said, unless the others outvote it; it never falls.

    As few clocks as can be are taken to have been wrong. What such a one made was made after what came before it and
    before what came after it, as near to what the clock said as that allows.
    """
    right = _longest_nondecreasing(stamps)
    limits = [stamp if place in right else inf for place, stamp in enumerate(stamps)]
    latest = reversed(list(accumulate(reversed(limits), min)))
    limited = (stamp if stamp < limit else int(limit) for stamp, limit in zip(stamps, latest, strict=True))
    return list(accumulate(limited, max))


def _longest_nondecreasing(stamps: Sequence[int]) -> set[int]:
    """The places of a longest part of `stamps` that never falls, by patience sorting."""
    tops: list[int] = []
    ends: list[int] = []
    below: list[int] = []
    for place, stamp in enumerate(stamps):
        pile = bisect_right(tops, stamp)
        below.append(ends[pile - 1] if pile else -1)
        tops[pile : pile + 1], ends[pile : pile + 1] = [stamp], [place]
    found = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        found.add(place)
        place = below[place]
    return found
