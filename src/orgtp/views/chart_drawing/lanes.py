"""Give the dotted lines their lanes: no two of different seats run in the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orgtp.views.chart_drawing.draw_types import (
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
from orgtp.views.chart_drawing.items import Item, Items
from orgtp.views.chart_drawing.routes import DottedRoute

# How near a vertical line may not come to another one in the same gap, and how near to a box or beyond the last place.
_NEAR = 2
_LEAST, _BEYOND = 3, 2
_BESIDE_LANDING = 10
# Where a dotted line reaches a leaf in a stack, whose solid line ends at its middle, and where one leaves it.
_COMPACT_ENDS, _COMPACT_START = (26, 8, 29, 5, 23, 11, 32), 20
_BOX_START, _LOWEST_END, _HIGHEST_END = 52, 45, 9


class Lanes:
    """Where the dotted lines run.

    `across` has the horizontal places of each route, in order. `lane_of` numbers the lane of a seat's lines in a gap,
    `count` has the number of lanes of each gap, `through_head` where lines pass the head of a frame, and `landings`
    where the solid line to a frame ends at its top.
    """

    def __init__(self, items: Items, routes: Sequence[DottedRoute]) -> None:
        self.across: list[list[int]] = []
        self.lane_of: dict[tuple[int, str], int] = {}
        self.count: dict[int, int] = {}
        self.through_head: dict[str, set[int]] = {}
        self.landings: dict[str, int] = {}
        # Where vertical lines run in each gap, by the seat where a dotted one begins; "" for solid ones.
        self._taken: dict[int, dict[int, str]] = {}
        self._take_solid_lines(items)
        sides = self._choose_sides(items, routes)
        self._choose_landings(items)
        starts = self._choose_starts(items, routes)
        for route in routes:
            xs = [sides[key] for key in _list_sides(items, route)]
            self.across.append([starts[route.boss], *xs] if route.is_down else xs)
        self._pass_heads(routes)
        self._assign(routes)

    def _take_solid_lines(self, items: Items) -> None:
        for item in items.every:
            if item.above is not None and item.hangs:
                self._take(item.level - 1, item.above.x + BOX_WIDTH // 2)
                if not item.is_frame and not item.columns:
                    self._take(item.level - 1, item.x + BOX_WIDTH // 2)
                for column in item.columns:
                    self._take(item.level - 1, column.x - column.spine)

    def _is_free(self, gap: int, x: int, boss: str = "") -> bool:
        taken = self._taken.get(gap, {})
        return all(taken.get(x + near, boss) == boss for near in range(-_NEAR, _NEAR + 1))

    def _is_clear(self, gap: int, x: int) -> bool:
        """Whether no solid line is near."""
        taken = self._taken.get(gap, {})
        return all(taken.get(x + near) != "" for near in range(-_NEAR, _NEAR + 1))

    def _take(self, gap: int, x: int, boss: str = "") -> None:
        self._taken.setdefault(gap, {})[x] = boss

    def _choose_sides(self, items: Items, routes: Sequence[DottedRoute]) -> dict[_Side, int]:
        """Where lines run along the left of boxes, a little off their place if another line runs there in a gap."""
        found: dict[_Side, int] = {}
        beside: dict[tuple[str, str], list[int]] = {}
        for route in routes:
            for item, side in zip(route.passed, _list_sides(items, route), strict=True):
                if side not in found:
                    column = items.column_of.get(side[1])
                    slots = item.slots if column is None else column.slots
                    edge = item.x if column is None else column.x
                    x = edge - STEM - PITCH * slots.index(route.boss)
                    gaps = (item.level - 1, item.level)
                    places = _list_places(edge, x, len(slots))
                    # If other dotted lines are everywhere, the order of the lanes keeps them apart.
                    free = [one for one in places if all(self._is_free(gap, one, route.boss) for gap in gaps)]
                    clear = [one for one in places if all(self._is_clear(gap, one) for gap in gaps)]
                    others = beside.setdefault(side[:2], [])
                    apart = [one for one in clear if all(abs(one - other) > _NEAR for other in others)]
                    found[side] = [*free, *apart, *clear, x][0]
                    others.append(found[side])
                    for gap in gaps:
                        self._take(gap, found[side], route.boss)
        return found

    def _choose_landings(self, items: Items) -> None:
        for item in items.every:
            if item.is_frame and item.hangs:
                middle, most = item.x + item.width // 2, item.width // 2 // _BESIDE_LANDING
                places = [
                    middle,
                    *(middle + _BESIDE_LANDING * step * sign for step in range(1, most) for sign in (1, -1)),
                ]
                x = next((one for one in places if self._is_free(item.level - 1, one)), middle)
                self.landings[item.seat] = x
                self._take(item.level - 1, x)

    def _choose_starts(self, items: Items, routes: Sequence[DottedRoute]) -> dict[str, int]:
        """Where lines leave the bottom of their boxes."""
        found: dict[str, int] = {}
        for route in routes:
            if route.is_down and route.boss not in found:
                start = items.of_seat[route.boss]
                places = [start.x + offset for offset in _list_offsets(start)]
                found[route.boss] = next((x for x in places if self._is_free(start.level, x, route.boss)), places[0])
                self._take(start.level, found[route.boss], route.boss)
        return found

    def _pass_heads(self, routes: Sequence[DottedRoute]) -> None:
        for route, xs in zip(routes, self.across, strict=True):
            first = 1 if route.is_down else 0
            for number, item in enumerate(route.passed):
                if item.level - 1 not in route.gaps[max(0, number + first - 1) : number + first + 1]:
                    continue
                frame = item.frame
                while frame is not None and frame.level == item.level:
                    self.through_head.setdefault(frame.seat, set()).add(xs[number + first])
                    frame = frame.frame

    def _assign(self, routes: Sequence[DottedRoute]) -> None:
        gaps: dict[int, _Gap] = {}
        for route, xs in zip(routes, self.across, strict=True):
            items = [*([None] if route.is_down else []), *route.passed]
            for number, gap in enumerate(route.gaps):
                found = gaps.setdefault(gap, _Gap())
                for at in (number, number + 1):
                    item = items[at]
                    is_above = item is None or item.level == gap
                    (found.above if is_above else found.below)[xs[at]] = route.boss
                low, high = sorted(xs[number : number + 2])
                if low != high:
                    known = found.spans.get(route.boss, (low, high))
                    found.spans[route.boss] = (min(low, known[0]), max(high, known[1]))
        for gap, found in gaps.items():
            lanes = _order_lanes(found)
            self.lane_of |= {(gap, boss): lane for boss, lane in lanes.items()}
            if lanes:
                self.count[gap] = max(lanes.values()) + 1


class _Gap:
    """The dotted lines in a gap: how far each runs across, and where they come down from above and leave below."""

    def __init__(self) -> None:
        self.spans: dict[str, tuple[int, int]] = {}
        self.above: dict[int, str] = {}
        self.below: dict[int, str] = {}


def _order_lanes(gap: _Gap) -> dict[str, int]:
    """The lane of each line: the first that is free, below those of the lines that come down where it leaves."""
    before: dict[str, set[str]] = {boss: set() for boss in gap.spans}
    for x, boss in gap.above.items():
        for near in range(-_NEAR, _NEAR + 1):
            other = gap.below.get(x + near, boss)
            if other != boss and boss in before and other in before:
                before[other].add(boss)
    waiting = sorted(gap.spans, key=lambda boss: (gap.spans[boss], boss))
    lanes: list[list[tuple[int, int]]] = []
    found: dict[str, int] = {}
    while waiting:
        # Two lines may each have to be above the other; then the first one is.
        boss = next((one for one in waiting if before[one] <= found.keys()), waiting[0])
        waiting.remove(boss)
        low, high = gap.spans[boss]
        lane = max((found[one] + 1 for one in before[boss] if one in found), default=0)
        while lane < len(lanes) and any(a < high + PITCH and low < b + PITCH for a, b in lanes[lane]):
            lane += 1
        lanes += [[]] * (lane + 1 - len(lanes))
        lanes[lane] = [*lanes[lane], (low, high)]
        found[boss] = lane
    return found


# A left side with room for a line: the first leaf of a column of a stack, or "" and a box; and where the line begins.
_Side = tuple[str, str, str]


def _list_sides(items: Items, route: DottedRoute) -> Iterator[_Side]:
    for number, item in enumerate(route.passed):
        if item.columns:
            column = items.column_of[route.seat if number == len(route.passed) - 1 else route.boss]
            yield "", column.seats[0], route.boss
        else:
            yield item.seat, "", route.boss


def _list_places(edge: int, x: int, count: int) -> list[int]:
    """Where a line may run at the left of a box with room for so many: the nearest places to its own first."""
    last = edge - STEM - PITCH * (count - 1) - _BEYOND
    return sorted(range(last, edge - _LEAST + 1), key=lambda place: (abs(place - x), place))


def _list_offsets(start: Item) -> list[int]:
    """Where a line may leave the bottom of a box, the best place first. Its middle may belong to a fold mark."""
    middle = BOX_WIDTH // 2
    if start.opens:
        return list(range(8, middle - 16 if start.below else 16, 4))
    return [middle, *(middle + sign * 6 * step for step in range(1, 11) for sign in (-1, 1))]


def draw_dotted_lines(
    items: Items, routes: Sequence[DottedRoute], lanes: Lanes, rows: Sequence[int]
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


def _begin(items: Items, route: DottedRoute, x: int) -> list[Point]:
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


def _find_end(items: Items, route: DottedRoute, nth: int) -> Point:
    """Where a line reaches its seat; one that runs further left reaches it lower, so that they do not cross there."""
    end = items.of_seat[route.seat]
    if end.columns:
        x, number = _find_in_stack(items, route.seat)
        return x - 1, end.y + number * (COMPACT_HEIGHT + STACKED) + _COMPACT_ENDS[nth % len(_COMPACT_ENDS)]
    slot = end.slots.index(route.boss)
    if end.is_frame:
        return end.x - 1, end.y + HEAD // 2 + PITCH * slot
    y = BOX_HEIGHT // 2 - PITCH // 2 * (end.incoming - 1) + PITCH * slot
    return end.x - 1, end.y + min(_LOWEST_END, max(_HIGHEST_END, y))
