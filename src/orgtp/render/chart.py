"""Show the chart as a tree: in columns if the screen is wide enough, else on several lines for each seat."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.cell import CellState
from orgtp.model.text import count_noun
from orgtp.render.spans import Line, join_lines, join_spans
from orgtp.render.terminal import (
    DOT_LEGEND,
    STALE,
    STALE_STYLE,
    Screen,
    align_columns,
    format_dots,
    measure_line,
    render_lines,
    safe_text,
    to_plain_text,
    truncate_line,
    wrap_legend,
    wrap_line,
)
from orgtp.views.chart import Chart, ChartSeat

_LEAST_TEXT = 12


def chart_text(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False) -> str:
    """The tree, below a line with the name of the org and totals."""
    return render_lines(chart_lines(chart, screen, name=name, kind=kind), screen)


def chart_lines(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False) -> list[Line]:
    """The lines of the tree."""
    if not chart.seats:
        return [join_spans("no seats yet. Add one: orgtp seat add david --name David --role Founder --kind human")]
    guides = _draw_guides(chart.seats)
    rows = [_format_chart_cells(seat, guide, kind) for seat, (guide, _) in zip(chart.seats, guides, strict=True)]
    widths = [max(map(measure_line, column)) for column in zip(*rows, strict=True)]
    lines: list[Line] = [*wrap_line(_format_chart_title(chart, name), screen.width), []]
    if sum(widths) + 2 * (len(widths) - 1) <= screen.width:
        lines += align_columns(rows, Screen())
    else:
        pairs = zip(chart.seats, guides, strict=True)
        lines += [line for seat, guide in pairs for line in _format_narrow_seat(seat, guide, screen, kind)]
    return [*lines, *_format_chart_legend(chart, screen)]


def _format_chart_title(chart: Chart, name: str) -> Line:
    states = [metric.state for seat in chart.seats for metric in seat.metrics if seat.status != "retired"]
    known = sum(state.is_known or state.is_gap for state in states)
    on_target = sum(state is CellState.ON for state in states)
    totals = f", {on_target} of {count_noun(known, 'metric')} on target" if known else ""
    stale = sum(seat.stale for seat in chart.seats)
    totals += f", {stale} stale" if stale else ""
    return join_spans(safe_text(name or "Chart", "bold"), f"  {count_noun(len(chart.seats), 'seat')}{totals}")


def _format_chart_legend(chart: Chart, screen: Screen) -> list[Line]:
    measured = any(seat.metrics for seat in chart.seats)
    stale = any(seat.stale for seat in chart.seats)
    notes = [DOT_LEGEND, *([f"{STALE} stale: a value is late. See: orgtp stale"] if stale else [])]
    lines = [line for note in notes for line in wrap_legend(note, screen.width)]
    return [[], *lines] if measured else []


def _format_chart_cells(seat: ChartSeat, guide: str, kind: bool) -> list[Line]:
    name = [(guide, "dim"), *safe_text(seat.name, "bold")]
    return [name, safe_text(seat.role), *([safe_text(seat.kind, "dim")] if kind else []), *_format_facts(seat)]


def _format_facts(seat: ChartSeat) -> list[Line]:
    """The owner, the metrics and the status. Every seat shows its owner: leaving out some would show who is human."""
    dots = format_dots([metric.state for metric in seat.metrics]) if seat.status != "retired" else []
    dots += [(f" {STALE}", STALE_STYLE)] if seat.stale and dots else []
    owner = join_spans(("owner ", "dim"), safe_text(seat.human_owner or seat.owner or "nobody"))
    return [owner, dots, safe_text(seat.status, "yellow") if seat.status != "active" else []]


def _format_narrow_seat(seat: ChartSeat, guide: tuple[str, str], screen: Screen, kind: bool) -> Iterator[Line]:
    first, below = (part[-(screen.width - _LEAST_TEXT) :] if screen.width > _LEAST_TEXT else "" for part in guide)
    room = max(_LEAST_TEXT, screen.width - len(first))
    title = join_spans(safe_text(seat.name, "bold"), ", ", safe_text(seat.role), f" ({seat.kind})" if kind else "")
    facts = [fact for fact in _format_facts(seat) if to_plain_text(fact)]
    lines = [*wrap_line(title, room), *wrap_line(join_lines(facts, "  "), room)]
    for number, line in enumerate(lines):
        yield join_spans((first if number == 0 else below, "dim"), truncate_line(line, room))


def _draw_guides(seats: tuple[ChartSeat, ...]) -> list[tuple[str, str]]:
    """The lines of the tree before each seat: on its first line, and on those below it."""
    base = min(seat.depth for seat in seats)
    last = _find_last_siblings(seats)
    out: list[tuple[str, str]] = []
    open_levels: list[str] = []
    for seat, is_last in zip(seats, last, strict=True):
        level = seat.depth - base
        open_levels = open_levels[: max(0, level - 1)]
        before = "".join(open_levels)
        is_parent = len(out) + 1 < len(seats) and seats[len(out) + 1].depth > seat.depth
        children = "│ " if is_parent else "  "
        if level == 0:
            out.append(("", children))
            continue
        out.append((f"{before}{'└── ' if is_last else '├── '}", f"{before}{'    ' if is_last else '│   '}{children}"))
        open_levels.append("    " if is_last else "│   ")
    return out


def _find_last_siblings(seats: tuple[ChartSeat, ...]) -> list[bool]:
    """Whether each seat is the last of its siblings."""
    seen: set[int] = set()
    out = []
    for seat in reversed(seats):
        out.append(seat.depth not in seen)
        seen = {depth for depth in seen if depth <= seat.depth} | {seat.depth}
    return out[::-1]
