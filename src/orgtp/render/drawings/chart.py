"""Draw the chart as SVG: boxes, frames and lines, for a page or as a picture of its own.

In a page, the colours come from the stylesheet of the pages, and the signs from their sprite. A picture has its own
plain styles, without variables and without anything from the network, so that browsers, librsvg and Inkscape draw the
same. web/static/chart-draw.js writes the same elements in a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

from orgtp.lazy_dataclass import dataclass
from orgtp.model.text import one_line
from orgtp.render.drawings.chart_words import (
    COMPACT_INSET,
    COMPACT_PITCH,
    INSET,
    MOST_COMPACT,
    OWNER,
    SIGN_PITCH,
    BoxWords,
    choose_signs,
    count_places,
    describe_box,
    fit_frame,
    write_box,
    write_frame,
    write_kind,
)
from orgtp.render.drawings.text_width import measure_text
from orgtp.views.chart_drawing.boxes import ChartBox, to_layout_seat
from orgtp.views.chart_drawing.draw_types import BOX_WIDTH, Drawing, LayoutSeat, PlacedBox, PlacedFrame, PlacedLine
from orgtp.views.chart_drawing.folding import SeatsBelow, count_below
from orgtp.views.chart_drawing.layout import lay_out
from orgtp.views.signs import Sign

_FOLD_LEFT = 16
_MARGIN, _LINE_HEIGHT = 14, 18

# The signs of the sprite of the pages, with their colours: what is cut out of a filled sign is white.
_COLOURS = {
    "on": "#0b6a58",
    "off": "#b42318",
    "un": "#545a63",
    "mi": "#545a63",
    "pe": "#545a63",
    "late": "#855200",
    "drift": "#76357f",
}
_SHAPES = {
    "on": '<path d="M1.8 6.6 4.7 9.4 10.3 2.9"/>',
    "off": (
        '<path d="M.7 2.2Q.7.7 2.2.7H9.8Q11.3.7 11.3 2.2V9.8Q11.3 11.3 9.8 11.3H2.2Q.7 11.3.7 9.8Z" fill="#b42318" '
        'stroke="none"/><path d="M3.7 3.7 8.3 8.3M8.3 3.7 3.7 8.3" stroke="#ffffff"/>'
    ),
    "un": (
        '<rect x=".9" y=".9" width="10.2" height="10.2" rx="1.5" stroke-width="1.1" fill="#ffffff"/>'
        '<path d="M4.3 4.7C4.3 2.6 7.8 2.7 7.8 4.7 7.8 6 6.1 6 6.1 7.3M6.1 8.5V9.7" stroke-width="1.3"/>'
    ),
    "mi": (
        '<rect x=".9" y=".9" width="10.2" height="10.2" rx="1.5" stroke-width="1.1" stroke-dasharray="2 1.4"/>'
        '<path d="M3.6 6H8.4" stroke-width="1.3"/>'
    ),
    "pe": '<circle cx="6" cy="6" r="1.5" fill="#545a63" stroke="none"/>',
    "late": (
        '<circle cx="6" cy="6" r="5.5" fill="#855200" stroke="none"/>'
        '<path d="M6 2.9V6.3L8.2 7.7" stroke="#ffffff" stroke-width="1.4"/>'
    ),
    "drift": '<path d="M1 2.6 4.6 6 6.6 4.4 10.8 9.4M10.9 5.8V9.5H7.2" stroke-width="1.4"/>',
}
_NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
_STYLE = """
text{font-family:Inter,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;fill:#16181b}
.body{fill:#ffffff;stroke:#c4c3ba}
.need .body{stroke:#16181b;stroke-width:1.5}
.gone .body{stroke-dasharray:2 3;fill:#fbfbf8}
.nm{font-size:13.5px;font-weight:600}
.small .nm{font-size:12px}
.rl{font-size:12px;fill:#494e55}
.small .rl,.ow,.kd,.mo{font-size:11px;fill:#666b73}
.st{font-size:11px;font-weight:600}
.st.c-late{fill:#855200}
.st.c-drift{fill:#76357f}
.lines path{fill:none;stroke:#85877f}
.lines .via{stroke-dasharray:5 4}
.lines .dot{stroke:#494e55;stroke-width:1.75;stroke-dasharray:.01 5;stroke-linecap:round}
.frame rect{fill:#f3f3ee;stroke:#c4c3ba}
.frame .t{font-size:12px;font-weight:600}
.frame .lb{font-size:12px;fill:#494e55}
.fold rect{fill:#fbfbf8;stroke:#85877f}
.fold text{font-size:11px;font-weight:600}
.note{font-size:11px;fill:#494e55}
"""


@dataclass(frozen=True, slots=True)
class ChartPicture:
    """A chart with its drawing: the boxes in the order of the chart, where they are, and what is folded away."""

    boxes: Mapping[str, ChartBox]
    drawing: Drawing
    below: Mapping[str, SeatsBelow]


def draw_chart(boxes: Sequence[ChartBox], folded: Collection[str]) -> ChartPicture:
    """Lay out the boxes of a chart, with what is below the `folded` seats hidden."""
    seats = list_layout_seats(boxes)
    problems = [
        {one.seat for one in boxes if one.is_off},
        {one.seat for one in boxes if one.is_late},
        {one.seat for one in boxes if one.is_drifting},
    ]
    return ChartPicture({one.seat: one for one in boxes}, lay_out(seats, folded), count_below(seats, problems))


def list_layout_seats(boxes: Sequence[ChartBox]) -> list[LayoutSeat]:
    """The seats for the layout, with the room that the words of groups need."""
    found = []
    for box in boxes:
        words = write_frame(box) if box.is_group else None
        found.append(to_layout_seat(box, words.label, words.head) if words else to_layout_seat(box))
    return found


def chart_svg(picture: ChartPicture, title: str, notes: Sequence[str] = (), *, kind: bool = False) -> str:
    """The chart as a picture of its own, with a legend and the `notes` below. The same chart gives the same bytes."""
    drawing = picture.drawing
    shown = [box for box in picture.boxes.values() if drawing.shown[box.seat] == box.seat]
    marks = [picture.below[one.seat] for one in drawing.boxes if one.hidden]
    dotted = bool(drawing.dotted)
    legend, legend_height, legend_width = draw_legend(
        shown, marks, max(drawing.width, _LEAST_WIDTH), lines=bool(drawing.lines), dotted=dotted
    )
    width = max(drawing.width, legend_width, *(measure_text(one_line(note), OWNER) for note in [*notes, ""]))
    height = drawing.height + legend_height + _LINE_HEIGHT * len(notes)
    about = [f"{len(picture.boxes)} seats", *notes]
    lines = [
        *open_picture(width + 2 * _MARGIN, height + 2 * _MARGIN, title, about),
        f'<g transform="translate({_MARGIN + (width - drawing.width) // 2} {_MARGIN})">',
        *_Pen(picture, draw_own_sign, None, kind=kind).draw(),
        "</g>",
        f'<g transform="translate({_MARGIN} {_MARGIN + drawing.height})">',
        *legend,
        *(
            f'<text class="note" x="0" y="{legend_height + 12 + _LINE_HEIGHT * number}">{escape(one_line(note))}</text>'
            for number, note in enumerate(notes)
        ),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def open_picture(width: int, height: int, title: str, about: Sequence[str]) -> list[str]:
    """The beginning of a picture: its title and description for screen readers, its styles, signs and paper."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return [
        f'<svg {_NAMES} {size} role="img" aria-labelledby="chart-title chart-about">',
        f'<title id="chart-title">{escape(one_line(title))}</title>',
        f'<desc id="chart-about">{escape(". ".join(map(one_line, about)))}</desc>',
        f"<style>{_STYLE}</style>",
        "<defs>",
        *(
            f'<g id="sign-{name}" fill="none" stroke="{_COLOURS[name]}" stroke-width="1.6">{shape}</g>'
            for name, shape in _SHAPES.items()
        ),
        f'<clipPath id="inside"><rect width="{BOX_WIDTH - 4}" height="80"/></clipPath>',
        "</defs>",
        f'<rect width="{width}" height="{height}" fill="#fbfbf8"/>',
    ]


def chart_fragment(picture: ChartPicture, link: Callable[[str], str]) -> str:
    """The chart for a page: hidden from screen readers, which get the list. `link` gives the address of a seat."""
    drawing = picture.drawing
    head = (
        f'<svg viewBox="0 0 {drawing.width} {drawing.height}" width="{drawing.width}" height="{drawing.height}" '
        'aria-hidden="true" focusable="false">'
    )
    return "\n".join([head, *_Pen(picture, _draw_sprite_sign, link, kind=True).draw(), "</svg>"])


class _Pen:
    """Draws the elements of a chart. Without a `link` it is a picture: without links and without marks to fold by."""

    def __init__(
        self,
        picture: ChartPicture,
        sign: Callable[[str, float, float], str],
        link: Callable[[str], str] | None,
        *,
        kind: bool,
    ) -> None:
        self._picture, self._sign, self._link, self._kind = picture, sign, link, kind

    def draw(self) -> Iterator[str]:
        drawing, boxes = self._picture.drawing, self._picture.boxes
        yield '<g class="frames">'
        yield from (self._draw_frame(one) for one in drawing.frames)
        # Lines of one pixel are sharp between two whole numbers.
        yield '</g>\n<g class="lines" transform="translate(.5 .5)">'
        for line in drawing.lines:
            via = ' class="via"' if boxes[line.seat].is_indirect else ""
            yield f'<path{via} data-s="{line.seat}" d="{write_path(line)}"/>'
        for line in drawing.dotted:
            yield f'<path class="dot" data-s="{line.seat}" data-b="{line.boss}" d="{write_path(line)}"/>'
        yield '</g>\n<g class="boxes">'
        yield from (self._draw_box(one) for one in drawing.boxes)
        yield "</g>"

    def _draw_box(self, place: PlacedBox) -> str:
        box = self._picture.boxes[place.seat]
        words = write_box(box)
        parts = [
            f'<rect class="body" width="{BOX_WIDTH}" height="{place.height}" rx="3"/>',
            *(self._write_compact(box, words) if place.is_compact else self._write_full(box, words)),
        ]
        inner = f"<title>{escape(words.about)}</title>{''.join(parts)}"
        if self._link:
            inner = f'<a href="{escape(self._link(box.seat))}" tabindex="-1">{inner}</a>'
        classes = _list_classes(box, is_compact=place.is_compact)
        fold = self._draw_fold(place)
        return f'<g class="{classes}" data-s="{box.seat}" transform="translate({place.x} {place.y})">{inner}{fold}</g>'

    def _write_full(self, box: ChartBox, words: BoxWords) -> Iterator[str]:
        right = BOX_WIDTH - INSET
        yield from self._write_name(INSET, 20, words.name, words.far_name)
        for number, flag in enumerate(reversed(words.flags)):
            yield self._sign(_FLAG_SIGNS[flag], right - 9 - 15 * number, 10)
        if words.flag:
            x = right + 2 - 15 * len(words.flags)
            yield _write(f"st c-{_FLAG_SIGNS[words.flag]}", x, 19.5, words.flag, "end")
        if self._kind:
            yield _write("kd", right, 36, write_kind(box.kind), "end")
        if self._kind and words.kind_role != words.role:
            yield self._text("rl rk" if self._link else "rl", INSET, 36, words.kind_role)
        if self._link or not self._kind or words.kind_role == words.role:
            long = " long" if words.kind_role != words.role else ""
            yield self._text(f"rl{long}", INSET, 36, words.role)
        yield self._text("ow", INSET, 56, words.owner)
        yield from self._draw_signs(words.signs, words.more, right, 47, SIGN_PITCH)

    def _write_name(self, x: int, y: float, name: str, far_name: str) -> Iterator[str]:
        """The name, and on a page what fits of it when the chart is far away and names are larger."""
        if self._link and far_name != name:
            yield self._text("nm long", x, y, name)
            yield self._text("nm fn", x, y, far_name)
        else:
            yield self._text("nm", x, y, name)

    def _write_compact(self, box: ChartBox, words: BoxWords) -> Iterator[str]:
        right = BOX_WIDTH - INSET
        yield from self._write_name(COMPACT_INSET, 14.5, words.compact_name, words.compact_far_name)
        role = words.compact_kind_role if self._kind and not self._link else words.compact_role
        yield self._text("rl", COMPACT_INSET, 27.5, role)
        yield from self._draw_signs(words.compact_signs, words.compact_more, right, 11.5, COMPACT_PITCH)
        if box.is_drifting:
            places = count_places(words.compact_signs, words.compact_more)
            yield self._sign("drift", right - 11 - COMPACT_PITCH * places, 11.5)

    def _draw_signs(self, signs: Sequence[Sign], more: int, right: int, y: float, pitch: int) -> Iterator[str]:
        places = count_places(signs, more)
        for number, sign in enumerate(signs):
            yield self._sign(sign.value, right - 11 - pitch * (places - 1 - number), y)
        if more:
            yield _write("mo", right, y + 9, f"+{more}", "end")

    def _draw_fold(self, place: PlacedBox) -> str:
        if not place.opens:
            return ""
        if place.hidden:
            return draw_folded(self._picture.below[place.seat], self._sign)
        return _UNFOLDED if self._link else ""

    def _draw_frame(self, frame: PlacedFrame) -> str:
        box = self._picture.boxes[frame.seat]
        words = write_frame(box)
        name, led_by = fit_frame(words, frame.label_width)
        y = frame.y + 19
        parts = [
            f"<title>{escape(describe_box(box))}</title>",
            f'<rect x="{frame.x}" y="{frame.y}" width="{frame.width}" height="{frame.height}" rx="4"/>',
        ]
        label = _write("t", frame.label_x, y, name)
        if led_by:
            label += _write("lb", frame.label_x + words.name_width + 6, y, led_by)
        if self._link:
            label = f'<a href="{escape(self._link(box.seat))}" tabindex="-1">{label}</a>'
        right = frame.x + frame.width - 14 - (_FOLD_ROOM if self._link else 0)
        signs, more = choose_signs(box.signs, MOST_COMPACT)
        parts += [label, *self._draw_signs(signs, more, right, frame.y + 9, SIGN_PITCH)]
        at = right - 11 - SIGN_PITCH * count_places(signs, more)
        for flag in [word for word, holds in (("drift", box.is_drifting), ("late", box.is_late)) if holds]:
            parts.append(self._sign(flag, at, frame.y + 9))
            at -= 15
        if self._link:
            parts.append(_draw_unfolded(frame.x + frame.width - 14 - 14, frame.y + 8))
        need = " need" if box.needs_person else ""
        return f'<g class="frame{need}" data-s="{frame.seat}">{"".join(parts)}</g>'

    def _text(self, classes: str, x: int, y: float, words: str) -> str:
        """A text that is cut at the edge of its box if a font is even wider than expected."""
        if not words:
            return ""
        clip = "" if self._link else ' clip-path="url(#inside)"'
        return f'<text class="{classes}" x="{x}" y="{y:g}"{clip}>{escape(words)}</text>'


_FLAG_SIGNS = {"late": "late", "drifting": "drift"}
_FOLD_ROOM = 20
_LEAST_WIDTH = 560


def _list_classes(box: ChartBox, *, is_compact: bool) -> str:
    known = {
        "b": True,
        "small": is_compact,
        "need": box.needs_person,
        "gone": box.status == "retired",
    }
    return " ".join(name for name, holds in known.items() if holds)


def draw_own_sign(name: str, x: float, y: float) -> str:
    """A sign of a picture, 11 pixels wide. Inkscape 1.2 draws nothing for a plain `href`."""
    return f'<use xlink:href="#sign-{name}" transform="translate({x:g} {y:g}) scale(.917)"/>'


def _draw_sprite_sign(name: str, x: float, y: float) -> str:
    return (
        f'<svg class="sg-s is-{name} c-{name}" x="{x:g}" y="{y:g}" width="11" height="11"><use href="#s-{name}"/></svg>'
    )


def _write(classes: str, x: float, y: float, words: str, anchor: str = "") -> str:
    end = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{classes}" x="{x:g}" y="{y:g}"{end}>{escape(words)}</text>' if words else ""


def write_path(line: PlacedLine) -> str:
    """The corners of a line as the commands of a path: they are all square."""
    x, y = line.points[0]
    parts = [f"M{x} {y}"]
    for (old_x, _), (new_x, new_y) in pairwise(line.points):
        parts.append(f"V{new_y}" if old_x == new_x else f"H{new_x}")
    return "".join(parts)


def draw_folded(below: SeatsBelow, sign: Callable[[str, float, float], str]) -> str:
    """The mark below a folded box: how many seats are below, and how many are off target, late and drifting.

    Of large numbers, those that have no room are left out, the last first.
    """
    count = f"+{below.seats}"
    x = 7 + measure_text(count, OWNER, bold=True)
    parts = [(7, count, "")]
    for name, number in (("off", below.off), ("late", below.late), ("drift", below.drifting)):
        more = 6 + 13 + measure_text(str(number), OWNER, bold=True)
        if number and x + more + 7 <= BOX_WIDTH - _FOLD_LEFT:
            parts.append((x + 6, str(number), name))
            x += more
    width = x + 7
    left = max(_FOLD_LEFT, (BOX_WIDTH - width) // 2)
    drawn = "".join(
        (sign(name, left + at, 71) if name else "")
        + f'<text x="{left + at + (13 if name else 0)}" y="80">{words}</text>'
        for at, words, name in parts
    )
    return f'<g class="fold" data-fold="0"><rect x="{left}" y="67" width="{width}" height="18" rx="2"/>{drawn}</g>'


def _draw_unfolded(x: float, y: float) -> str:
    return (
        f'<g class="fold" data-fold="1"><rect x="{x:g}" y="{y:g}" width="14" height="14" rx="2"/>'
        f'<path d="M{x + 3.5:g} {y + 7:g}H{x + 10.5:g}"/></g>'
    )


_UNFOLDED = _draw_unfolded(67, 67.5)


def draw_legend(
    shown: Sequence[ChartBox], marks: Sequence[SeatsBelow], room: int, *, lines: bool = False, dotted: bool = False
) -> tuple[list[str], int, int]:
    """What the signs and lines of a picture mean, its height, and its width."""
    out: list[str] = []
    x = y = most = 0
    entries = list(_list_meanings(shown, marks, lines=lines, dotted=dotted))
    for name, words in entries:
        width = _LEGEND_SIGNS.get(name, 17) + measure_text(words, OWNER)
        if x and x + width > room:
            x, y = 0, y + _LINE_HEIGHT
        out.append(_draw_legend_sign(name, x, y))
        out.append(_write("note", x + _LEGEND_SIGNS.get(name, 17), y + 12, words))
        x += width + 16
        most = max(most, x)
    return out, (y + _LINE_HEIGHT + 6) if entries else 0, most


def _list_meanings(
    shown: Sequence[ChartBox], marks: Sequence[SeatsBelow], *, lines: bool, dotted: bool
) -> Iterator[tuple[str, str]]:
    used = {sign.value for box in shown for sign in box.signs}
    used |= {name for one in marks for name, number in (("off", one.off), ("late", one.late)) if number}
    yield from ((sign.value, sign.word) for sign in _LEGEND if sign.value in used)
    further = (
        ("drift", "drifting", any(box.is_drifting for box in shown) or any(one.drifting for one in marks)),
        ("line", "reports to", lines),
        ("via", "reports to, through seats that are left out", lines and any(box.is_indirect for box in shown)),
        ("dot", "also reports to", dotted),
        ("need", "needs a person", lines and any(box.needs_person for box in shown)),
    )
    yield from ((name, words) for name, words, holds in further if holds)


_LEGEND = (Sign.ON, Sign.OFF, Sign.UNKNOWN, Sign.MISSING, Sign.PENDING, Sign.LATE)
_LEGEND_SIGNS = {"line": 32, "via": 32, "dot": 32, "need": 26}


def _draw_legend_sign(name: str, x: int, y: int) -> str:
    if name in {"line", "via", "dot"}:
        classes = "" if name == "line" else f' class="{name}"'
        return f'<g class="lines"><path{classes} d="M{x + 1} {y + 8.5:g}H{x + 25}"/></g>'
    if name == "need":
        return f'<g class="need"><rect class="body" x="{x + 1}" y="{y + 2}" width="18" height="11" rx="2"/></g>'
    return draw_own_sign(name, x, y + 3)
