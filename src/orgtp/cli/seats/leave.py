"""`orgtp leave`: show everything that somebody who leaves leaves behind, and hand it over."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from orgtp.cli.notify import notify_people
from orgtp.cli.options import ChangeOptions, changing_command
from orgtp.cli.seats.changes import FromOption, OwnerToOption, ReasonOption, parse_day
from orgtp.cli.session import (
    finish_answer,
    has_terminal,
    open_chosen_org,
    report_change,
    write_stderr,
    write_stdout,
    write_verdict_changes,
)
from orgtp.model.errors import BadInput, OrgtpError


class LeaveDeclined(OrgtpError):
    """A person declined the plan."""

    exit_code = 130
    text = "nothing was written"


@changing_command
def record_leave(
    who: Annotated[str, typer.Argument(metavar="NAME|EMAIL|SEAT", help="Who leaves, or a seat that they hold.")],
    to: Annotated[
        str, typer.Option("--to", metavar="SEAT", help="The seat of the person who takes over all their seats.")
    ] = "",
    seats: Annotated[
        list[str] | None,
        typer.Option(
            "--seats",
            metavar="SEAT=NAME",
            help="Who takes over one seat: a name, NAME <ADDRESS>, a seat of the person, or vacant. Can be repeated, "
            "or several with commas.",
        ),
    ] = None,
    owner_to: OwnerToOption = "",
    since: FromOption = "",
    reason: ReasonOption = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    *,
    change: ChangeOptions,
) -> int:
    """Record that somebody leaves: hand over each seat that they hold, or leave it vacant, in one commit.

    It first shows what they leave behind: every seat held and owned, each report, open escalation, source and signing
    key. Seats that nobody takes over become vacant, and what those own needs a new owner (--owner-to).
    """
    from orgtp.actions.leave import LeaveRequest
    from orgtp.actions.new_owners import parse_new_owners
    from orgtp.render.seats.leave import leave_body, leave_text
    from orgtp.render.terminal import Screen, detect_screen

    handle = open_chosen_org(change.org, push=change.push)
    handle.problems  # noqa: B018  (the plan needs the whole org)
    request = LeaveRequest(
        who,
        to,
        _parse_seats(seats or []),
        parse_new_owners(owner_to),
        parse_day(since, "--from"),
        reason,
        handle.ledger.find_acting_seat(change.by),
    )
    plan = handle.people.plan_leave(request)
    finish_answer(handle)
    text = leave_text(plan, Screen(detect_screen().width) if change.json else detect_screen())
    write_stderr(text) if change.json else write_stdout(text)
    sys.stdout.flush()
    planned = handle.people.leave(request, dry_run=True)
    write_verdict_changes(planned)
    if has_terminal() and not (yes or change.dry_run) and not typer.confirm("Hand over?", err=True):
        raise LeaveDeclined
    done = planned if change.dry_run else handle.people.leave(request)
    code = report_change("leave", handle, done, change, plan=leave_body(plan), verdicts=done.verdicts)
    notify_people(handle, done)
    for key in plan.keys:
        write_stderr(
            f"{plan.person} can still sign as {key.seat}, with line {key.line} of policy/allowed_signers. Type:"
        )
        write_stderr(f"\t{key.remedy}")
    return code


def _parse_seats(given: list[str]) -> dict[str, str]:
    """Read `coo=Gwen Ito,cfo=vacant`. Raises `BadInput` for anything else."""
    found: dict[str, str] = {}
    for part in (part.strip() for text in given for part in text.split(",") if part.strip()):
        seat, equals, name = (word.strip() for word in part.partition("="))
        if not (equals and seat and name):
            raise BadInput(what=f'--seats "{part}" is not SEAT=NAME. Example: --seats "coo=Gwen Ito,cfo=vacant"')
        if seat in found:
            raise BadInput(what=f"--seats names {seat} twice. Name one person.")
        found[seat] = name
    return found
