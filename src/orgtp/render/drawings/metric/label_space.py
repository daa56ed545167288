"""Where the labels of a drawing fit, so that none overlaps another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Widths of characters of the usual sans fonts, in parts of the size of the font; the widest of them counts.
_NARROW, _WIDE, _USUAL, _WIDEST = 0.34, 0.96, 0.6, 1.05
_NARROW_ONES, _WIDE_ONES = frozenset(" .,:;'|!iljftr()[]/-"), frozenset("MWmw%@\u201c\u201d\u2014")
_ASCENT, _DESCENT = 0.8, 0.24
_LAST_OF_NARROW_SCRIPTS = 0x2E80


class LabelBox(NamedTuple):
    """The edges of a label, a mark, or anything else that a label must not cover."""

    left: float
    top: float
    right: float
    bottom: float

    def count_overlaps(self, others: Iterable[LabelBox]) -> int:
        """How many of these boxes share an area with this one. In one expression, since it runs for each label."""
        left, top, right, bottom = self
        return len([1 for a, b, c, d in others if a < right and left < c and b < bottom and top < d])

    def holds(self, other: LabelBox) -> bool:
        """Whether the other box is inside this one."""
        sides = self.left <= other.left and other.right <= self.right
        return sides and self.top <= other.top and other.bottom <= self.bottom


def measure_label(text: str, size: float) -> float:
    """The width of a text in pixels, at most: the font of a reader may be narrower."""
    return sum(map(_measure_character, text)) * size


def _measure_character(character: str) -> float:
    if character in _NARROW_ONES:
        return _NARROW
    if character in _WIDE_ONES or character.isupper():
        return _WIDE if character in _WIDE_ONES else 0.72
    return _USUAL if ord(character) < _LAST_OF_NARROW_SCRIPTS else _WIDEST


def box_label(text: str, x: float, y: float, size: float, anchor: str = "middle") -> LabelBox:
    """The box of a text whose baseline is at `y`. `anchor` is start, middle or end, as in SVG."""
    width = measure_label(text, size)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return LabelBox(left, y - _ASCENT * size, left + width, y + _DESCENT * size)


class LabelSpace:
    """The room of a drawing: what is taken, and what a label should better not cover."""

    def __init__(self, room: LabelBox) -> None:
        self.room = room
        self.taken: list[LabelBox] = []
        self.avoided: list[LabelBox] = []

    def take(self, box: LabelBox) -> None:
        """Keep other labels away from a box."""
        self.taken.append(box)

    def avoid(self, boxes: Iterable[LabelBox]) -> None:
        """Let labels cover these boxes only where there is no other room."""
        self.avoided.extend(boxes)

    def choose(self, boxes: Sequence[LabelBox]) -> int | None:
        """The number of the best of several places for a label, which is then taken; None if none of them is free.

        The best covers least of what it should avoid; among equal ones it is the first.
        """
        free = [
            (box.count_overlaps(self.avoided), number)
            for number, box in enumerate(boxes)
            if self.room.holds(box) and not box.count_overlaps(self.taken)
        ]
        if not free:
            return None
        _, number = min(free)
        self.take(boxes[number])
        return number


def spread_labels(places: Sequence[float], distance: float, top: float, bottom: float) -> list[float]:
    """Heights for labels that want to be at these, moved as little as gives each its distance, between two ends.

    If there are more than fit, they are closer at the end.
    """
    order = sorted(range(len(places)), key=lambda number: (places[number], number))
    found: list[float] = []
    for number in order:
        found.append(max(places[number], found[-1] + distance if found else top))
    limit = bottom
    for at in range(len(found) - 1, -1, -1):
        found[at] = max(top, min(found[at], limit))
        limit = found[at] - distance
    return [found[order.index(number)] for number in range(len(places))]
