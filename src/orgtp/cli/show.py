"""`orgtp chart`, `scorecard`, `stale` and `schema`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orgtp.cli.options import AllOption, AtOption, JsonOption, KindOption, OrgOption
from orgtp.cli.session import finish_answer, open_chosen_org, write_json, write_stdout


class ChartFormat(StrEnum):
    """The output formats of `chart`."""

    TREE = "tree"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    JSON = "json"


def show_chart(
    org: OrgOption = None,
    at: AtOption = None,
    root: Annotated[str, typer.Option("--root", metavar="SEAT", help="Start at this seat.")] = "",
    depth: Annotated[int | None, typer.Option("--depth", metavar="N", min=0, help="Show at most N levels.")] = None,
    kind: KindOption = False,
    all_: AllOption = False,
    format_: Annotated[ChartFormat, typer.Option("--format", help="The output format.")] = ChartFormat.TREE,
    json: JsonOption = False,
) -> int:
    """Draw the org chart.

    Each seat has its role, its owner and how many of its metrics are on target.
    """
    handle = open_chosen_org(org, at)
    view = handle.chart(root, depth, retired=all_)
    if json or format_ is ChartFormat.JSON:
        write_json("chart", handle, {"seats": view.seats})
        return finish_answer(handle)
    if format_ in {ChartFormat.MERMAID, ChartFormat.DOT}:
        from orgtp.render import chart_graph

        draw = chart_graph.chart_mermaid if format_ is ChartFormat.MERMAID else chart_graph.chart_dot
        write_stdout(draw(view, kind=kind))
        return finish_answer(handle)
    from orgtp.render.chart import chart_lines, chart_text
    from orgtp.render.terminal import Screen, detect_screen

    if format_ is ChartFormat.SVG:
        from orgtp.render.svg import render_svg

        write_stdout(render_svg(chart_lines(view, Screen(), name=handle.head.name, kind=kind), handle.head.name))
        return finish_answer(handle)
    write_stdout(chart_text(view, detect_screen(), name=handle.head.name, kind=kind))
    return finish_answer(handle)


def show_scorecard(
    org: OrgOption = None,
    at: AtOption = None,
    weeks: Annotated[int, typer.Option("--weeks", metavar="N", min=1, max=520, help="The number of weeks.")] = 13,
    seat: Annotated[str, typer.Option("--seat", metavar="SEAT", help="Only metrics of this seat.")] = "",
    json: JsonOption = False,
) -> int:
    """Show the metrics of all seats by week. The current week is marked, because it is not over."""
    handle = open_chosen_org(org, at)
    card = handle.scorecard(weeks, seat)
    if json:
        write_json("scorecard", handle, {"columns": card.columns, "partial": card.partial, "rows": card.rows})
        return finish_answer(handle)
    from orgtp.render.scorecard import scorecard_text
    from orgtp.render.terminal import detect_screen

    write_stdout(scorecard_text(card, detect_screen(), handle.head.name))
    return finish_answer(handle)


def show_stale(
    seat: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only metrics of this seat.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """List overdue values.

    Each with its metric, its seat, how long it is overdue, and why. Exit code 1 if there are any.
    """
    handle = open_chosen_org(org, at)
    found = handle.stale(seat)
    if json:
        write_json("stale", handle, {"at": handle.now, "stale": found})
        return finish_answer(handle, int(bool(found)))
    from orgtp.render.stale import nothing_stale_text, stale_text
    from orgtp.render.terminal import detect_screen

    write_stdout(
        stale_text(found, handle.now, detect_screen())
        if found
        else nothing_stale_text(handle.org_about(seat).seats.get(seat), is_whole=not handle.unread)
    )
    return finish_answer(handle, int(bool(found)))


_SCHEMAS = "escalation, org, retirement, score, seat, silenced or sources."


def print_schema(name: Annotated[str, typer.Argument(metavar="NAME", help=_SCHEMAS)]) -> int:
    """Print a JSON Schema of the file formats."""
    from orgtp.api import read_schema

    write_stdout(read_schema(name))
    return 0
