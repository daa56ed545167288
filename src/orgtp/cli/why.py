"""`orgtp why`."""

from __future__ import annotations

from typing import Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption, SeatArgument, viewing_command
from orgtp.cli.session import finish_answer, open_chosen_org, warn_if_shallow, write_json, write_stdout


@viewing_command
def show_why(
    seat: SeatArgument,
    metric: Annotated[
        str, typer.Argument(metavar="[METRIC]", help="The metric that changed. Default: the one that is worst.")
    ] = "",
    since: Annotated[
        str,
        typer.Option("--since", metavar="PERIOD", help="The day, week, month or quarter in which the change began."),
    ] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """List what changed around a seat before and after one of its numbers changed.

    The evidence comes from the record alone, newest first, each piece with its commit: inputs and other keys of the
    seat, handovers, blanks, corrections, the seats that it depends on, other seats on the same source, escalations,
    reviews and to-dos. These are candidates, not causes. The end says what the record cannot show.
    """
    handle = open_chosen_org(org, at)
    found = handle.history.why(seat, metric, since)
    warn_if_shallow(handle)
    if json:
        from orgtp.render.json import to_json_value

        write_json("why", handle, to_json_value(found))
        return finish_answer(handle)
    from orgtp.render.terminal import detect_screen
    from orgtp.render.why import why_text

    write_stdout(why_text(found, handle.head.zone, detect_screen()))
    return finish_answer(handle)
