"""`orgtp review agenda`, `review show` and `review list`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption, selecting_command, viewing_command
from orgtp.cli.session import finish_answer, open_chosen_org, write_json, write_stdout

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, Selection
    from orgtp.render.review.agenda import AgendaHead


class AgendaFormat(StrEnum):
    """The output formats of an agenda."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSON = "json"


@selecting_command
def show_agenda(
    org: OrgOption = None,
    at: AtOption = None,
    format_: Annotated[
        AgendaFormat, typer.Option("--format", help="The output format; html is a page to print.")
    ] = AgendaFormat.TEXT,
    json: JsonOption = False,
    *,
    selection: Selection,
) -> int:
    """Show what the weekly review is about: to-dos, rows that need a person, escalations, dates.

    It judges the last week that is over. People and agents are alike, and rows on target are only counted.
    """
    handle = open_chosen_org(org, at)
    agenda = handle.reviews.agenda(selection)
    if json or format_ is AgendaFormat.JSON:
        write_json("review-agenda", handle, {"at": handle.now, "agenda": agenda})
        return finish_answer(handle)
    from orgtp.render.review.agenda import agenda_html, agenda_markdown, agenda_text
    from orgtp.render.terminal import detect_screen

    head = build_agenda_head(handle, selection.text)
    if format_ is AgendaFormat.MD:
        write_stdout(agenda_markdown(agenda, head))
    elif format_ is AgendaFormat.HTML:
        write_stdout(agenda_html(agenda, head))
    else:
        write_stdout(agenda_text(agenda, head, detect_screen()))
    return finish_answer(handle)


def build_agenda_head(handle: OrgHandle, by: str = "") -> AgendaHead:
    """What every format of the agenda says first."""
    from orgtp.cli.session import find_revision
    from orgtp.render.review.agenda import AgendaHead

    return AgendaHead(handle.head.name or handle.head.id, handle.now, handle.head.zone, find_revision(handle), by)


@viewing_command
def show_review(
    week: Annotated[
        str, typer.Argument(metavar="[WEEK]", help="The week, as 2026-W48 or W48. Default: the newest with a review.")
    ] = "",
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """Show a review that was held, what became of its to-dos, and which values came after it."""
    handle = open_chosen_org(org, at)
    found = handle.reviews.show(week)
    if json:
        write_json("review", handle, {"reviews": found})
        return finish_answer(handle)
    from orgtp.render.review.held import review_text
    from orgtp.render.terminal import detect_screen

    write_stdout(review_text(found, handle.head.zone, detect_screen()))
    return finish_answer(handle)


@viewing_command
def list_reviews(
    weeks: Annotated[int, typer.Option("--weeks", metavar="N", min=1, max=520, help="The number of weeks.")] = 13,
    org: OrgOption = None,
    at: AtOption = None,
    json: JsonOption = False,
) -> int:
    """List the weeks since the first review: which were held, how long they took, and how many to-dos are done."""
    handle = open_chosen_org(org, at)
    found = handle.reviews.list(weeks)
    if json:
        write_json("reviews", handle, {"reviews": found})
        return finish_answer(handle)
    from orgtp.render.review.held import reviews_text
    from orgtp.render.terminal import detect_screen

    write_stdout(reviews_text(found, detect_screen()))
    return finish_answer(handle)
