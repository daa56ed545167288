"""Format the chart as a graph for other programs: Mermaid (mermaid.js.org) and DOT (graphviz.org)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orgtp.model.cell import CellState
from orgtp.model.text import one_line
from orgtp.views.chart import Chart, ChartSeat

# Mermaid reads `#name;` inside quotes as an entity. Characters that could end the label or become HTML are entities.
_MERMAID = {ord(mark): f"#{ord(mark)};" for mark in '"#&<>`\\[](){}|;*_~%'}
_DOT = {ord('"'): '\\"', ord("\\"): "\\\\"}


def chart_mermaid(chart: Chart, *, kind: bool = False) -> str:
    """A Mermaid flowchart, without the fences of a Markdown code block."""
    shown = {seat.seat for seat in chart.seats}
    lines = ["flowchart TD"]
    for seat in chart.seats:
        label = "<br/>".join(_format_box_lines(seat, kind, lambda text: text.translate(_MERMAID)))
        lines.append(f'  {_make_node_id(seat.seat)}["{label}"]{":::quiet" if seat.status != "active" else ""}')
    lines += [f"  {_make_node_id(boss)} --> {_make_node_id(seat)}" for boss, seat in _list_edges(chart, shown)]
    return "\n".join([*lines, "  classDef quiet stroke-dasharray: 4 4", ""])


def chart_dot(chart: Chart, *, kind: bool = False) -> str:
    """A Graphviz digraph."""
    shown = {seat.seat for seat in chart.seats}
    lines = ["digraph org {", '  node [shape=box, style=rounded, fontname="sans-serif"];']
    for seat in chart.seats:
        label = "\\n".join(_format_box_lines(seat, kind, lambda text: text.translate(_DOT)))
        quiet = ', style="rounded,dashed"' if seat.status != "active" else ""
        lines.append(f'  "{seat.seat}" [label="{label}"{quiet}];')
    lines += [f'  "{boss}" -> "{seat}";' for boss, seat in _list_edges(chart, shown)]
    return "\n".join([*lines, "}", ""])


def _list_edges(chart: Chart, shown: set[str]) -> Iterator[tuple[str, str]]:
    return ((seat.reports_to, seat.seat) for seat in chart.seats if seat.reports_to and seat.reports_to in shown)


def _format_box_lines(seat: ChartSeat, kind: bool, escaped: Callable[[str], str]) -> list[str]:
    """The lines of a box: name, role, owner, and how many metrics are on target."""
    known = sum(metric.state.is_known or metric.state.is_gap for metric in seat.metrics)
    on_target = sum(metric.state is CellState.ON for metric in seat.metrics)
    lines = [seat.name, seat.role]
    lines += [seat.kind] if kind else []
    lines += [f"owner {seat.human_owner or seat.owner or 'nobody'}"]
    stale = f", {seat.stale} stale" if seat.stale else ""
    lines += [f"{on_target}/{known} on target{stale}"] if known and seat.status != "retired" else []
    lines += [seat.status] if seat.status != "active" else []
    return [escaped(one_line(line)) for line in lines]


def _make_node_id(seat: str) -> str:
    """An id that is not a keyword of Mermaid; a seat may be called `end`."""
    return f"seat_{seat.replace('-', '_')}"
