"""The ways of the dotted lines, as the gaps and the sides of boxes that they pass.

A line runs through the gaps between the levels, and passes a box at its left side, where room is kept for it. From a
box it goes straight into the gap below, if the other seat is reached from that gap. Otherwise it leaves at the left
side, goes up beside the boxes above, runs through the gap below the nearest seat that is above both, and goes down
beside the boxes above the other seat. In that gap, and beside the boxes of one branch, no other branch is in the way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from orgtp.lazy_dataclass import dataclass
from orgtp.views.chart_drawing.draw_types import LayoutSeat
from orgtp.views.chart_drawing.items import Item, Items


@dataclass(frozen=True, slots=True)
class DottedRoute:
    """A dotted line from `boss` to `seat`. `passed` are the items whose left side it runs along, the last one its end.

    `gaps` has the gap before each of them; gap N is below level N. `is_down` tells whether it leaves the boss at the
    bottom; otherwise it leaves at the left side, and the first of `passed` is the boss.
    """

    boss: str
    seat: str
    is_down: bool
    passed: tuple[Item, ...]
    gaps: tuple[int, ...]


def find_routes(seats: Sequence[LayoutSeat], items: Items, blocked: Collection[int]) -> list[DottedRoute]:
    """The routes of all dotted lines between seats that are shown. No line runs across a `blocked` gap."""
    return [_find_route(items, boss, seat, blocked) for boss, seat in _list_ends(seats, items)]


def _list_ends(seats: Sequence[LayoutSeat], items: Items) -> Iterator[tuple[str, str]]:
    """The ends of each line. A line to a seat that is folded away ends at the box where it can be seen."""
    seen = set()
    for one in seats:
        for boss in one.dotted:
            ends = (items.shown.get(boss, ""), items.shown[one.seat])
            if ends[0] and ends[0] != ends[1] and ends not in seen:
                seen.add(ends)
                yield ends


def _find_route(items: Items, boss: str, seat: str, blocked: Collection[int]) -> DottedRoute:
    start, end = items.of_seat[boss], items.of_seat[seat]
    is_box = not start.is_frame and boss not in items.column_of
    # Both ends may be in one stack, which has one way up.
    above_start, above_end = _list_above(start), _list_above(end)
    if is_box and end.level - 1 == start.level and (start.level not in blocked or end.above is start):
        return DottedRoute(boss, seat, True, (end,), (start.level,))
    if is_box and start in above_end:
        down = above_end[: above_end.index(start)][::-1]
        return DottedRoute(boss, seat, True, (*down, end), tuple(range(start.level, end.level)))
    if end in above_start:
        up = above_start[: above_start.index(end)]
        return DottedRoute(boss, seat, False, (start, *up, end), tuple(range(start.level - 1, end.level - 1, -1)))
    common = {id(one) for one in above_end}
    up = []
    for one in above_start:
        if id(one) in common:
            break
        up.append(one)
    shared = above_start[len(up)] if len(up) < len(above_start) else None
    down = above_end[: above_end.index(shared)] if shared else above_end
    level = shared.level if shared else -1
    gaps = (*range(start.level - 1, level, -1), level, *range(level + 1, end.level))
    return DottedRoute(boss, seat, False, (start, *up, *down[::-1], end), gaps)


def _list_above(item: Item) -> list[Item]:
    """The boxes above an item, the nearest first."""
    found, above = [], item.above
    while above is not None:
        found.append(above)
        above = above.above
    return found


def reserve_room(items: Items, routes: Sequence[DottedRoute]) -> None:
    """Give each route a place at the left of each item that it passes: those that end there next to the boxes."""
    for rank in range(3):
        for route in routes:
            last = len(route.passed) - 1
            for number, item in enumerate(route.passed):
                is_start = number == 0 and not route.is_down
                if rank == (0 if number == last else 1 if is_start else 2):
                    seat = route.seat if number == last else route.boss
                    slots = items.column_of[seat].slots if seat in items.column_of and item.columns else item.slots
                    if route.boss not in slots:
                        slots.append(route.boss)
                        item.incoming += rank == 0
