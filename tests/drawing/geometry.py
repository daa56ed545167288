"""What must hold of every drawing of a chart, from its geometry. Each function returns what is wrong, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from orgtp.views.chart_drawing.draw_types import BOX_WIDTH, FOLD_REACH, Drawing, LayoutSeat, PlacedLine


class Area(NamedTuple):
    """A rectangle: its edges."""

    name: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Area) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def contains(self, other: Area) -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


def list_boxes(drawing: Drawing) -> list[Area]:
    """The boxes, and the marks below those that are folded."""
    boxes = [Area(box.seat, box.x, box.y, box.x + BOX_WIDTH, box.y + box.height) for box in drawing.boxes]
    marks = [
        Area(f"mark of {box.seat}", box.x + 16, box.y + box.height, box.x + BOX_WIDTH, box.y + box.height + FOLD_REACH)
        for box in drawing.boxes
        if box.hidden
    ]
    return [*boxes, *marks]


def list_frames(drawing: Drawing) -> list[Area]:
    return [Area(one.seat, one.x, one.y, one.x + one.width, one.y + one.height) for one in drawing.frames]


def list_labels(drawing: Drawing) -> list[Area]:
    """Where the names of groups may be, at the height of their text, and a little beside them."""
    return [
        Area(f"name of {one.seat}", one.label_x - 2, one.y + 8, one.label_x + one.label_width, one.y + 24)
        for one in drawing.frames
    ]


def find_overlaps(areas: Sequence[Area]) -> Iterator[str]:
    """Pairs that overlap, found by a sweep from left to right."""
    open_: list[Area] = []
    for area in sorted(areas, key=lambda one: one.left):
        open_ = [one for one in open_ if one.right > area.left]
        yield from (f"{one.name} overlaps {area.name}" for one in open_ if one.overlaps(area))
        open_.append(area)


def list_pieces(line: PlacedLine) -> list[Area]:
    """The straight pieces of a line; each is an area without width or without height."""
    return [
        Area(f"{line.boss}-{line.seat}", min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
        for a, b in pairwise(line.points)
    ]


def find_wrong_places(seats: Sequence[LayoutSeat], drawing: Drawing) -> Iterator[str]:
    """Everything that is wrong with boxes, frames and labels."""
    boxes, frames = list_boxes(drawing), list_frames(drawing)
    yield from find_overlaps(boxes)
    shown = sorted([*(box.seat for box in drawing.boxes), *(one.seat for one in drawing.frames)])
    visible = {seat for seat, where in drawing.shown.items() if seat == where}
    if shown != sorted(visible) or drawing.shown.keys() != {one.seat for one in seats}:
        yield "not every seat is shown once"
    paper = Area("paper", 0, 0, drawing.width, drawing.height)
    yield from (f"{one.name} is not on the paper" for one in [*boxes, *frames] if not paper.contains(one))
    above = {one.seat: one.above for one in seats}
    inside = {frame.name: _list_inside(seats, frame.name) for frame in frames}
    for frame in frames:
        for area in [*boxes, *frames]:
            if area.name == frame.name or area.name.startswith("mark of"):
                continue
            if area.name in inside[frame.name]:
                if not frame.contains(area):
                    yield f"{area.name} is not inside {frame.name}"
            elif area.overlaps(frame) and frame.name not in inside.get(area.name, ()):
                yield f"{area.name} overlaps the frame {frame.name}"
    labels = list_labels(drawing)
    yield from find_overlaps([*boxes, *labels])
    yield from _find_wrong_middles(above, drawing)


def _list_inside(seats: Sequence[LayoutSeat], group: str) -> set[str]:
    inside = {group}
    for one in seats:
        if one.above in inside:
            inside.add(one.seat)
    return inside - {group}


def _find_wrong_middles(above: dict[str, str], drawing: Drawing) -> Iterator[str]:
    """A parent is over the middle between its first and its last child, or over its stack, up to half a pixel."""
    children: dict[str, list[tuple[int, int]]] = {}
    for box in drawing.boxes:
        if not box.is_compact:
            children.setdefault(above[box.seat], []).append((box.x, BOX_WIDTH))
    for frame in drawing.frames:
        children.setdefault(above[frame.seat], []).append((frame.x, frame.width))
    for box in drawing.boxes:
        found = sorted(children.get(box.seat, []))
        if found:
            double = found[0][0] + found[0][1] // 2 + found[-1][0] + found[-1][1] // 2
            if double // 2 != box.x + BOX_WIDTH // 2:
                yield f"{box.seat} is not over the middle of what is below it"


def find_wrong_lines(drawing: Drawing) -> Iterator[str]:
    """Everything that is wrong with the lines: they cross no box and no label, and none runs in another's lane."""
    areas = [*list_boxes(drawing), *list_labels(drawing)]
    every = [(line, piece) for line in [*drawing.lines, *drawing.dotted] for piece in list_pieces(line)]
    for line, piece in every:
        ends = (line.boss, line.seat) if line in drawing.lines else ()
        yield from (
            f"{piece.name} crosses {one.name}" for one in areas if _touches(piece, one) and one.name not in ends
        )
    for line in drawing.dotted:
        others = [piece for other, piece in every if other in drawing.lines or other.boss != line.boss]
        for piece in list_pieces(line):
            yield from (f"{piece} runs in the lane of {one}" for one in others if _share_lane(piece, one))


def _touches(piece: Area, area: Area) -> bool:
    return piece.left < area.right and piece.right > area.left and piece.top < area.bottom and piece.bottom > area.top


def _share_lane(one: Area, other: Area) -> bool:
    """Whether two pieces in one direction overlap for more than a dot."""
    if one.top == one.bottom and other.top == other.bottom:
        return abs(one.top - other.top) < 2 and min(one.right, other.right) - max(one.left, other.left) > 2
    if one.left == one.right and other.left == other.right:
        return abs(one.left - other.left) < 2 and min(one.bottom, other.bottom) - max(one.top, other.top) > 2
    return False
