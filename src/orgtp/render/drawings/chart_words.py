"""The words and signs of the boxes of the chart, as they fit: the picture and the page show the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from orgtp.lazy_dataclass import dataclass
from orgtp.model.text import join_with_and, one_line
from orgtp.render.drawings.text_width import fit_text, measure_text
from orgtp.views.chart_drawing.boxes import ChartBox
from orgtp.views.chart_drawing.draw_types import BOX_WIDTH
from orgtp.views.signs import Sign

# The sizes of the design, in tenths of a pixel: name, role, owner and the small words; then the name of a leaf
# in a stack, and of any box far away.
NAME, ROLE, OWNER, COMPACT_NAME, FAR_NAME = 135, 120, 110, 120, 190
INSET, COMPACT_INSET = 11, 9
# The distance of the signs of metrics, and how many of them there are at most.
SIGN_PITCH, COMPACT_PITCH, MOST_SIGNS, MOST_COMPACT = 15, 14, 6, 3
_GAP = 5
# How much room a word and a sign at the top right need, and a fold mark in the head of a frame.
_SIGN, _FOLD = 15, 20


@dataclass(frozen=True, slots=True)
class BoxWords:
    """What a box says, as it fits. `kind_role` is the role if the kind is shown beside it.

    `signs` are drawn, and `more` counts the metrics that have none. `flags` are `late` and `drifting` at the top right;
    `flag` is the word of the first one. A far name is what fits where the chart is made so small that names are drawn
    larger. `about` says everything in full.
    """

    name: str
    role: str
    kind_role: str
    owner: str
    signs: tuple[Sign, ...]
    more: int
    flags: tuple[str, ...]
    flag: str
    far_name: str
    compact_name: str
    compact_far_name: str
    compact_role: str
    compact_kind_role: str
    compact_signs: tuple[Sign, ...]
    compact_more: int
    about: str


@dataclass(frozen=True, slots=True)
class FrameWords:
    """The name of a group and who leads it, with the width of both, and the room that its signs need."""

    name: str
    led_by: str
    name_width: int
    label: int
    head: int


def write_box(box: ChartBox) -> BoxWords:
    """The words of a box."""
    room = BOX_WIDTH - 2 * INSET
    flags = tuple(word for word, holds in (("late", box.is_late), ("drifting", box.is_drifting)) if holds)
    flag = flags[0] if flags else ""
    flagged = measure_text(flag, OWNER, bold=True) + _SIGN * len(flags) + _GAP if flag else 0
    signs, more = choose_signs(box.signs, MOST_SIGNS)
    small, small_more = choose_signs(box.signs, MOST_COMPACT)
    role = write_role(box)
    kind = measure_text(write_kind(box.kind), OWNER) + _GAP
    small_room = BOX_WIDTH - COMPACT_INSET - INSET - _count_room(small, small_more, COMPACT_PITCH)
    # Without room for a word, a leaf in a stack shows that it drifts by the sign alone.
    small_room -= COMPACT_PITCH if box.is_drifting else 0
    return BoxWords(
        name=fit_text(box.name, room - flagged, NAME, bold=True),
        role=fit_text(role, room, ROLE),
        kind_role=fit_text(role, room - kind, ROLE),
        owner=_write_owner(box.owner, room - _count_room(signs, more, SIGN_PITCH)),
        signs=signs,
        more=more,
        flags=flags,
        flag=flag,
        far_name=fit_text(box.name, room - _SIGN * len(flags), FAR_NAME, bold=True),
        compact_far_name=fit_text(box.name, small_room, FAR_NAME, bold=True),
        compact_name=fit_text(box.name, small_room, COMPACT_NAME, bold=True),
        compact_role=fit_text(role, small_room, OWNER),
        compact_kind_role=fit_text(f"{write_kind(box.kind)} · {role}", small_room, OWNER),
        compact_signs=small,
        compact_more=small_more,
        about=describe_box(box),
    )


def write_role(box: ChartBox) -> str:
    """The role, after the status if the seat is not active."""
    return one_line(box.role if box.status == "active" else f"{box.status} · {box.role}")


def write_kind(kind: str) -> str:
    """The kind of a seat as the pages say it."""
    return "person" if kind == "human" else kind


def _write_owner(owner: str, room: int) -> str:
    words = f"owner {one_line(owner)}"
    return words if measure_text(words, OWNER) <= room else fit_text(owner, room, OWNER)


def _count_room(signs: Sequence[Sign], more: int, pitch: int) -> int:
    places = count_places(signs, more)
    return places * pitch + _GAP if places else 0


def count_places(signs: Sequence[Sign], more: int) -> int:
    """How many places signs take, with the number of those that are left out: two, if it has two digits."""
    return len(signs) + bool(more) + (more >= _TWO_DIGITS)


_TWO_DIGITS = 10


def choose_signs(signs: Sequence[Sign], most: int) -> tuple[tuple[Sign, ...], int]:
    """The signs to draw, in the order of the metrics, and how many are left out: first those that need nobody."""
    if len(signs) <= most:
        return tuple(signs), 0
    order = list(Sign)
    ranked = sorted(range(len(signs)), key=lambda number: (order.index(signs[number]), number))
    room = most - 1 if len(signs) - most + 1 < _TWO_DIGITS else most - 2
    kept = sorted(ranked[:room])
    return tuple(signs[number] for number in kept), len(signs) - len(kept)


def describe_box(box: ChartBox) -> str:
    """Everything that the box says, in words."""
    counts = Counter(box.signs)
    states = [f"{counts[sign]} {sign.word}" for sign in Sign if counts[sign]]
    parts = [box.name, write_role(box), f"{'led by' if box.is_group else 'owner'} {box.owner}"]
    parts += ["drifting"] if box.is_drifting else []
    parts += [join_with_and(states)] if states else []
    return ", ".join(one_line(part) for part in parts if part)


def write_frame(box: ChartBox) -> FrameWords:
    """The words in the head of the frame of a group."""
    signs, more = choose_signs(box.signs, MOST_COMPACT)
    flags = box.is_late + box.is_drifting
    name, led_by = one_line(box.name), f"led by {one_line(box.owner)}"
    if box.status != "active":
        led_by = f"{box.status}, {led_by}"
    name_width = measure_text(name, ROLE, bold=True)
    label = name_width + measure_text(f"  {led_by}", ROLE)
    head = count_places(signs, more) * SIGN_PITCH + flags * _SIGN + _FOLD
    return FrameWords(name, led_by, name_width, label, head)


def fit_frame(words: FrameWords, room: int) -> tuple[str, str]:
    """The name of a group and who leads it, as they fit; the browser does the same without a table of widths."""
    if words.label <= room:
        return words.name, words.led_by
    if words.name_width <= room:
        return words.name, ""
    kept = words.name[: max(0, len(words.name) * room // words.name_width - _CUT)].rstrip()
    return (f"{kept}…" if kept else ""), ""


# How many letters an ellipsis replaces.
_CUT = 2
