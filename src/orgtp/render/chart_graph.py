"""Format the chart as a graph for other programs: Mermaid (mermaid.js.org) and DOT (graphviz.org)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orgtp.model.text import count_noun, one_line
from orgtp.render.wording.people import also_holds_text
from orgtp.render.wording.selection import describe_left_out
from orgtp.views.chart import Chart, ChartSeat

# Mermaid reads `#name;` inside quotes as an entity. Characters that could end the label or become HTML are entities.
_MERMAID = {ord(mark): f"#{ord(mark)};" for mark in '"#&<>`\\[](){}|;*_~%'}
# Each level of the chart is a column, with little room between its seats.
_DOT_LAYOUT = (
    "  graph [rankdir=LR, nodesep=0.08, ranksep=0.5];",
    '  node [shape=box, style=rounded, fontname="sans-serif", fontsize=11, height=0.3, margin="0.1,0.05"];',
    "  edge [arrowsize=0.5];",
)
_DOT = {ord('"'): '\\"', ord("\\"): "\\\\"}


def chart_mermaid(chart: Chart, *, kind: bool = False, by: str = "") -> str:
    """A Mermaid flowchart, without the fences of a Markdown code block. `by` are the options that left something out.

    A seat whose own superior is left out has a dotted arrow from the next one that is shown.
    """
    lines = ["flowchart TD", *(f"  %% {text}" for text in _list_comments(chart, by))]
    for seat in chart.seats:
        label = "<br/>".join(_format_box_lines(chart, seat, kind, lambda text: text.translate(_MERMAID)))
        lines.append(f'  {_make_node_id(seat.seat)}["{label}"]{":::quiet" if seat.status != "active" else ""}')
    lines += [
        f"  {_make_node_id(boss)} {'-->' if is_direct else '-.->'} {_make_node_id(seat)}"
        for boss, seat, is_direct in _list_edges(chart)
    ]
    lines += [f"  {_make_node_id(boss)} -.- {_make_node_id(seat)}" for boss, seat in _list_dotted_lines(chart)]
    return "\n".join([*lines, "  classDef quiet stroke-dasharray: 4 4", ""])


def explain_mermaid_limits(text: str) -> str:
    """Why readers such as GitHub and VS Code would not draw the flowchart; "" if they do."""
    arrows = sum("-->" in line or "-.->" in line or " -.- " in line for line in text.splitlines())
    if arrows <= _MOST_ARROWS and len(text) <= _MOST_CHARACTERS:
        return ""
    limits = f"{_MOST_ARROWS} arrows and {_MOST_CHARACTERS:,} characters"
    return f"Mermaid draws at most {limits}; this chart has {arrows} and {len(text):,}"


# The defaults of `maxEdges` and `maxTextSize` in Mermaid, which a page that shows others' charts does not raise.
_MOST_ARROWS, _MOST_CHARACTERS = 500, 50_000


def chart_dot(chart: Chart, *, kind: bool = False, by: str = "") -> str:
    """A Graphviz digraph from left to right, so that many seats below one become a column and not a ribbon.

    `by` are the options that left something out. A seat whose own superior is left out has a dashed line.
    """
    lines = ["digraph org {", *(f"  // {text}" for text in _list_comments(chart, by)), *_DOT_LAYOUT]
    for seat in chart.seats:
        name, role, *rest = _format_box_lines(chart, seat, kind, lambda text: text.translate(_DOT))
        # Two lines, because the height of a picture of many seats is that of its boxes.
        label = f"{name}, {role}\\n{', '.join(rest)}"
        quiet = ', style="rounded,dashed"' if seat.status != "active" else ""
        lines.append(f'  "{seat.seat}" [label="{label}"{quiet}];')
    lines += [
        f'  "{boss}" -> "{seat}"{"" if is_direct else " [style=dashed]"};'
        for boss, seat, is_direct in _list_edges(chart)
    ]
    lines += [
        f'  "{boss}" -> "{seat}" [style=dotted, dir=none, constraint=false];'
        for boss, seat in _list_dotted_lines(chart)
    ]
    return "\n".join([*lines, "}", ""])


def _list_comments(chart: Chart, by: str) -> list[str]:
    text = describe_left_out(chart.left_out, by)
    return [text] if text else []


def _list_edges(chart: Chart) -> Iterator[tuple[str, str, bool]]:
    """The seat above, the seat, and whether it reports to that one itself."""
    for seat in chart.seats:
        if above := chart.above.get(seat.seat):
            yield above, seat.seat, seat.reports_to == above


def _list_dotted_lines(chart: Chart) -> Iterator[tuple[str, str]]:
    """The seat to which a seat also reports, and the seat, if both are shown."""
    shown = {seat.seat for seat in chart.seats}
    return ((boss, seat.seat) for seat in chart.seats for boss in seat.also_reports_to if boss in shown)


def _format_box_lines(chart: Chart, seat: ChartSeat, kind: bool, escaped: Callable[[str], str]) -> list[str]:
    """The lines of a box: name, role, owner, how many metrics are on target, and how many seats are cut off below."""
    held = f" ({seat.holder})" if seat.holder and seat.holder != seat.name else ""
    lines = [f"{seat.name}{held}", seat.role]
    lines += [seat.kind] if kind else []
    lines += [f"owner {seat.human_owner or seat.owner or 'nobody'}"]
    stale = f", {seat.stale} stale" if seat.stale else ""
    lines += [f"{seat.on_target}/{seat.judged} on target{stale}"] if seat.judged and seat.status != "retired" else []
    lines += [seat.status] if seat.status != "active" else []
    lines += [also_holds_text(seat.also_holds)] if seat.also_holds else []
    hidden = chart.hidden_below.get(seat.seat, 0)
    lines += [f"+ {count_noun(hidden, 'seat')} below"] if hidden else []
    return [escaped(one_line(line)) for line in lines]


def _make_node_id(seat: str) -> str:
    """An id that is not a keyword of Mermaid; a seat may be called `end`."""
    return f"seat_{seat.replace('-', '_')}"
