"""The chart as a tree in the terminal: aligned columns where there is room, two lines a seat where there is not."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from orgtp.model.cell import CellState
from orgtp.model.text import count_noun
from orgtp.render.terminal import (
    DOT_LEGEND,
    STALE,
    STALE_STYLE,
    Screen,
    Styled,
    StyledLine,
    cut,
    dots,
    joined,
    pad_line,
    plainly,
    say,
    strip_line_end,
    text_of,
    width_of,
    wrapped,
)
from orgtp.views.chart import Chart, ChartSeat

_LEAST_TEXT = 12


def chart_text(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False) -> str:
    """The tree, below a line that says whose it is and how it stands."""
    return text_of(chart_lines(chart, screen, name=name, kind=kind), screen)


def chart_lines(chart: Chart, screen: Screen, *, name: str = "", kind: bool = False) -> list[Text | StyledLine]:
    """The lines of the tree."""
    if not chart.seats:
        return [Text("no seats yet. Add one: orgtp seat add david --name David --role Founder --kind human")]
    guides = _guides(chart.seats)
    rows = [_cells(seat, guide, kind) for seat, (guide, _) in zip(chart.seats, guides, strict=True)]
    widths = [max(_width(row[n]) for row in rows) for n in range(len(rows[0]))]
    total = sum(widths) + 2 * (len(widths) - 1)
    lines: list[Text | StyledLine] = [*wrapped(_head(chart, name), screen.width), Text()]
    if total <= screen.width:
        lines += [_line(row, widths) for row in rows]
    else:
        pairs = zip(chart.seats, guides, strict=True)
        lines += [line for seat, guide in pairs for line in _narrow(seat, guide, screen, kind)]
    return [*lines, *_foot(chart, screen)]


def _width(pieces: StyledLine) -> int:
    return sum(width_of(text) for text, _ in pieces)


def _head(chart: Chart, name: str) -> Text:
    states = [metric.state for seat in chart.seats for metric in seat.metrics if seat.status != "retired"]
    known = sum(state.is_known or state.is_gap for state in states)
    on_target = sum(state is CellState.ON for state in states)
    told = f", {on_target} of {count_noun(known, 'metric')} on target" if known else ""
    stale = sum(seat.stale for seat in chart.seats)
    told += f", {stale} stale" if stale else ""
    return joined(say(name or "Chart", "bold"), f"  {count_noun(len(chart.seats), 'seat')}{told}")


def _foot(chart: Chart, screen: Screen) -> list[Text]:
    measured = any(seat.metrics for seat in chart.seats)
    stale = any(seat.stale for seat in chart.seats)
    notes = [DOT_LEGEND, *([f"{STALE} stale: a value is late. See: orgtp stale"] if stale else [])]
    lines = [line for note in notes for line in wrapped(Text(note, style="dim"), screen.width)]
    return [Text(), *lines] if measured else []


def _cells(seat: ChartSeat, guide: str, kind: bool) -> list[list[Styled]]:
    name, role = [(guide, "dim"), (plainly(seat.name), "bold")], [(plainly(seat.role), "")]
    kinds = [[(plainly(seat.kind), "dim")]] if kind else []
    return [name, role, *kinds, _owner(seat), _standing(seat), _status(seat)]


def _owner(seat: ChartSeat) -> list[Styled]:
    """Who answers, for every seat alike: leaving out those that own themselves would tell who is human."""
    return [("owner ", "dim"), (plainly(seat.human_owner or seat.owner or "nobody"), "")]


def _standing(seat: ChartSeat) -> list[Styled]:
    if seat.status == "retired":
        return []
    marks = dots([metric.state for metric in seat.metrics])
    return [*marks, (f" {STALE}", STALE_STYLE)] if seat.stale else marks


def _status(seat: ChartSeat) -> list[Styled]:
    return [(plainly(seat.status), "yellow")] if seat.status != "active" else []


def _line(row: list[list[Styled]], widths: list[int]) -> StyledLine:
    line: list[Styled] = []
    for cell, width in zip(row, widths, strict=True):
        line += [("  ", "")] if line else []
        line += pad_line(cell, width)
    return strip_line_end(line)


def _narrow(seat: ChartSeat, guide: tuple[str, str], screen: Screen, kind: bool) -> Iterator[Text]:
    first, below = (part[-(screen.width - _LEAST_TEXT) :] if screen.width > _LEAST_TEXT else "" for part in guide)
    room = max(_LEAST_TEXT, screen.width - len(first))
    title = joined(say(seat.name, "bold"), ", ", say(seat.role), f" ({seat.kind})" if kind else "")
    facts = [part for cell in (_owner(seat), _standing(seat), _status(seat)) if (part := joined(*cell)).plain]
    lines = [*wrapped(title, room), *(wrapped(Text("  ").join(facts), room) if facts else [])]
    for number, line in enumerate(lines):
        yield joined((first if number == 0 else below, "dim"), cut(line, room))


def _guides(seats: tuple[ChartSeat, ...]) -> list[tuple[str, str]]:
    """The lines of the tree before each seat, on its first line and on those below it."""
    base = min(seat.depth for seat in seats)
    last = _last_of_their_level(seats)
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


def _last_of_their_level(seats: tuple[ChartSeat, ...]) -> list[bool]:
    """Whether no sibling follows, found from the end."""
    seen: set[int] = set()
    out = []
    for seat in reversed(seats):
        out.append(seat.depth not in seen)
        seen = {depth for depth in seen if depth <= seat.depth} | {seat.depth}
    return out[::-1]
