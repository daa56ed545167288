"""What a drawing of the chart is made of. All numbers are whole pixels, so that the browser computes the same ones."""

from __future__ import annotations

from collections.abc import Mapping

from orgtp.lazy_dataclass import dataclass

# The sizes of the design: a box, a leaf in a stack, and the distances between them.
BOX_WIDTH, BOX_HEIGHT, COMPACT_HEIGHT = 148, 66, 34
BESIDE, BELOW, STACKED = 12, 72, 6
# A solid line runs this far below its parent, the first dotted line below that, and a stack begins there.
LANE, DOTTED_LANE, STACK_TOP = 22, 33, 40
# Between dotted lines that run beside each other, and from a box to the first one at its left.
PITCH, STEM = 6, 7
# A stack: from this many leaves on, in columns of that many, on a spine this far left of the boxes.
LEAST_STACKED, COLUMN, SPINE = 5, 8, 10
# A frame: the distance around its members, and the room above them for its name.
AROUND, HEAD = 14, 30
# How far a fold mark reaches below its box.
FOLD_REACH = 19
# The margins of the whole drawing.
LEFT, TOP, BOTTOM = 2, 4, 14

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LayoutSeat:
    """A seat to place: `above` is the seat above it on this chart, or "", and `dotted` those it has a dotted line to.

    `label` is how wide the name of a group is in the head of its frame, and `head` how much room its signs need there.
    """

    seat: str
    above: str = ""
    is_group: bool = False
    dotted: tuple[str, ...] = ()
    label: int = 0
    head: int = 0


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box: its upper left corner and its height. The width is always `BOX_WIDTH`.

    `hidden` counts the seats that are folded away below it, and `opens` tells whether there is anything to fold.
    """

    seat: str
    x: int
    y: int
    height: int
    hidden: int = 0
    opens: bool = False

    @property
    def is_compact(self) -> bool:
        """Whether it is one of a stack of leaves."""
        return self.height == COMPACT_HEIGHT


@dataclass(frozen=True, slots=True)
class PlacedFrame:
    """The frame around the members of a group. Its name fits between `label_x` and `label_x + label_width`."""

    seat: str
    x: int
    y: int
    width: int
    height: int
    label_x: int
    label_width: int


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line to a seat, as the corners that it runs through. `boss` is where it begins."""

    boss: str
    seat: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The chart as it is drawn. Every seat that is not folded away is a box or a frame, once.

    `lines` are solid and `dotted` dotted. `shown` maps each seat to the box or frame where it can be seen: itself, or
    the seat above it that is folded.
    """

    width: int
    height: int
    boxes: tuple[PlacedBox, ...]
    frames: tuple[PlacedFrame, ...]
    lines: tuple[PlacedLine, ...]
    dotted: tuple[PlacedLine, ...]
    shown: Mapping[str, str]
