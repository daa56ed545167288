"""Which seats of a chart are folded at first, and what can be seen of them then."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from orgtp.lazy_dataclass import dataclass
from orgtp.views.chart_drawing.draw_types import LayoutSeat

# A chart of at most so many seats is drawn whole. A larger one has at most so many boxes, in two levels, or in more
# while there are few of them.
DRAWN_WHOLE, MOST_BOXES, FEW_BOXES, USUAL_LEVELS = 120, 60, 8, 2


@dataclass(frozen=True, slots=True)
class SeatsBelow:
    """The seats that are folded away below one: how many, and how many of them are off target, late and drifting."""

    seats: int = 0
    off: int = 0
    late: int = 0
    drifting: int = 0


def fold_by_default(seats: Sequence[LayoutSeat]) -> frozenset[str]:
    """The seats to fold, so that a large chart begins with as many whole levels as fit; the top one always does."""
    if len(seats) <= DRAWN_WHOLE:
        return frozenset()
    counts: dict[int, int] = {}
    for level in _find_levels(seats):
        counts[level] = counts.get(level, 0) + 1
    levels, boxes = 1, counts[0]
    while levels in counts and boxes + counts[levels] <= MOST_BOXES and (levels < USUAL_LEVELS or boxes < FEW_BOXES):
        boxes += counts[levels]
        levels += 1
    return fold_below(seats, levels - 1)


def fold_below(seats: Sequence[LayoutSeat], depth: int) -> frozenset[str]:
    """The seats to fold, so that `depth` levels below the first are seen."""
    parents = {seat.above for seat in seats}
    levels = _find_levels(seats)
    return frozenset(
        one.seat for one, level in zip(seats, levels, strict=True) if level == depth and one.seat in parents
    )


def _find_levels(seats: Sequence[LayoutSeat]) -> list[int]:
    """How many seats are above each one."""
    found: dict[str, int] = {}
    for one in seats:
        found[one.seat] = found[one.above] + 1 if one.above in found else 0
    return list(found.values())


def count_below(seats: Sequence[LayoutSeat], problems: Sequence[Collection[str]]) -> dict[str, SeatsBelow]:
    """What is below each seat, at any depth. `problems` has the seats that are off target, late and drifting."""
    totals = {one.seat: [0, *(0 for _ in problems)] for one in seats}
    for one in reversed(seats):
        if one.above in totals:
            own = (1, *(one.seat in having for having in problems))
            above = totals[one.above]
            for number, count in enumerate(totals[one.seat]):
                above[number] += count + own[number]
    return {seat: SeatsBelow(*numbers) for seat, numbers in totals.items()}
