"""`orgtp review hold`, or `orgtp review`: hold the weekly review on a terminal, or record the answers in a file."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orgtp.cli.options import ChangeOptions, changing_command
from orgtp.cli.session import chosen_org, has_terminal, open_chosen_org, report_change, write_json, write_stderr
from orgtp.model.errors import OrgtpError

if TYPE_CHECKING:
    from orgtp.api import OrgHandle, Review


class NoTerminal(OrgtpError):
    """A review asks a person, and there is no terminal to ask on."""

    text = (
        "the review asks questions, and there is no terminal. Read the agenda, write the answers to a file, and record "
        "them:\n  {agenda}\n  {answers}"
    )


@changing_command
def hold_review(
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", metavar="FILE", help="Record the answers in this file (YAML); - reads standard input."
        ),
    ] = None,
    minutes: Annotated[
        int | None,
        typer.Option("--minutes", metavar="N", min=1, max=600, help="Show how much of N minutes is left for each row."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Record it beside the review that the week has already.")
    ] = False,
    *,
    change: ChangeOptions,
) -> int:
    """Hold the review of the last week that is over: one screen for each row that needs a person.

    It asks what changed, what the fix is, who does it and by when. Everything is kept as you type, so you can stop with
    Ctrl-C and go on with the same command. One commit at the end. An agent's answers are kept for a person to confirm.
    """
    handle = open_chosen_org(change.org, push=change.push)
    if answers is not None:
        return _record_answers(handle, _read_answers(answers), change, again=again)
    if not has_terminal():
        where = chosen_org(change.org)
        org = ["--org", str(where)] if where else []
        agenda = shlex.join(["orgtp", *org, "review", "agenda", "--format", "json"])
        raise NoTerminal(agenda=agenda, answers=shlex.join(["orgtp", *org, "review", "--answers", "FILE"]))
    from orgtp.cli.review.walk import walk_through_review

    return walk_through_review(handle, change, minutes=minutes, again=again)


def _read_answers(path: Path) -> Review:
    from orgtp.api import parse_review_answers, read_review_answers

    return parse_review_answers(sys.stdin.read()) if str(path) == "-" else read_review_answers(path)


def _record_answers(handle: OrgHandle, answers: Review, change: ChangeOptions, *, again: bool) -> int:
    """Record the answers, if a person does; keep those of an agent or a group as a draft."""
    by = handle.ledger.find_acting_seat(change.by)
    seat = handle.org.seats.get(by)
    if seat is None or seat.is_human:
        done = handle.reviews.close(answers, by=change.by, again=again, dry_run=change.dry_run)
        return report_change("review-hold", handle, done, change, draft=None)
    if change.dry_run:
        handle.reviews.check(answers, by=by)
        write_stderr(f"dry run, nothing written. {by} is not a person, so the answers would be kept for one to confirm")
        return 0
    draft = handle.reviews.prepare(answers, by)
    if change.json:
        body: dict[str, Any] = {"commit": None, "paths": [], "outbox": False, "dry_run": False, "draft": draft.path}
        write_json("review-hold", handle, {**body, "week": draft.answers.week, "prepared_by": by})
        return 0
    write_stderr(
        f"kept as prepared by {by} in {draft.path}. A person confirms and closes the review: orgtp review\n"
        f"In another clone: orgtp review --answers FILE --by PERSON"
    )
    return 0
