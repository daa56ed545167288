"""`orgtp chart`, `scorecard`, `stale` and `schema`."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
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
from orgtp.model.text import count_noun

if TYPE_CHECKING:
    from orgtp.api import Chart, OrgHandle, Selection
    from orgtp.views.chart_drawing.boxes import ChartBox


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
    asked = _AskedChart(handle, selection, depth, all_, kind, tuple(_list_words(org, at, selection, all_, kind)))
    if format_ is ChartFormat.CSV:
        choose_csv()
    if json or format_ in {ChartFormat.JSON, ChartFormat.CSV}:
        view = asked.read()
        body = {"seats": view.seats, "left_out": view.left_out, "hidden_below": view.hidden_below}
        write_json("chart", handle, body)
    elif format_ is ChartFormat.SVG:
        _write_picture(asked)
    elif format_ is ChartFormat.WALL_SVG:
        _write_wall(asked)
    elif format_ is ChartFormat.MERMAID:
        _write_mermaid(asked)
    elif format_ is ChartFormat.DOT:
        from orgtp.render.chart_graph import chart_dot

        write_stdout(chart_dot(asked.read(), kind=kind, by=asked.options))
    else:
        _write_tree(asked, is_picture=format_ is ChartFormat.TERM_SVG)
    return finish_answer(handle)


@dataclass(frozen=True)
class _AskedChart:
    """The chart that a command asks for; `words` are the options of a command that draws the same seats."""

    handle: OrgHandle
    selection: Selection
    depth: int | None
    retired: bool
    kind: bool
    words: tuple[str, ...]

    def read(self) -> Chart:
        """The chart down to the depth that was asked for."""
        return self.read_to(self.depth)

    def read_to(self, depth: int | None) -> Chart:
        """The chart down to another depth; None for all of it."""
        return self.handle.chart(depth=depth, retired=self.retired, selection=self.selection)

    @property
    def options(self) -> str:
        """The selection and the depth, as they were typed."""
        return " ".join([self.selection.text, *([f"--depth {self.depth}"] if self.depth is not None else [])]).strip()

    def list_boxes(self, view: Chart) -> tuple[ChartBox, ...]:
        """The seats of the chart as boxes, with the health of each."""
        from orgtp.views.chart_drawing.boxes import list_chart_boxes

        return list_chart_boxes(view, self.handle.health(replace(self.selection, states=(), sort=None)))


def _write_tree(asked: _AskedChart, *, is_picture: bool) -> None:
    """Write the chart as on a terminal, or as a picture of a terminal."""
    from orgtp.render.chart import chart_lines, chart_text
    from orgtp.render.terminal import Screen, detect_screen

    view, name = asked.read(), asked.handle.head.name
    if not is_picture:
        write_stdout(chart_text(view, detect_screen(), name=name, kind=asked.kind, by=asked.options))
        return
    from orgtp.render.terminal_svg import render_svg

    write_stdout(render_svg(chart_lines(view, Screen(), name=name, kind=asked.kind, by=asked.options), name))


def _write_mermaid(asked: _AskedChart) -> None:
    """Write the chart for Mermaid, and say what else to type if Mermaid refuses to draw so much."""
    from orgtp.render.chart_graph import chart_mermaid, explain_mermaid_limits

    view = asked.read()
    text = chart_mermaid(view, kind=asked.kind, by=asked.options)
    write_stdout(text)
    if why := explain_mermaid_limits(text):
        write_stderr(f"{why}. {_suggest_other_chart(asked, _find_drawable_depth(asked, view))}")


def _write_picture(asked: _AskedChart) -> None:
    """Write the chart as boxes and lines, with what is below the depth, or too much for one picture, folded away."""
    from orgtp.render.drawings.chart import chart_svg, draw_chart, list_layout_seats
    from orgtp.views.chart_drawing.folding import fold_below, fold_by_default

    view = asked.read_to(None)
    boxes = asked.list_boxes(view)
    seats = list_layout_seats(boxes)
    picture = draw_chart(boxes, fold_by_default(seats) if asked.depth is None else fold_below(seats, asked.depth))
    write_stdout(chart_svg(picture, _name_picture(asked), _list_notes(asked, view), kind=asked.kind))
    if asked.depth is None and (hidden := sum(one.hidden for one in picture.drawing.boxes)):
        every = shlex.join(["orgtp", "chart", *asked.words, "--format", "wall-svg"])
        write_stderr(f"{count_noun(hidden, 'seat')} of {len(boxes):,} are folded away. A picture of all: {every}")


def _write_wall(asked: _AskedChart) -> None:
    """Write the chart in indented columns for a wall, with every seat down to the depth."""
    from orgtp.render.drawings.wall import wall_svg

    view = asked.read()
    write_stdout(wall_svg(asked.list_boxes(view), _name_picture(asked), _list_notes(asked, view), kind=asked.kind))


def _name_picture(asked: _AskedChart) -> str:
    return f"Org chart of {asked.handle.head.name}"


def _list_notes(asked: _AskedChart, view: Chart) -> list[str]:
    """What a picture says of itself: of which org, when and commit it is, and what it lacks."""
    from orgtp.render.terminal import to_local_time
    from orgtp.render.wording.selection import describe_left_out

    handle = asked.handle
    commit = f", commit {handle.revision[:10]}" if handle.revision else ""
    notes = [f"{handle.head.name}, as of {to_local_time(handle.now, handle.org.zone):%Y-%m-%d %H:%M}{commit}"]
    notes += [text] if (text := describe_left_out(view.left_out, asked.selection.text)) else []
    return [*notes, *(["Incomplete: not every file could be read. See: orgtp validate"] if handle.unread else [])]


def _list_words(org: Path | None, at: str | None, selection: Selection, retired: bool, kind: bool) -> list[str]:
    """The options of a command that draws the same seats."""
    named = chosen_org(org)
    words = [*(["--org", str(named)] if named else []), *(["--at", at] if at else []), *selection.words]
    return [*words, *(["--all"] if retired else []), *(["--kind"] if kind else [])]


def _find_drawable_depth(asked: _AskedChart, view: Chart) -> int:
    """The most levels that Mermaid draws; 0 if it draws none of those below the first."""
    from orgtp.render.chart_graph import chart_mermaid, explain_mermaid_limits

    depths = [seat.depth for seat in view.seats]
    levels = range(max(depths) - min(depths) - 1, 0, -1)
    return next(
        (level for level in levels if not explain_mermaid_limits(chart_mermaid(asked.read_to(level), kind=True))), 0
    )


def _suggest_other_chart(asked: _AskedChart, fewer: int) -> str:
    """Commands that draw the same chart: as a picture, and with `fewer` levels, unless that is 0."""
    levels = ["--depth", str(asked.depth)] if asked.depth is not None else []
    picture = f"{shlex.join(['orgtp', 'chart', *asked.words, *levels, '--format', 'wall-svg'])} > chart.svg"
    less = shlex.join(["orgtp", "chart", *asked.words, "--depth", str(fewer), "--format", "mermaid"])
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
