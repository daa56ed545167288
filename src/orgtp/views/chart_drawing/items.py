"""The parts of a drawing before they have a place: boxes, stacks of leaves, and frames of groups."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from orgtp.views.chart_drawing.draw_types import COLUMN, LEAST_STACKED, LayoutSeat
from orgtp.views.chart_drawing.tidy_tree import TreeNode


class StackColumn:
    """One column of a stack."""

    __slots__ = ("inset", "seats", "slots", "spine", "x")

    def __init__(self, seats: Sequence[str]) -> None:
        self.seats = seats
        # The dotted lines at the left, the nearest first, each by the seat where it begins.
        self.slots: list[str] = []
        # How far the boxes are from the left edge of the stack, how far their spine is from them, and where they are.
        self.inset = self.spine = self.x = 0


class Item:
    """A box, a frame or a stack, at the level where its boxes begin. A stack has no seat of its own.

    `above` is the nearest box above it, `frame` the frame that it is in, and `hangs` tells whether a line leads to it.
    `below` are the items right below it, or in it.
    """

    __slots__ = (
        "above", "below", "columns", "end", "frame", "hangs", "heads", "height", "incoming", "is_frame",
        "left", "level", "node", "opens", "seat", "slots", "width", "x", "y",
    )  # fmt: skip

    def __init__(self, seat: str, container: Item | None) -> None:
        self.seat = seat
        self.is_frame: bool = False
        self.opens: bool = False
        self.hangs = container is not None and not container.is_frame
        self.above: Item | None = None
        self.frame: Item | None = None
        self.level = 0
        if container is not None:
            self.above = container if self.hangs else container.above
            self.frame = container.frame if self.hangs else container
            self.level = container.level + 1 if self.hangs else container.level
        self.below: list[Item] = []
        self.columns: list[StackColumn] = []
        # The dotted lines at the left, the nearest first, each by the seat where it begins. The first ones, as many as
        # `incoming`, end here.
        self.slots: list[str] = []
        self.incoming = 0
        # How many heads of frames are above what a frame contains, with its own.
        self.heads = 0
        self.node = TreeNode(0, 0, 0)
        # How much room the dotted lines need at its left; its place and size; the lowest end of what hangs on it.
        self.left = self.x = self.y = self.width = self.height = self.end = 0


class Items:
    """All items of a chart, each after the one that contains it or that it hangs on."""

    __slots__ = ("column_of", "count", "every", "of_seat", "shown", "tops")

    def __init__(self) -> None:
        self.every: list[Item] = []
        # The items at the top of the chart.
        self.tops: list[Item] = []
        self.of_seat: dict[str, Item] = {}
        self.column_of: dict[str, StackColumn] = {}
        # Where each seat can be seen, and how many seats are folded away below one.
        self.shown: dict[str, str] = {}
        self.count: dict[str, int] = {}


def build_items(seats: Sequence[LayoutSeat], folded: Collection[str]) -> Items:
    """The items of a chart. The seats are depth first, each after the one above it."""
    items, below = Items(), _list_below(seats, folded)
    parents = {one.above for one in seats}
    by_id = {one.seat: one for one in seats}
    for one in seats:
        above = items.shown.get(one.above, "")
        is_hidden = one.above in by_id and (above != one.above or one.above in folded)
        items.shown[one.seat] = above if is_hidden else one.seat
        if is_hidden:
            items.count[above] = items.count.get(above, 0) + 1
    waiting: list[tuple[str, Item | None]] = [("", None)]
    while waiting:
        seat, container = waiting.pop()
        kids = below.get(seat, [])
        if len(kids) >= LEAST_STACKED and parents.isdisjoint(kids):
            made = [_make_stack(items, container, kids)]
        else:
            made = [_make_item(items, container, by_id[kid], below, parents) for kid in kids]
        items.every += made
        if container is None:
            items.tops += made
        else:
            container.below += made
        waiting += [(one.seat, one) for one in reversed(made) if one.seat and one.seat in below]
    return items


def _list_below(seats: Sequence[LayoutSeat], folded: Collection[str]) -> dict[str, list[str]]:
    """The seats right below each seat that is not folded; below "" are those at the top."""
    found: dict[str, list[str]] = {}
    known = {one.seat for one in seats}
    for one in seats:
        above = one.above if one.above in known else ""
        if not above or above not in folded:
            found.setdefault(above, []).append(one.seat)
    return found


def _make_item(
    items: Items, container: Item | None, seat: LayoutSeat, below: Collection[str], parents: Collection[str]
) -> Item:
    made = Item(seat.seat, container)
    made.opens = seat.seat in parents
    made.is_frame = seat.is_group and seat.seat in below
    items.of_seat[seat.seat] = made
    return made


def _make_stack(items: Items, container: Item | None, kids: Sequence[str]) -> Item:
    stack = Item("", container)
    for start in range(0, len(kids), COLUMN):
        column = StackColumn(kids[start : start + COLUMN])
        stack.columns.append(column)
        for kid in column.seats:
            items.of_seat[kid] = stack
            items.column_of[kid] = column
    return stack
