"""Lay out the chart: boxes in levels, leaves in stacks, groups in frames, and the lines between them.

The work is linear in the number of seats, and for dotted lines in the number of boxes that they pass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from orgtp.views.chart_drawing.draw_types import (
    AROUND,
    BELOW,
    BESIDE,
    BOTTOM,
    BOX_HEIGHT,
    BOX_WIDTH,
    COMPACT_HEIGHT,
    DOTTED_LANE,
    FOLD_REACH,
    HEAD,
    LANE,
    LEFT,
    PITCH,
    SPINE,
    STACK_TOP,
    STACKED,
    TOP,
    Drawing,
    LayoutSeat,
    PlacedBox,
    PlacedFrame,
    PlacedLine,
)
from orgtp.views.chart_drawing.items import Item, Items, build_items
from orgtp.views.chart_drawing.lanes import Lanes, draw_dotted_lines
from orgtp.views.chart_drawing.routes import find_routes, reserve_room
from orgtp.views.chart_drawing.tidy_tree import TreeNode, collect_positions, place_children

# How far below a level the outline of its boxes reaches, with their fold marks. Lines begin below that.
_OUTLINE = LANE - 2
# How far the outline of a stack or a frame reaches below it.
_CLEAR = 10


def lay_out(seats: Sequence[LayoutSeat], folded: Collection[str] = ()) -> Drawing:
    """The drawing of seats that are depth first, each after the one above it, with those below `folded` ones hidden."""
    items = build_items(seats, folded)
    heads = _count_heads(items)
    rows = _place_rows(heads, {})
    _place_down(items, rows, {})
    routes = find_routes(seats, items, _find_blocked_gaps(items, rows))
    reserve_room(items, routes)
    _place_across(items, rows)
    lanes = Lanes(items, routes)
    rows = _place_rows(heads, lanes.count)
    _place_down(items, rows, lanes.count)
    dotted = draw_dotted_lines(items, routes, lanes, rows)
    return _draw(seats, items, lanes, dotted)


def _count_heads(items: Items) -> list[int]:
    """For each level, how many heads of frames are above its boxes, one over the other."""
    most = [0] * (max((item.level for item in items.every), default=0) + 1)
    for item in reversed(items.every):
        if item.is_frame:
            item.heads = 1 + max((one.heads for one in item.below), default=0)
            most[item.level] = max(most[item.level], item.heads)
    return most


def _place_rows(heads: Sequence[int], lanes: Mapping[int, int]) -> list[int]:
    """Where the boxes of each level begin. `lanes` has how many dotted lines run above each other in each gap."""
    y = TOP + HEAD * heads[0] + (2 * PITCH + PITCH * (lanes[-1] - 1) if lanes.get(-1) else 0)
    tops = [y]
    for level in range(1, len(heads)):
        y += BOX_HEIGHT + max(BELOW, BELOW - HEAD + HEAD * heads[level]) + _widen(lanes, level - 1)
        tops.append(y)
    return tops


def _widen(lanes: Mapping[int, int], gap: int) -> int:
    """By how much a gap is higher than usual, because several dotted lines run in it."""
    return PITCH * max(0, lanes.get(gap, 0) - 1)


def _place_down(items: Items, rows: Sequence[int], lanes: Mapping[int, int]) -> None:
    """Set where each item begins and ends."""
    for item in reversed(items.every):
        y = rows[item.level]
        if item.columns:
            if item.hangs:
                y = rows[item.level - 1] + BOX_HEIGHT + STACK_TOP + _widen(lanes, item.level - 1)
            item.height = max(len(column.seats) for column in item.columns) * (COMPACT_HEIGHT + STACKED) - STACKED
            item.end = y + item.height
        elif item.is_frame:
            y -= HEAD * item.heads
            item.end = max(one.end for one in item.below) + AROUND
            item.height = item.end - y
        else:
            item.height = BOX_HEIGHT
            own = y + BOX_HEIGHT + (FOLD_REACH if item.opens and not item.below else 0)
            item.end = max([own, *(one.end for one in item.below)])
        item.y = y


def _find_blocked_gaps(items: Items, rows: Sequence[int]) -> set[int]:
    """The gaps that a stack reaches into from above, so that a line cannot run along them everywhere."""
    blocked = set()
    for item in items.every:
        if item.columns:
            gap = item.level - 1 if item.hangs else item.level
            while gap < len(rows) and item.end + _CLEAR > rows[gap] + BOX_HEIGHT + LANE:
                if item.y < rows[gap] + BOX_HEIGHT + DOTTED_LANE:
                    blocked.add(gap)
                gap += 1
    return blocked


def _place_across(items: Items, rows: Sequence[int]) -> None:
    """Set where each item is from left to right."""
    for item in reversed(items.every):
        _set_outline(item, rows)
        if not item.is_frame:
            item.node.children = [one.node for one in item.below]
            place_children(item.node)
    _place_together(items.tops)
    for item in items.every:
        start = LEFT if item.frame is None else item.frame.x + AROUND
        item.x = start + item.node.x + item.left
        for column in item.columns:
            column.x = item.x + column.inset


def _set_outline(item: Item, rows: Sequence[int]) -> None:
    """Set how wide the item is, and the outline of its node."""
    item.left = PITCH * max(0, len(item.slots) - 1)
    if item.is_frame:
        item.width = _place_together(item.below) + 2 * AROUND
    elif item.columns:
        right = 0
        for column in item.columns:
            count = len(column.slots)
            column.spine = SPINE + PITCH * count if item.hangs else 0
            column.inset = right + (column.spine or PITCH * max(0, count - 1))
            right = column.inset + BOX_WIDTH + BESIDE
        item.width = right - BESIDE
    else:
        item.width = BOX_WIDTH
    node = item.node
    node.width = item.left + item.width + BESIDE
    node.anchor = item.left + item.width // 2
    node.bottom = rows[item.level] + BOX_HEIGHT + _OUTLINE
    if item.is_frame or item.columns:
        node.bottom = max(node.bottom, item.end + _CLEAR) if item.is_frame else item.end + _CLEAR


def _place_together(items: Sequence[Item]) -> int:
    """Place trees beside each other, the first one at 0, and return how much room they take."""
    root = TreeNode(0, 0, 0)
    root.children = [one.node for one in items]
    place_children(root)
    nodes = collect_positions(root)
    left = min((node.x for node in nodes), default=0)
    for node in nodes:
        node.x -= left
    return max((node.x + node.width - BESIDE for node in nodes), default=0)


def _draw(seats: Sequence[LayoutSeat], items: Items, lanes: Lanes, dotted: Sequence[PlacedLine]) -> Drawing:
    """The drawing, moved right if a dotted line runs left of everything else."""
    by_id = {one.seat: one for one in seats}
    boxes: list[PlacedBox] = []
    frames: list[PlacedFrame] = []
    lines: list[PlacedLine] = []
    for item in items.every:
        if item.columns:
            for column in item.columns:
                boxes += [
                    PlacedBox(seat, column.x, item.y + number * (COMPACT_HEIGHT + STACKED), COMPACT_HEIGHT)
                    for number, seat in enumerate(column.seats)
                ]
        elif item.is_frame:
            frames.append(_draw_frame(item, by_id[item.seat], lanes))
        else:
            boxes.append(
                PlacedBox(item.seat, item.x, item.y, BOX_HEIGHT, items.count.get(item.seat, 0), opens=item.opens)
            )
        lines += _draw_lines(item, lanes)
    order = {one.seat: number for number, one in enumerate(seats)}
    left = min((x for line in dotted for x, _ in line.points), default=LEFT)
    shift = max(0, LEFT - left)
    right = max([0, *(box.x + BOX_WIDTH for box in boxes), *(one.x + one.width for one in frames)])
    right = max([right, *(x for line in dotted for x, _ in line.points)])
    bottom = max([0, *(box.y + box.height + (FOLD_REACH if box.hidden else 0) for box in boxes)])
    bottom = max([bottom, *(one.y + one.height for one in frames), *(y for line in dotted for _, y in line.points)])
    return Drawing(
        right + shift + LEFT,
        bottom + BOTTOM,
        tuple(
            PlacedBox(one.seat, one.x + shift, one.y, one.height, one.hidden, opens=one.opens)
            for one in sorted(boxes, key=lambda one: order[one.seat])
        ),
        tuple(
            PlacedFrame(one.seat, one.x + shift, one.y, one.width, one.height, one.label_x + shift, one.label_width)
            for one in sorted(frames, key=lambda one: order[one.seat])
        ),
        tuple(sorted((_move(one, shift) for one in lines), key=lambda one: order[one.seat])),
        tuple(_move(one, shift) for one in dotted),
        items.shown,
    )


def _move(line: PlacedLine, shift: int) -> PlacedLine:
    return PlacedLine(line.boss, line.seat, tuple((x + shift, y) for x, y in line.points)) if shift else line


def _draw_frame(item: Item, seat: LayoutSeat, lanes: Lanes) -> PlacedFrame:
    """The frame. Its name is between the dotted lines that pass its head: where it fits first, else where most fits."""
    end = item.x + item.width - AROUND - seat.head
    starts = [item.x + AROUND]
    ends = []
    for x in sorted(lanes.through_head.get(item.seat, ())):
        if item.x + AROUND - PITCH < x < end + PITCH:
            ends.append(x - PITCH)
            starts.append(x + PITCH)
    ends.append(end)
    rooms = [(start, max(0, stop - start)) for start, stop in zip(starts, ends, strict=True)]
    x, width = next((room for room in rooms if room[1] >= seat.label), max(rooms, key=lambda room: room[1]))
    return PlacedFrame(item.seat, item.x, item.y, item.width, item.height, x, width)


def _draw_lines(item: Item, lanes: Lanes) -> list[PlacedLine]:
    """The solid line to an item from the box above it; to a stack, one for each leaf."""
    above = item.above
    if above is None or not item.hangs:
        return []
    start, bottom = above.x + BOX_WIDTH // 2, above.y + BOX_HEIGHT
    if not item.columns:
        end = lanes.landings.get(item.seat, item.x + item.width // 2)
        turn = ((start, bottom + LANE), (end, bottom + LANE)) if start != end else ()
        return [PlacedLine(above.seat, item.seat, ((start, bottom), *turn, (end, item.y)))]
    found = []
    for column in item.columns:
        spine = column.x - column.spine
        for number, seat in enumerate(column.seats):
            y = item.y + number * (COMPACT_HEIGHT + STACKED) + COMPACT_HEIGHT // 2
            turn = ((start, bottom + LANE), (spine, bottom + LANE)) if spine != start else ()
            found.append(PlacedLine(above.seat, seat, ((start, bottom), *turn, (spine, y), (column.x, y))))
    return found
