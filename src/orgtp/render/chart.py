"""Show the chart as a tree: in columns if the screen is wide enough, else on several lines for each seat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    format_owner,
    measure_line,
    render_lines,
    safe_text,
    to_plain_text,
    truncate_line,
    wrap_legend,
    wrap_line,
)
from orgtp.render.wording.people import also_holds_text, name_suffix
from orgtp.render.wording.selection import left_out_lines
from orgtp.views.chart import Chart, ChartSeat

_LEAST_TEXT = 12


def chart_text(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False, by: str = "") -> str:
    """The tree, below a line with the name of the org and totals. `by` are the options that left something out."""
    return render_lines(chart_lines(chart, screen, name=name, kind=kind, by=by), screen)


def chart_lines(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False, by: str = "") -> list[Line]:
    """The lines of the tree."""
    left_out = left_out_lines(chart.left_out, by, screen.width)
    if not chart.seats and left_out:
        return [join_spans("no seat fits"), *left_out]
    if not chart.seats:
        return [join_spans("no seats yet. Add one: orgtp seat add david --name David --role Founder --kind human")]
    guides = _draw_guides(chart)
    hidden = [chart.hidden_below.get(seat.seat, 0) for seat in chart.seats]
    rows = [
        _format_chart_cells(seat, guide, kind, below)
        for seat, (guide, _), below in zip(chart.seats, guides, hidden, strict=True)
    ]
    widths = [max(map(measure_line, column)) for column in zip(*rows, strict=True)]
    lines: list[Line] = [*wrap_line(_format_chart_title(chart, name), screen.width), []]
    if sum(widths) + 2 * (len(widths) - 1) <= screen.width:
        lines += align_columns(rows, Screen())
    else:
        places = zip(chart.seats, guides, hidden, strict=True)
        lines += [
            line for seat, guide, below in places for line in _format_narrow_seat(seat, guide, screen, kind, below)
        ]
    return [*lines, *_format_chart_legend(chart, screen), *left_out]


def _format_chart_title(chart: Chart, name: str) -> Line:
    states = [metric.state for seat in chart.seats for metric in seat.metrics if seat.status != "retired"]
    known = sum(state.is_verdict for state in states)
    on_target = sum(state is CellState.ON for state in states)
    totals = f", {on_target} of {count_noun(known, 'metric')} on target" if known else ""
    stale = sum(seat.stale for seat in chart.seats)
    totals += f", {stale} stale" if stale else ""
    every = len(chart.seats) + (chart.left_out.seats or 0)
    seats = f"{len(chart.seats)} of {count_noun(every, 'seat')}" if chart.left_out.seats else count_noun(every, "seat")
    return join_spans(safe_text(name or "Chart", "bold"), f"  {seats}{totals}")


def _format_chart_legend(chart: Chart, screen: Screen) -> list[Line]:
    measured = any(seat.metrics for seat in chart.seats)
    stale = any(seat.stale for seat in chart.seats)
    notes = [DOT_LEGEND] if measured else []
    notes += [f"{STALE} stale: a value is late. See: orgtp stale"] if stale else []
    indirect = any(seat.reports_to != chart.above.get(seat.seat) for seat in chart.seats if chart.above.get(seat.seat))
    notes += [f"{_INDIRECT} below it, by way of seats that are left out"] if indirect else []
    notes += (
        [f"{_DOTTED} a dotted line: it also reports there"] if any(seat.also_reports_to for seat in chart.seats) else []
    )
    unknown = any(seat.owner and seat.human_owner is None for seat in chart.seats)
    notes += ["unknown: no seat with that id could be read. See: orgtp validate"] if unknown else []
    lines = [line for note in notes for line in wrap_legend(note, screen.width)]
    return [[], *lines] if lines else []


def _format_chart_cells(seat: ChartSeat, guide: str, kind: bool, hidden: int) -> list[Line]:
    name = [(guide, "dim"), *safe_text(seat.name, "bold"), *name_suffix(seat.name, seat.holder)]
    return [name, safe_text(seat.role), *([safe_text(seat.kind, "dim")] if kind else []), *_format_facts(seat, hidden)]


def _format_facts(seat: ChartSeat, hidden: int) -> list[Line]:
    """The owner, the metrics and the status. Every seat shows its owner: leaving out some would show who is human.

    Last, if the chart is cut here, the number of `hidden` seats below.
    """
    dots = format_dots([metric.state for metric in seat.metrics]) if seat.status != "retired" else []
    dots += [(f" {STALE}", STALE_STYLE)] if seat.stale and dots else []
    owner = join_spans(("owner ", "dim"), format_owner(seat.human_owner, seat.owner))
    status = safe_text(seat.status, "yellow") if seat.status != "active" else []
    dotted = f"{_DOTTED} {', '.join(seat.also_reports_to)}" if seat.also_reports_to else ""
    notes = [status, safe_text(also_holds_text(seat.also_holds), "dim"), safe_text(dotted, "dim")]
    status = join_lines([note for note in notes if to_plain_text(note)], "  ")
    return [owner, dots, status, [(f"+ {count_noun(hidden, 'seat')} below", "dim")] if hidden else []]


def _format_narrow_seat(
    seat: ChartSeat, guide: tuple[str, str], screen: Screen, kind: bool, hidden: int
) -> Iterator[Line]:
    first, below = (part[-(screen.width - _LEAST_TEXT) :] if screen.width > _LEAST_TEXT else "" for part in guide)
    room = max(_LEAST_TEXT, screen.width - len(first))
    title = join_spans(
        safe_text(seat.name, "bold"),
        name_suffix(seat.name, seat.holder),
        ", ",
        safe_text(seat.role),
        f" ({seat.kind})" if kind else "",
    )
    facts = [fact for fact in _format_facts(seat, hidden) if to_plain_text(fact)]
    lines = [*wrap_line(title, room), *wrap_line(join_lines(facts, "  "), room)]
    for number, line in enumerate(lines):
        yield join_spans((first if number == 0 else below, "dim"), truncate_line(line, room))


def _draw_guides(chart: Chart) -> list[tuple[str, str]]:
    """The lines of the tree before each seat: on its first line, and on those below it."""
    levels = _find_levels(chart)
    last = _find_last_siblings(levels)
    out: list[tuple[str, str]] = []
    open_levels: list[str] = []
    for number, (seat, level) in enumerate(zip(chart.seats, levels, strict=True)):
        open_levels = open_levels[: max(0, level - 1)]
        before = "".join(open_levels)
        is_parent = number + 1 < len(levels) and levels[number + 1] > level
        children = "│ " if is_parent else "  "
        if level == 0:
            out.append(("", children))
            continue
        line = "──" if seat.reports_to == chart.above[seat.seat] else _INDIRECT
        corner, rest = ("└", "    ") if last[number] else ("├", "│   ")
        out.append((f"{before}{corner}{line} ", f"{before}{rest}{children}"))
        open_levels.append(rest)
    return out


# Before the seats to which a seat has a dotted line.
_DOTTED = "┄┄>"
# The line to a seat whose own superior is left out.
_INDIRECT = "┄┄"


def _find_levels(chart: Chart) -> list[int]:
    """How many of the seats above each seat are shown."""
    levels: dict[str, int] = {}
    for seat in chart.seats:
        above = chart.above.get(seat.seat, "")
        levels[seat.seat] = levels[above] + 1 if above else 0
    return [levels[seat.seat] for seat in chart.seats]


def _find_last_siblings(levels: Sequence[int]) -> list[bool]:
    """Whether each seat is the last of its siblings."""
    seen: set[int] = set()
    out = []
    for level in reversed(levels):
        out.append(level not in seen)
        seen = {other for other in seen if other <= level} | {level}
    return out[::-1]
