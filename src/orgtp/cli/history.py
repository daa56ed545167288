"""The commands that tell the past: log, seat history, seat blame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, TypeVar

import typer

from orgtp.cli.options import AtOption, JsonOption, KindOption, OrgOption, SeatArgument
from orgtp.cli.session import open_chosen_org, warn_if_shallow, write_json, write_json_list, write_pieces, write_stdout

Item = TypeVar("Item")
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DATE|REV", help="From this day, week or month on; after a commit.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DATE|REV", help="To the end of it; to a commit, itself included.")
]


def show_log(
    seat: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only what touched this seat.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    action: Annotated[
        str,
        typer.Option("--action", metavar="A", help="init, add, set, score, retire, escalate, or hand: made by hand."),
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="SEAT", help="What this seat did.")] = "",
    metric: Annotated[
        str, typer.Option("--metric", metavar="METRIC", help="What changed this metric or its values.")
    ] = "",
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="The newest N only.")] = None,
    json: JsonOption = False,
) -> int:
    """Tell what happened, newest first, in the org's words."""
    from orgtp.views.log import Wanted

    here = open_chosen_org(org, at, values=False)
    wanted = Wanted(seat, action, by, metric)
    pages = _take_items(here.history.log_pages(wanted, since, until), limit)
    warn_if_shallow(here)
    if json:
        write_json_list("log", here, "commits", pages)
        return 0
    from orgtp.render.log import log_pages
    from orgtp.render.terminal import detect_screen

    none = "no commits yet\n" if wanted == Wanted() and since is until is None else "no such commits\n"
    write_pieces(log_pages(pages, here.staff.org.zone, detect_screen()), none)
    return 0


def show_seat_history(seat: SeatArgument, org: OrgOption = None, at: AtOption = None, json: JsonOption = False) -> int:
    """Tell one seat's life on one page.

    How it came, who answered for it, whom it reported to, what it did, its targets, and how it ended; between the
    commits that changed it, how much was recorded and how much of that was on target.
    """
    here = open_chosen_org(org, at, whole=False)
    found = here.history.seat_history(seat)
    warn_if_shallow(here)
    if json:
        from orgtp.render.json import seat_history_body

        write_json("seat-history", here, seat_history_body(found))
        return 0
    from orgtp.render.seat_history import seat_history_text
    from orgtp.render.terminal import detect_screen

    write_stdout(seat_history_text(found, here.head.zone, detect_screen()))
    return 0


def show_blame(
    seat: SeatArgument, org: OrgOption = None, at: AtOption = None, kind: KindOption = False, json: JsonOption = False
) -> int:
    """Tell who last set each field of a seat.

    With when and in which commit; what was set last stands first.

    What counts is what a field means: a comment, a new layout or another spelling sets nothing, and neither does a
    merge that takes what one side has.
    """
    here = open_chosen_org(org, at, whole=False)
    pages = here.history.blame_pages(seat)
    if json:
        write_json_list("seat-blame", here, "fields", pages, seat=seat)
        return 0
    from orgtp.render.blame import blame_pages
    from orgtp.render.terminal import detect_screen

    write_pieces(blame_pages(pages, here.head.zone, detect_screen(), kind=kind))
    return 0


def _take_items(pages: Iterable[list[Item]], limit: int | None) -> Iterator[list[Item]]:
    """The first `limit` items of all pages, and no page after the one that has the last."""
    left = limit
    for page in pages:
        yield page if left is None else page[:left]
        left = None if left is None else left - len(page)
        if left is not None and left <= 0:
            return
