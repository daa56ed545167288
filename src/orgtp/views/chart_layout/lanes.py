"""Give the dotted lines their lanes: no two of different seats run in the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orgtp.views.chart_layout.draw_types import (
    BOX_HEIGHT,
    BOX_WIDTH,
    COMPACT_HEIGHT,
    DOTTED_LANE,
    HEAD,
    PITCH,
    STACKED,
    STEM,
    TOP,
    PlacedLine,
    Point,
)
from orgtp.views.chart_layout.items import Item, Items
from orgtp.views.chart_layout.routes import Route

# Vertical lines of different seats keep at least this distance.
_NEAR = 3
_BESIDE_LANDING = 10
# Where a dotted line reaches a leaf in a stack, whose solid line ends at its middle, and where one leaves it.
_COMPACT_ENDS, _COMPACT_START = (26, 8), 30
_BOX_START, _LOWEST_END, _HIGHEST_END = 52, 45, 9


class Lanes:
    """Where the dotted lines run.

    `across` has the horizontal places of each route, in order. `lane_of` numbers the lane of a seat's lines in a gap,
    `count` has the number of lanes of each gap, and `through_head` where lines pass the head of a frame.
    """

    def __init__(self, items: Items, routes: Sequence[Route]) -> None:
        self.across: list[list[int]] = []
        self.lane_of: dict[tuple[int, str], int] = {}
        self.count: dict[int, int] = {}
        self.through_head: dict[str, set[int]] = {}
        self._pass_heads(items, routes)
        starts = self._choose_starts(items, routes)
        for route in routes:
            xs = [_find_side(items, route, number) for number in range(len(route.passed))]
            self.across.append([starts[route.boss], *xs] if route.is_down else xs)
        self._assign(routes)

    def find_landing(self, item: Item) -> int:
        """Where the solid line ends at the top of an item: in the middle, unless a dotted line passes there."""
        x = item.x + item.width // 2
        while any(abs(x - other) <= _NEAR for other in self.through_head.get(item.seat, ())):
            x += _BESIDE_LANDING
        return x

    def _pass_heads(self, items: Items, routes: Sequence[Route]) -> None:
        for route in routes:
            for number, item in enumerate(route.passed):
                gaps = route.gaps[max(0, number - (0 if route.is_down else 1)) : number + 1]
                if item.level - 1 not in gaps:
                    continue
                x, frame = _find_side(items, route, number), item.frame
                while frame is not None and frame.level == item.level:
                    self.through_head.setdefault(frame.seat, set()).add(x)
                    frame = frame.frame

    def _choose_starts(self, items: Items, routes: Sequence[Route]) -> dict[str, int]:
        """Where the lines leave the bottom of their boxes, away from the vertical lines of others in that gap."""
        taken: dict[int, set[int]] = {}
        for item in items.every:
            if item.hangs and item.above is not None:
                gap = taken.setdefault(item.level - 1, set())
                gap.add(item.above.x + BOX_WIDTH // 2)
                gap |= {one.x - one.spine for one in item.columns} if item.columns else {self.find_landing(item)}
        for route in routes:
            for number in range(len(route.passed)):
                x, item = _find_side(items, route, number), route.passed[number]
                taken.setdefault(item.level - 1, set()).add(x)
                taken.setdefault(item.level, set()).add(x)
        found: dict[str, int] = {}
        for route in routes:
            if route.is_down and route.boss not in found:
                start = items.of_seat[route.boss]
                gap = taken.setdefault(start.level, set())
                places = [start.x + offset for offset in _list_offsets(start)]
                free = (x for x in places if all(x + near not in gap for near in range(-_NEAR, _NEAR + 1)))
                found[route.boss] = next(free, places[0])
                gap.add(found[route.boss])
        return found

    def _assign(self, routes: Sequence[Route]) -> None:
        spans: dict[int, dict[str, tuple[int, int]]] = {}
        for route, xs in zip(routes, self.across, strict=True):
            for number, gap in enumerate(route.gaps):
                low, high = sorted(xs[number : number + 2])
                if low != high:
                    known = spans.setdefault(gap, {}).get(route.boss, (low, high))
                    spans[gap][route.boss] = (min(low, known[0]), max(high, known[1]))
        for gap, found in spans.items():
            ends: list[int] = []
            for boss, (low, high) in sorted(found.items(), key=lambda pair: (pair[1], pair[0])):
                lane = next((number for number, end in enumerate(ends) if end + PITCH <= low), len(ends))
                ends[lane : lane + 1] = [high]
                self.lane_of[gap, boss] = lane
            self.count[gap] = len(ends)


def _list_offsets(start: Item) -> list[int]:
    """Where a line may leave the bottom of a box, the best place first. Its middle may belong to a fold mark."""
    middle = BOX_WIDTH // 2
    if start.opens:
        return list(range(8, middle - 16 if start.below else 16, 4))
    return [middle, *(middle + sign * 6 * step for step in range(1, 11) for sign in (-1, 1))]


def _find_side(items: Items, route: Route, number: int) -> int:
    """Where a route runs along the left side of one of the items that it passes."""
    item = route.passed[number]
    if item.columns:
        column = items.column_of[route.seat if number == len(route.passed) - 1 else route.boss]
        return column.x - STEM - PITCH * column.slots.index(route.boss)
    return item.x - STEM - PITCH * item.slots.index(route.boss)


def draw_dotted_lines(
    items: Items, routes: Sequence[Route], lanes: Lanes, rows: Sequence[int]
) -> list[PlacedLine]:
    """The dotted lines, from the seat that someone also reports to, in the order of the routes."""
    ended: dict[str, int] = {}
    found = []
    for route, xs in zip(routes, lanes.across, strict=True):
        nth = ended.get(route.seat, 0)
        ended[route.seat] = nth + 1
        points = [*_begin(items, route, xs[0])]
        for number, gap in enumerate(route.gaps):
            if xs[number] != xs[number + 1]:
                y = _find_lane(rows, gap, lanes.lane_of[gap, route.boss])
                points += [(xs[number], y), (xs[number + 1], y)]
        x, y = _find_end(items, route, nth)
        points += [(xs[-1], y), (x, y)]
        found.append(PlacedLine(route.boss, route.seat, tuple(_drop_repeated(points))))
    return found


def _drop_repeated(points: Sequence[Point]) -> Iterator[Point]:
    for number, point in enumerate(points):
        if number == 0 or point != points[number - 1]:
            yield point


def _find_lane(rows: Sequence[int], gap: int, lane: int) -> int:
    if gap < 0:
        return TOP + PITCH // 2 + PITCH * lane
    return rows[gap] + BOX_HEIGHT + DOTTED_LANE + PITCH * lane


def _begin(items: Items, route: Route, x: int) -> list[Point]:
    start = items.of_seat[route.boss]
    if route.is_down:
        return [(x, start.y + BOX_HEIGHT + 2)]
    if start.columns:
        column, number = _find_in_stack(items, route.boss)
        y = start.y + number * (COMPACT_HEIGHT + STACKED) + _COMPACT_START
        return [(column, y), (x, y)]
    y = start.y + (HEAD // 2 + PITCH * start.incoming if start.is_frame else _BOX_START)
    return [(start.x, y), (x, y)]


def _find_in_stack(items: Items, seat: str) -> tuple[int, int]:
    """Where the column of a leaf is, and the leaf's number in it."""
    column = items.column_of[seat]
    return column.x, list(column.seats).index(seat)


def _find_end(items: Items, route: Route, nth: int) -> Point:
    """Where a line reaches its seat; one that runs further left reaches it lower, so that they do not cross there."""
    end = items.of_seat[route.seat]
    if end.columns:
        x, number = _find_in_stack(items, route.seat)
        return x - 1, end.y + number * (COMPACT_HEIGHT + STACKED) + _COMPACT_ENDS[nth % 2]
    slot = end.slots.index(route.boss)
    if end.is_frame:
        return end.x - 1, end.y + HEAD // 2 + PITCH * slot
    y = BOX_HEIGHT // 2 - PITCH // 2 * (end.incoming - 1) + PITCH * slot
    return end.x - 1, end.y + min(_LOWEST_END, max(_HIGHEST_END, y))
