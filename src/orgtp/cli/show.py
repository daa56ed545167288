"""The commands that show: chart, scorecard, stale, schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orgtp.cli.options import AllOption, AtOption, JsonOption, KindOption, OrgOption
from orgtp.cli.session import open_chosen_org, warn_if_incomplete, write_json, write_stdout


class ChartFormat(StrEnum):
    """How `chart` draws it."""

    TREE = "tree"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    JSON = "json"


def show_chart(
    org: OrgOption = None,
    at: AtOption = None,
    root: Annotated[str, typer.Option("--root", metavar="SEAT", help="From this seat down.")] = "",
    depth: Annotated[int | None, typer.Option("--depth", metavar="N", min=0, help="So many levels down.")] = None,
    kind: KindOption = False,
    all_: AllOption = False,
    format_: Annotated[ChartFormat, typer.Option("--format", help="How to draw it.")] = ChartFormat.TREE,
    json: JsonOption = False,
) -> int:
    """Draw the org chart: who is there, what for, who answers, and how many metrics are on target."""
    here = open_chosen_org(org, at, whole=False)
    with warn_if_incomplete(here):
        view = here.chart(root, depth, retired=all_)
    if json or format_ is ChartFormat.JSON:
        write_json("chart", here, {"seats": view.seats})
        return 0
    if format_ in {ChartFormat.MERMAID, ChartFormat.DOT}:
        from orgtp.render import chart_graph

        draw = chart_graph.chart_mermaid if format_ is ChartFormat.MERMAID else chart_graph.chart_dot
        write_stdout(draw(view, kind=kind))
        return 0
    from orgtp.render.chart import chart_lines, chart_text
    from orgtp.render.terminal import Screen, detect_screen

    if format_ is ChartFormat.SVG:
        from orgtp.render.svg import render_svg

        write_stdout(render_svg(chart_lines(view, Screen(), name=here.head.name, kind=kind), here.head.name))
        return 0
    write_stdout(chart_text(view, detect_screen(), name=here.head.name, kind=kind))
    return 0


def show_scorecard(
    org: OrgOption = None,
    at: AtOption = None,
    weeks: Annotated[int, typer.Option("--weeks", metavar="N", min=1, max=520, help="How many weeks.")] = 13,
    seat: Annotated[str, typer.Option("--seat", metavar="SEAT", help="One seat's numbers only.")] = "",
    json: JsonOption = False,
) -> int:
    """Show everyone's numbers on one grid of weeks. The current week is marked: it is not over."""
    here = open_chosen_org(org, at, whole=False)
    with warn_if_incomplete(here):
        card = here.scorecard(weeks, seat)
    if json:
        write_json("scorecard", here, {"columns": card.columns, "partial": card.partial, "rows": card.rows})
        return 0
    from orgtp.render.scorecard import scorecard_text
    from orgtp.render.terminal import detect_screen

    write_stdout(scorecard_text(card, detect_screen(), here.head.name))
    return 0


def show_stale(
    seat: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only this seat's.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """List the numbers that are late: what, whose it is, for how long, why. The exit code is 1 if there are any."""
    here = open_chosen_org(org, at, whole=False)
    with warn_if_incomplete(here):
        found = here.stale(seat)
    if json:
        write_json("stale", here, {"at": here.now, "stale": found})
        return int(bool(found))
    from orgtp.render.stale import nothing_stale_text, stale_text
    from orgtp.render.terminal import detect_screen

    write_stdout(
        stale_text(found, here.now, detect_screen())
        if found
        else nothing_stale_text(here.org_about(seat).seats.get(seat))
    )
    return int(bool(found))


_SCHEMAS = "escalation, org, retirement, score, seat, silenced or sources."


def print_schema(name: Annotated[str, typer.Argument(metavar="NAME", help=_SCHEMAS)]) -> int:
    """Print a JSON Schema of the file formats."""
    from orgtp.api import read_schema

    write_stdout(read_schema(name))
    return 0
