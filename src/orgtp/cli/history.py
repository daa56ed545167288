"""`orgtp log`, `seat history` and `seat blame`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, TypeVar

import typer

from orgtp.cli.options import AtOption, JsonOption, KindOption, OrgOption, SeatArgument, viewing_command
from orgtp.cli.session import (
    finish_answer,
    open_chosen_org,
    warn_if_shallow,
    write_json,
    write_json_list,
    write_pieces,
    write_stdout,
)

Item = TypeVar("Item")
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE|REV", help="From this day, week, month or quarter on, or after this commit."),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="DATE|REV",
        help="To the end of this day, week, month or quarter, or up to and including this commit.",
    ),
]


@viewing_command
def show_log(
    seat: Annotated[str, typer.Argument(metavar="[SEAT]", help="Only changes to this seat.")] = "",
    org: OrgOption = None,
    at: AtOption = None,
    action: Annotated[
        str,
        typer.Option(
            "--action",
            metavar="TEXT",
            help="init, add, set, org, holiday, score, retire or escalate; or hand, for commits that orgtp did not "
            "make.",
        ),
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="SEAT", help="Only changes by this seat.")] = "",
    metric: Annotated[
        str, typer.Option("--metric", metavar="METRIC", help="Only changes to this metric or its values.")
    ] = "",
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="Only the newest N.")] = None,
    json: JsonOption = False,
) -> int:
    """List changes in the org's terms, newest first."""
    from orgtp.views.log import LogFilter

    handle = open_chosen_org(org, at)
    wanted = LogFilter(seat, action, by, metric)
    pages = _take_items(handle.history.log_pages(wanted, since, until), limit)
    warn_if_shallow(handle)
    if json:
        write_json_list("log", handle, "commits", pages)
        return finish_answer(handle)
    from orgtp.render.log import log_pages
    from orgtp.render.terminal import detect_screen

    none = "no commits yet\n" if wanted == LogFilter() and since is until is None else "no such commits\n"
    write_pieces(log_pages(pages, handle.staff.org.zone, detect_screen()), none)
    return finish_answer(handle)


@viewing_command
def show_seat_history(seat: SeatArgument, org: OrgOption = None, at: AtOption = None, json: JsonOption = False) -> int:
    """Show the history of one seat.

    Each change of its owner, reporting line, capabilities, metrics and status, and between those, how many values were
    recorded and how many of them were on target.
    """
    handle = open_chosen_org(org, at)
    found = handle.history.seat_history(seat)
    warn_if_shallow(handle)
    if json:
        from orgtp.render.json import seat_history_body

        write_json("seat-history", handle, seat_history_body(found))
        return finish_answer(handle)
    from orgtp.render.seats.history import seat_history_text
    from orgtp.render.terminal import detect_screen

    write_stdout(seat_history_text(found, handle.head.zone, detect_screen()))
    return finish_answer(handle)


@viewing_command
def show_blame(
    seat: SeatArgument, org: OrgOption = None, at: AtOption = None, kind: KindOption = False, json: JsonOption = False
) -> int:
    """Show who last set each field of a seat.

    Also when, and in which commit, newest first.

    Only changes of meaning count: not comments, layout or spelling of a value, and not merges that take one side.
    """
    handle = open_chosen_org(org, at)
    pages = handle.history.blame_pages(seat)
    if json:
        write_json_list("seat-blame", handle, "fields", pages, seat=seat)
        return finish_answer(handle)
    from orgtp.render.seats.blame import blame_pages
    from orgtp.render.terminal import detect_screen

    write_pieces(blame_pages(pages, handle.head.zone, detect_screen(), kind=kind))
    return finish_answer(handle)


def _take_items(pages: Iterable[list[Item]], limit: int | None) -> Iterator[list[Item]]:
    """Yield the first `limit` items of all pages, without reading further pages."""
    left = limit
    for page in pages:
        yield page if left is None else page[:left]
        left = None if left is None else left - len(page)
        if left is not None and left <= 0:
            return
