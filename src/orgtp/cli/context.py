"""`orgtp context SEAT`: what an agent should know before it starts work."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption, SeatArgument
from orgtp.cli.output_format import choose_csv
from orgtp.cli.session import (
    finish_answer,
    is_dirty,
    open_chosen_org,
    warn_if_shallow,
    write_json,
    write_stdout,
)


class ContextFormat(StrEnum):
    """The output formats of `context`."""

    MD = "md"
    JSON = "json"
    CSV = "csv"


def show_context(
    seat: SeatArgument,
    org: OrgOption = None,
    at: AtOption = None,
    format_: Annotated[ContextFormat, typer.Option("--format", help="The output format.")] = ContextFormat.MD,
    json: JsonOption = False,
) -> int:
    """Print what an agent should know about its seat.

    The page has the seat and its owner, its capabilities and those of other seats, its metrics with targets and due
    times, open escalations, recent decisions, and useful commands.
    """
    handle = open_chosen_org(org, at)
    view = handle.context(seat)
    warn_if_shallow(handle)
    if format_ is ContextFormat.CSV:
        choose_csv()
    if json or format_ in {ContextFormat.JSON, ContextFormat.CSV}:
        from orgtp.render.json import context_body

        write_json("context", handle, context_body(view))
        return finish_answer(handle)
    from orgtp.render.context.markdown import context_markdown

    page = context_markdown(view, handle.head.zone, handle.revision, dirty=is_dirty(handle), past=at is not None)
    write_stdout(page)
    return finish_answer(handle)
