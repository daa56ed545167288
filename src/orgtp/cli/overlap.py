"""`orgtp overlap`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, KindOption, OrgOption, selecting_command, viewing_command
from orgtp.cli.session import finish_answer, open_chosen_org, write_json, write_stdout
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.api import Selection


@viewing_command
@selecting_command
def show_overlaps(
    seat_: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only what looks like this seat.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    least: Annotated[
        str, typer.Option("--min", metavar="NUMBER", help="How alike two seats are at least: from 0.01 to 1.")
    ] = "0.4",
    kind: KindOption = False,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """Show which seats look alike, people and agents: their names, roles, missions and capabilities share words.

    A pair comes with the words that both say, both owners, both metrics, what only one of them does, and whether one
    names the other. To look alike is no verdict: two seats can say the same and do different things. Words are compared
    and not meanings, so seats that do the same in other words are not found.
    """
    from orgtp.views.seats.overlap.find import parse_least

    if seat_ and selection.seat not in {"", seat_}:
        raise BadInput(what=f"name one seat: {seat_}, or --seat {selection.seat}")
    by, selection = selection.text, replace(selection, seat=seat_ or selection.seat)
    smallest = parse_least(least)
    handle = open_chosen_org(org, at)
    found = handle.overlaps(selection, smallest)
    if json:
        from orgtp.render.json import overlap_body

        write_json("overlap", handle, overlap_body(found))
        return finish_answer(handle)
    from orgtp.render.seats.overlap import overlap_text
    from orgtp.render.terminal import detect_screen

    write_stdout(overlap_text(found, detect_screen(), seat=selection.seat, by=by, kind=kind))
    return finish_answer(handle)
