"""`orgtp chart`, `scorecard`, `stale` and `schema`."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AllOption, AtOption, JsonOption, KindOption, OrgOption, selecting_command, viewing_command
from orgtp.cli.output_format import choose_csv
from orgtp.cli.session import (
    chosen_org,
    finish_answer,
    open_chosen_org,
    write_json,
    write_stderr,
    write_stdout,
)
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import Chart, OrgHandle, Selection


class ChartFormat(StrEnum):
    """The output formats of `chart`."""

    TREE = "tree"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    WALL_SVG = "wall-svg"
    TERM_SVG = "term-svg"
    JSON = "json"
    CSV = "csv"


@selecting_command
def show_chart(
    org: OrgOption = None,
    at: AtOption = None,
    depth: Annotated[int | None, typer.Option("--depth", metavar="N", min=0, help="Show at most N levels.")] = None,
    kind: KindOption = False,
    all_: AllOption = False,
    format_: Annotated[ChartFormat, typer.Option("--format", help="The output format.")] = ChartFormat.TREE,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """Draw the org chart.

    Each seat has its role, its owner and how many of its metrics are on target.
    """
    handle = open_chosen_org(org, at)
    if format_ in {ChartFormat.SVG, ChartFormat.WALL_SVG} and not json:
        words = _list_words(org, at, selection, retired=all_, kind=kind)
        is_wall = format_ is ChartFormat.WALL_SVG
        _draw_picture(handle, selection, depth, retired=all_, kind=kind, words=words, is_wall=is_wall)
        return finish_answer(handle)
    view = handle.chart(depth=depth, retired=all_, selection=selection)
    if format_ is ChartFormat.CSV:
        choose_csv()
    if json or format_ in {ChartFormat.JSON, ChartFormat.CSV}:
        body = {"seats": view.seats, "left_out": view.left_out, "hidden_below": view.hidden_below}
        write_json("chart", handle, body)
        return finish_answer(handle)
    by = " ".join([selection.text, *([f"--depth {depth}"] if depth is not None else [])]).strip()
    if format_ in {ChartFormat.MERMAID, ChartFormat.DOT}:
        from orgtp.render import chart_graph

        draw = chart_graph.chart_mermaid if format_ is ChartFormat.MERMAID else chart_graph.chart_dot
        text = draw(view, kind=kind, by=by)
        write_stdout(text)
        if format_ is ChartFormat.MERMAID and (why := chart_graph.explain_mermaid_limits(text)):
            words = _list_words(org, at, selection, retired=all_, kind=kind)
            less = _find_drawable_depth(
                lambda level: handle.chart(depth=level, retired=all_, selection=selection), view
            )
            write_stderr(f"{why}. {_suggest_other_chart(words, depth, less)}")
        return finish_answer(handle)
    from orgtp.render.chart import chart_lines, chart_text
    from orgtp.render.terminal import Screen, detect_screen

    if format_ is ChartFormat.TERM_SVG:
        from orgtp.render.terminal_svg import render_svg

        lines = chart_lines(view, Screen(), name=handle.head.name, kind=kind, by=by)
        write_stdout(render_svg(lines, handle.head.name))
        return finish_answer(handle)
    write_stdout(chart_text(view, detect_screen(), name=handle.head.name, kind=kind, by=by))
    return finish_answer(handle)


def _draw_picture(
    handle: OrgHandle,
    selection: Selection,
    depth: int | None,
    *,
    retired: bool,
    kind: bool,
    words: list[str],
    is_wall: bool,
) -> None:
    """Write the chart as boxes and lines, with what is below `depth`, or too much for one picture, folded away.

    A picture for the wall has columns instead, and shows every seat down to `depth`.
    """
    from orgtp.model.text import count_noun
    from orgtp.render.drawings.chart import chart_svg, draw_chart, list_layout_seats
    from orgtp.render.drawings.wall import wall_svg
    from orgtp.views.chart_drawing.boxes import list_chart_boxes
    from orgtp.views.chart_drawing.folding import fold_below, fold_by_default

    view = handle.chart(depth=depth if is_wall else None, retired=retired, selection=selection)
    boxes = list_chart_boxes(view, handle.health(replace(selection, states=(), sort=None)))
    title, notes = f"Org chart of {handle.head.name}", _list_notes(handle, view, selection)
    if is_wall:
        write_stdout(wall_svg(boxes, title, notes, kind=kind))
        return
    seats = list_layout_seats(boxes)
    picture = draw_chart(boxes, fold_by_default(seats) if depth is None else fold_below(seats, depth))
    write_stdout(chart_svg(picture, title, notes, kind=kind))
    if depth is None and (hidden := sum(one.hidden for one in picture.drawing.boxes)):
        every = shlex.join(["orgtp", "chart", *words, "--format", "wall-svg"])
        write_stderr(f"{count_noun(hidden, 'seat')} of {len(boxes):,} are folded away. A picture of all: {every}")


def _list_notes(handle: OrgHandle, view: Chart, selection: Selection) -> list[str]:
    """What a picture says of itself: of which org, when and commit it is, and what it lacks."""
    from orgtp.render.terminal import to_local_time
    from orgtp.render.wording.selection import describe_left_out

    commit = f", commit {handle.revision[:10]}" if handle.revision else ""
    notes = [f"{handle.head.name}, as of {to_local_time(handle.now, handle.org.zone):%Y-%m-%d %H:%M}{commit}"]
    notes += [text] if (text := describe_left_out(view.left_out, selection.text)) else []
    return [*notes, *(["Incomplete: not every file could be read. See: orgtp validate"] if handle.unread else [])]


def _list_words(org: Path | None, at: str | None, selection: Selection, *, retired: bool, kind: bool) -> list[str]:
    """The options of a command that draws the same seats."""
    named = chosen_org(org)
    words = [*(["--org", str(named)] if named else []), *(["--at", at] if at else []), *shlex.split(selection.text)]
    return [*words, *(["--all"] if retired else []), *(["--kind"] if kind else [])]


def _find_drawable_depth(draw: Callable[[int], Chart], view: Chart) -> int:
    """The most levels that Mermaid draws; 0 if it draws none of those below the first."""
    from orgtp.render.chart_graph import chart_mermaid, explain_mermaid_limits

    depths = [seat.depth for seat in view.seats]
    levels = range(max(depths) - min(depths) - 1, 0, -1)
    return next((level for level in levels if not explain_mermaid_limits(chart_mermaid(draw(level), kind=True))), 0)


def _suggest_other_chart(words: list[str], depth: int | None, fewer: int) -> str:
    levels = ["--depth", str(depth)] if depth is not None else []
    picture = f"{shlex.join(['orgtp', 'chart', *words, *levels, '--format', 'wall-svg'])} > chart.svg"
    less = shlex.join(["orgtp", "chart", *words, "--depth", str(fewer), "--format", "mermaid"])
    return f"A picture of it all: {picture}" + (f"\nA chart that it draws: {less}" if fewer else "")


@viewing_command
@selecting_command
def show_scorecard(
    org: OrgOption = None,
    at: AtOption = None,
    weeks: Annotated[int, typer.Option("--weeks", metavar="N", min=1, max=520, help="The number of weeks.")] = 13,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """Show the metrics of all seats by week. The current week is marked, because it is not over."""
    handle = open_chosen_org(org, at)
    card = handle.scorecard(weeks, selection=selection)
    if json:
        body = {"columns": card.columns, "partial": card.partial, "rows": card.rows, "left_out": card.left_out}
        write_json("scorecard", handle, body)
        return finish_answer(handle)
    from orgtp.render.scorecard import scorecard_text
    from orgtp.render.terminal import detect_screen

    write_stdout(scorecard_text(card, detect_screen(), handle.head.name, by=selection.text))
    return finish_answer(handle)


@viewing_command
@selecting_command
def show_stale(
    seat_: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only metrics of this seat.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """List overdue values.

    Each with its metric, its seat, how long it is overdue, and why. Exit code 1 if there are any.
    """
    if seat_ and selection.seat not in {"", seat_}:
        raise BadInput(what=f"name one seat: {seat_}, or --seat {selection.seat}")
    by, selection = selection.text, replace(selection, seat=seat_ or selection.seat)
    handle = open_chosen_org(org, at)
    found = handle.list_stale(selection)
    code = int(bool(found.stale))
    if json:
        write_json("stale", handle, {"at": handle.now, "stale": found.stale, "left_out": found.left_out})
        return finish_answer(handle, code)
    from orgtp.render.stale import nothing_stale_text, stale_text
    from orgtp.render.terminal import detect_screen

    screen = detect_screen()
    if found.stale:
        write_stdout(stale_text(found, handle.now, screen, by=by))
    else:
        named = handle.org_about(selection.seat).seats.get(selection.seat)
        write_stdout(nothing_stale_text(named, found, screen, is_whole=not handle.unread, by=by))
    return finish_answer(handle, code)


_SCHEMAS = "escalation, org, retirement, score, seat, silenced or sources."


def print_schema(name: Annotated[str, typer.Argument(metavar="NAME", help=_SCHEMAS)]) -> int:
    """Print a JSON Schema of the file formats."""
    from orgtp.api import read_schema

    write_stdout(read_schema(name))
    return 0
