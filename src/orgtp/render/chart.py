"""The chart as a tree in the terminal: aligned columns where there is room, two lines a seat where there is not."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.cell import CellState
from orgtp.model.text import count_noun, one_line
from orgtp.render.spans import Line, join_lines, join_spans
from orgtp.render.terminal import (
    DOT_LEGEND,
    STALE,
    STALE_STYLE,
    Screen,
    format_dots,
    measure_width,
    pad_line,
    render_lines,
    safe_text,
    strip_line_end,
    truncate_line,
    wrap_line,
)
from orgtp.views.chart import Chart, ChartSeat

_LEAST_TEXT = 12


def chart_text(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False) -> str:
    """The tree, below a line that says whose it is and how it stands."""
    return render_lines(chart_lines(chart, screen, name=name, kind=kind), screen)


def chart_lines(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False) -> list[Line]:
    """The lines of the tree."""
    if not chart.seats:
        return [join_spans("no seats yet. Add one: orgtp seat add david --name David --role Founder --kind human")]
    guides = _draw_guides(chart.seats)
    rows = [_format_chart_cells(seat, guide, kind) for seat, (guide, _) in zip(chart.seats, guides, strict=True)]
    widths = [max(_measure_pieces(row[n]) for row in rows) for n in range(len(rows[0]))]
    total = sum(widths) + 2 * (len(widths) - 1)
    lines: list[Line] = [*wrap_line(_format_chart_title(chart, name), screen.width), []]
    if total <= screen.width:
        lines += [_format_chart_row(row, widths) for row in rows]
    else:
        pairs = zip(chart.seats, guides, strict=True)
        lines += [line for seat, guide in pairs for line in _format_narrow_seat(seat, guide, screen, kind)]
    return [*lines, *_format_chart_legend(chart, screen)]


def _measure_pieces(pieces: Line) -> int:
    return sum(measure_width(text) for text, _ in pieces)


def _format_chart_title(chart: Chart, name: str) -> Line:
    states = [metric.state for seat in chart.seats for metric in seat.metrics if seat.status != "retired"]
    known = sum(state.is_known or state.is_gap for state in states)
    on_target = sum(state is CellState.ON for state in states)
    told = f", {on_target} of {count_noun(known, 'metric')} on target" if known else ""
    stale = sum(seat.stale for seat in chart.seats)
    told += f", {stale} stale" if stale else ""
    return join_spans(safe_text(name or "Chart", "bold"), f"  {count_noun(len(chart.seats), 'seat')}{told}")


def _format_chart_legend(chart: Chart, screen: Screen) -> list[Line]:
    measured = any(seat.metrics for seat in chart.seats)
    stale = any(seat.stale for seat in chart.seats)
    notes = [DOT_LEGEND, *([f"{STALE} stale: a value is late. See: orgtp stale"] if stale else [])]
    lines = [line for note in notes for line in wrap_line([(note, "dim")], screen.width)]
    return [[], *lines] if measured else []


def _format_chart_cells(seat: ChartSeat, guide: str, kind: bool) -> list[Line]:
    name, role = [(guide, "dim"), (one_line(seat.name), "bold")], [(one_line(seat.role), "")]
    kinds = [[(one_line(seat.kind), "dim")]] if kind else []
    return [name, role, *kinds, _format_owner_cell(seat), _format_dots_cell(seat), _format_status_cell(seat)]


def _format_owner_cell(seat: ChartSeat) -> Line:
    """Who answers, for every seat alike: leaving out those that own themselves would tell who is human."""
    return [("owner ", "dim"), (one_line(seat.human_owner or seat.owner or "nobody"), "")]


def _format_dots_cell(seat: ChartSeat) -> Line:
    if seat.status == "retired":
        return []
    marks = format_dots([metric.state for metric in seat.metrics])
    return [*marks, (f" {STALE}", STALE_STYLE)] if seat.stale else marks


def _format_status_cell(seat: ChartSeat) -> Line:
    return [(one_line(seat.status), "yellow")] if seat.status != "active" else []


def _format_chart_row(row: list[Line], widths: list[int]) -> Line:
    line: Line = []
    for cell, width in zip(row, widths, strict=True):
        line += [("  ", "")] if line else []
        line += pad_line(cell, width)
    return strip_line_end(line)


def _format_narrow_seat(seat: ChartSeat, guide: tuple[str, str], screen: Screen, kind: bool) -> Iterator[Line]:
    first, below = (part[-(screen.width - _LEAST_TEXT) :] if screen.width > _LEAST_TEXT else "" for part in guide)
    room = max(_LEAST_TEXT, screen.width - len(first))
    title = join_spans(safe_text(seat.name, "bold"), ", ", safe_text(seat.role), f" ({seat.kind})" if kind else "")
    facts = [
        part
        for cell in (_format_owner_cell(seat), _format_dots_cell(seat), _format_status_cell(seat))
        if (part := join_spans(*cell))
    ]
    lines = [*wrap_line(title, room), *(wrap_line(join_lines(facts, "  "), room) if facts else [])]
    for number, line in enumerate(lines):
        yield join_spans((first if number == 0 else below, "dim"), truncate_line(line, room))


def _draw_guides(seats: tuple[ChartSeat, ...]) -> list[tuple[str, str]]:
    """The lines of the tree before each seat, on its first line and on those below it."""
    base = min(seat.depth for seat in seats)
    last = _find_last_siblings(seats)
    out: list[tuple[str, str]] = []
    open_levels: list[str] = []
    for seat, is_last in zip(seats, last, strict=True):
        level = seat.depth - base
        open_levels = open_levels[: max(0, level - 1)]
        before = "".join(open_levels)
        children = "│ " if _has_children(seats, len(out)) else "  "
        if level == 0:
            out.append(("", children))
            continue
        out.append((f"{before}{'└── ' if is_last else '├── '}", f"{before}{'    ' if is_last else '│   '}{children}"))
        open_levels.append("    " if is_last else "│   ")
    return out


def _has_children(seats: tuple[ChartSeat, ...], number: int) -> bool:
    return number + 1 < len(seats) and seats[number + 1].depth > seats[number].depth


def _find_last_siblings(seats: tuple[ChartSeat, ...]) -> list[bool]:
    """Whether no sibling follows, found from the end."""
    seen: set[int] = set()
    out = []
    for seat in reversed(seats):
        out.append(seat.depth not in seen)
        seen = {depth for depth in seen if depth <= seat.depth} | {seat.depth}
    return out[::-1]
