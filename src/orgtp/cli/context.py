"""`orgtp context SEAT`: what an agent should know before it works."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption, SeatArgument
from orgtp.cli.session import is_dirty, open_chosen_org, warn_if_incomplete, warn_if_shallow, write_json, write_stdout


class ContextFormat(StrEnum):
    """How it is written."""

    MD = "md"
    JSON = "json"


def show_context(
    seat: SeatArgument,
    org: OrgOption = None,
    at: AtOption = None,
    format_: Annotated[
        ContextFormat, typer.Option("--format", help="Markdown for a reader, JSON for a program.")
    ] = ContextFormat.MD,
    json: JsonOption = False,
) -> int:
    """Tell all that an agent should know before it works as a seat, on one page.

    The seat and who answers for it, what it does and what others do instead, its numbers with targets and due times,
    what is open, what was decided lately, and the commands it will want.
    """
    here = open_chosen_org(org, at, whole=False)
    with warn_if_incomplete(here):
        view = here.context(seat)
    warn_if_shallow(here)
    if json or format_ is ContextFormat.JSON:
        from orgtp.render.json import context_body

        write_json("context", here, context_body(view))
        return 0
    from orgtp.render.context.markdown import context_markdown

    page = context_markdown(view, here.head.zone, here.revision, dirty=is_dirty(here), past=at is not None)
    write_stdout(page)
    return 0
