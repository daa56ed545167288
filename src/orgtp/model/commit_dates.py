"""Corrects the dates of consecutive commits, some of which come from wrong clocks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import inf


def order_commit_dates(stamps: Sequence[int]) -> list[int]:
    """Return corrected, nondecreasing dates for `stamps`, which are in commit order.

    As few stamps as possible are changed. A changed one becomes the nearest date between its neighbours.
    """
    right = _longest_nondecreasing(stamps)
    limits = [stamp if place in right else inf for place, stamp in enumerate(stamps)]
    latest = reversed(list(accumulate(reversed(limits), min)))
    limited = (stamp if stamp < limit else int(limit) for stamp, limit in zip(stamps, latest, strict=True))
    return list(accumulate(limited, max))


def _longest_nondecreasing(stamps: Sequence[int]) -> set[int]:
    """The indexes of a longest nondecreasing subsequence of `stamps`, found by patience sorting."""
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
