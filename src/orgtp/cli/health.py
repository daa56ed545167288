"""`orgtp health`."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption, selecting_command
from orgtp.cli.output_format import choose_csv
from orgtp.cli.session import finish_answer, open_chosen_org, write_json, write_stdout
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, Selection


class HealthFormat(StrEnum):
    """The output formats of `health`."""

    TEXT = "text"
    SVG = "svg"
    JSON = "json"
    CSV = "csv"


@selecting_command
def show_health(
    seat_: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only this seat, with all of its metrics.")] = "",
    metric: Annotated[str, typer.Argument(metavar="[METRIC]", help="The chart of one of its metrics.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    format_: Annotated[
        HealthFormat, typer.Option("--format", help="The output format. svg draws the chart of one metric.")
    ] = HealthFormat.TEXT,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """Show which seats are healthy and which drift, those that need a person first.

    Each metric is asked two questions: does it change, and can it meet its target? Every flag comes with its odds, and
    opens nothing on its own. With SEAT and METRIC, orgtp draws the chart of the metric with its limits.
    """
    if seat_ and selection.seat not in {"", seat_}:
        raise BadInput(what=f"name one seat: {seat_}, or --seat {selection.seat}")
    if format_ is HealthFormat.SVG and not metric:
        raise BadInput(what="a picture is of one metric. Name it: orgtp health SEAT METRIC --format svg")
    by, selection = selection.text, replace(selection, seat=seat_ or selection.seat)
    if metric and selection.states:
        raise BadInput(what="--state selects among several metrics. Leave it out to see this one")
    handle = open_chosen_org(org, at)
    if format_ is HealthFormat.CSV:
        choose_csv()
    if json or format_ in {HealthFormat.JSON, HealthFormat.CSV}:
        return _write_health_json(handle, selection, metric)
    if metric:
        return _write_chart(handle, selection, metric, format_)
    view = handle.health(selection)
    from orgtp.render.health.text import health_text
    from orgtp.render.terminal import detect_screen

    write_stdout(health_text(view, detect_screen(), handle.head.name, by=by, details=bool(selection.seat)))
    return finish_answer(handle)


def _write_health_json(handle: OrgHandle, selection: Selection, metric: str) -> int:
    from orgtp.render.json import health_body

    chart = handle.xmr_chart(selection.seat, metric) if metric else None
    write_json("health", handle, health_body(handle.health(selection, metric=metric), chart))
    return finish_answer(handle)


def _write_chart(handle: OrgHandle, selection: Selection, metric: str, format_: HealthFormat) -> int:
    (row,) = handle.health(selection, metric=metric).metrics
    chart = handle.xmr_chart(selection.seat, metric)
    if format_ is HealthFormat.SVG:
        from orgtp.render.drawings.xmr import draw_xmr_chart

        write_stdout(draw_xmr_chart(row, chart))
        return finish_answer(handle)
    from orgtp.render.health.xmr_chart import xmr_chart_text
    from orgtp.render.terminal import detect_screen, is_stdout_unicode

    write_stdout(xmr_chart_text(row, chart, detect_screen(), plain=not is_stdout_unicode()))
    return finish_answer(handle)
