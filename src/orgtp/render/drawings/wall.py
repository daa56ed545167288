"""Draw the chart in indented columns, for a wall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from orgtp.model.text import one_line
from orgtp.render.drawings.chart import draw_legend, draw_own_sign, list_layout_seats, open_picture
from orgtp.render.drawings.chart_words import OWNER, choose_signs, count_places, describe_box, write_kind, write_role
from orgtp.render.drawings.text_width import fit_text, measure_text
from orgtp.views.chart_drawing.boxes import ChartBox
from orgtp.views.chart_drawing.wall import WallColumn, choose_rows, lay_out_wall

_WIDTH, _GAP, _ROW, _HEAD, _INDENT = 330, 26, 22, 34, 15
_NAME, _SMALL = 120, 110
_MOST_SIGNS, _PITCH, _MARGIN = 5, 14, 16
_PATH = " › "


def wall_svg(boxes: Sequence[ChartBox], title: str, notes: Sequence[str] = (), *, kind: bool = False) -> str:
    """All seats as one picture with a legend and the `notes` below. The same seats give the same bytes."""
    columns = lay_out_wall(list_layout_seats(boxes), choose_rows(len(boxes)))
    return _draw_sheet({box.seat: box for box in boxes}, columns, title, notes, kind=kind)


def _draw_sheet(
    boxes: Mapping[str, ChartBox], columns: Sequence[WallColumn], title: str, notes: Sequence[str], *, kind: bool
) -> str:
    shown = [boxes[row.seat] for column in columns for row in column.rows]
    width = max(1, len(columns)) * (_WIDTH + _GAP) - _GAP
    height = max((len(column.rows) for column in columns), default=0) * _ROW + _HEAD
    legend, legend_height, legend_width = draw_legend(shown, (), width)
    width = max(width, legend_width, *(measure_text(one_line(note), OWNER) for note in [*notes, ""]))
    whole = height + legend_height + 18 * len(notes)
    out = open_picture(width + 2 * _MARGIN, whole + 2 * _MARGIN, title, [f"{len(shown)} seats", *notes])
    for number, column in enumerate(columns):
        out.append(f'<g transform="translate({_MARGIN + number * (_WIDTH + _GAP)} {_MARGIN})">')
        out += _draw_column(boxes, column, kind=kind)
        out.append("</g>")
    out.append(f'<g transform="translate({_MARGIN} {_MARGIN + height + 6})">')
    out += legend
    out += [
        f'<text class="note" x="0" y="{legend_height + 12 + 18 * number}">{escape(one_line(note))}</text>'
        for number, note in enumerate(notes)
    ]
    return "\n".join([*out, "</g>", "</svg>", ""])


def _draw_column(boxes: Mapping[str, ChartBox], column: WallColumn, *, kind: bool) -> Iterator[str]:
    path = _PATH.join(boxes[seat].name for seat in column.path)
    yield f'<text class="note" x="0" y="12">{escape(_fit_path(path))}</text>'
    yield f'<g class="lines"><path d="M0 {_HEAD - 14}.5H{_WIDTH}"/></g>'
    # The row of the last seat at each indent: what is below it hangs on a line from there.
    last: dict[int, int] = {}
    guides = []
    for number, row in enumerate(column.rows):
        y = _HEAD + number * _ROW
        start = last.get(row.indent - 1)
        if row.indent and start is not None:
            x = (row.indent - 1) * _INDENT + 5
            guides.append(f"M{x}.5 {start}V{y + 4}.5H{x + 9}")
        last[row.indent] = y + 10
        yield _draw_row(boxes[row.seat], row.indent * _INDENT, y, kind=kind)
    if guides:
        yield f'<g class="lines"><path d="{"".join(guides)}"/></g>'


def _fit_path(path: str) -> str:
    """The path, without its beginning if it is too long: where a column belongs is at its end."""
    line = one_line(path)
    if measure_text(line, _SMALL) <= _WIDTH:
        return line
    names = line.split(_PATH)
    while len(names) > 1 and measure_text(f"…{_PATH}{_PATH.join(names)}", _SMALL) > _WIDTH:
        names = names[1:]
    return fit_text(f"…{_PATH}{_PATH.join(names)}", _WIDTH, _SMALL)


def _draw_row(box: ChartBox, x: int, y: int, *, kind: bool) -> str:
    signs, more = choose_signs(box.signs, _MOST_SIGNS)
    flags = ["drift"] if box.is_drifting else []
    drawn = [*flags, *(sign.value for sign in signs)]
    right = _WIDTH - _PITCH * count_places((), more)
    places = [right - 11 - _PITCH * (len(drawn) - 1 - number) for number in range(len(drawn))]
    room = (places[0] if places else right) - 6 - x
    name = fit_text(box.name, room, _NAME, bold=True)
    taken = measure_text(f"{name}  ", _NAME, bold=True)
    told = [write_role(box), *([write_kind(box.kind)] if kind else [])]
    told.append(f"led by {box.owner}" if box.is_group else f"owner {box.owner}")
    rest = fit_text(" · ".join(told), max(0, room - taken), _SMALL) if room - taken > _PITCH else ""
    parts = [
        f"<title>{escape(describe_box(box))}</title>",
        f'<text class="nm" x="{x}" y="{y + 9}">{escape(name)}</text>',
        *([f'<text class="rl" x="{x + taken}" y="{y + 9}">{escape(rest)}</text>'] if rest else []),
        *(draw_own_sign(sign, place, y - 1) for sign, place in zip(drawn, places, strict=True)),
        *([f'<text class="mo" x="{_WIDTH}" y="{y + 8}" text-anchor="end">+{more}</text>'] if more else []),
    ]
    need = " need" if box.needs_person else ""
    return f'<g class="small row{need}" data-s="{box.seat}">{"".join(parts)}</g>'
