"""`orgtp seat handover|vacate|move|own|pause|resume|rename|split`."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

import typer

from orgtp.cli.notify import notify_people
from orgtp.cli.options import ChangeOptions, SeatArgument, changing_command
from orgtp.cli.session import open_chosen_org, record_after_warning, report_change
from orgtp.model.errors import BadInput

FromOption = Annotated[
    str, typer.Option("--from", metavar="DATE", help="The first day on which it is so. Default: today.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="The reason.")]
OwnerToOption = Annotated[
    str,
    typer.Option(
        "--owner-to",
        metavar="SEAT",
        help="The new owner of the seats that it owns; or one for each, as leadbot=karen,renewals=anna.",
    ),
]


@changing_command
def hand_over_seat(
    seat: SeatArgument,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="The person who holds the seat.")],
    email: Annotated[
        str,
        typer.Option("--email", metavar="A,B", help="The person's git e-mail addresses, which then act as the seat."),
    ] = "",
    since: FromOption = "",
    reason: ReasonOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Hand a human seat over to another person, as a commit.

    Earlier holders stay in the file, so that earlier values remain theirs. Their addresses no longer act as the seat.
    """
    handle = open_chosen_org(change.org, push=change.push)
    emails = [address.strip() for address in email.split(",") if address.strip()]
    day = parse_day(since, "--from")
    hand_over = partial(handle.people.hand_over, seat, to, emails=emails, since=day, reason=reason, by=change.by)
    done = record_after_warning(hand_over, change, seat=seat)
    return report_change("seat-handover", handle, done, change, seat=seat, verdicts=done.verdicts)


@changing_command
def vacate_seat(
    seat: SeatArgument,
    since: FromOption = "",
    owner_to: OwnerToOption = "",
    reason: ReasonOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Say that nobody holds a human seat, as a commit.

    The seats that it owns need a new owner, because an active seat has an active one. Open escalations go to whoever is
    responsible. orgtp seat handover fills the seat again.
    """
    from orgtp.actions.new_owners import parse_new_owners

    handle = open_chosen_org(change.org, push=change.push)
    owners, day = parse_new_owners(owner_to), parse_day(since, "--from")
    vacate = partial(handle.people.vacate, seat, since=day, owners=owners, reason=reason, by=change.by)
    done = record_after_warning(vacate, change, seat=seat)
    code = report_change("seat-vacate", handle, done, change, seat=seat, verdicts=done.verdicts)
    notify_people(handle, done)
    return code


@changing_command
def move_seat(
    seat: SeatArgument,
    reports_to: Annotated[
        str, typer.Option("--reports-to", metavar="SEAT", help='The seat that it reports to; "" for the top.')
    ],
    reason: ReasonOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Move a seat to another place on the chart, with all below it, as a commit."""
    handle = open_chosen_org(change.org, push=change.push)
    done = handle.people.move(seat, reports_to, reason=reason, by=change.by, dry_run=change.dry_run)
    return report_change("seat-move", handle, done, change, seat=seat)


@changing_command
def own_seat(
    seat: SeatArgument,
    owner: Annotated[str, typer.Option("--owner", metavar="SEAT", help="The human seat accountable for it.")],
    reason: ReasonOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Give a seat another owner, as a commit."""
    handle = open_chosen_org(change.org, push=change.push)
    done = handle.people.own(seat, owner, reason=reason, by=change.by, dry_run=change.dry_run)
    return report_change("seat-own", handle, done, change, seat=seat)


@changing_command
def pause_seat(
    seat: SeatArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is paused.")],
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="The last day of the pause, if it is known.")
    ] = "",
    *,
    change: ChangeOptions,
) -> int:
    """Pause a seat, as a commit. While it is paused, no value is due, and nothing is escalated.

    The command says first how the verdicts on past periods change, if they do. A pause does not end on its own: from
    the day after --until, orgtp validate reminds you of it.
    """
    handle = open_chosen_org(change.org, push=change.push)
    day = parse_day(until, "--until")
    done = record_after_warning(partial(handle.people.pause, seat, reason, until=day, by=change.by), change, seat=seat)
    return report_change("seat-pause", handle, done, change, seat=seat, verdicts=done.verdicts)


@changing_command
def resume_seat(seat: SeatArgument, reason: ReasonOption = "", *, change: ChangeOptions) -> int:
    """End the pause of a seat, as a commit. Values are due again from today on.

    The command says first how the verdicts on past periods change, if they do.
    """
    handle = open_chosen_org(change.org, push=change.push)
    done = record_after_warning(partial(handle.people.resume, seat, reason=reason, by=change.by), change, seat=seat)
    return report_change("seat-resume", handle, done, change, seat=seat, verdicts=done.verdicts)


@changing_command
def rename_seat(
    seat: SeatArgument,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="The new name.")],
    reason: ReasonOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Give a seat another name, as a commit. Its id stays, because values and records refer to it."""
    handle = open_chosen_org(change.org, push=change.push)
    done = handle.people.rename(seat, name, reason=reason, by=change.by, dry_run=change.dry_run)
    return report_change("seat-rename", handle, done, change, seat=seat)


@changing_command
def split_seat(
    seat: SeatArgument,
    into: Annotated[str, typer.Option("--into", metavar="NEW", help="The id of the new seat.")],
    capability: Annotated[
        list[str] | None,
        typer.Option("--capability", metavar="ID", help="A capability that the new seat takes over. Can be repeated."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="ID", help="A metric that it takes over. Can be repeated."),
    ] = None,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Its name. Default: made from the id.")] = "",
    role: Annotated[str, typer.Option("--role", metavar="TEXT", help="Its role. Default: as in the old seat.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="SEAT", help="Its owner. Default: as in the old seat.")] = "",
    reason: ReasonOption = "",
    *,
    change: ChangeOptions,
) -> int:
    """Split a seat in two: a new seat takes over some of what it does, in one commit.

    The new seat has the same kind and the same manager. A metric that has values ends in the old seat, and the new one
    continues it: its row keeps its past.
    """
    from orgtp.actions.seat_changes import SeatSplit

    handle = open_chosen_org(change.org, push=change.push)
    split = SeatSplit(seat, into, tuple(capability or ()), tuple(metric or ()), name, role, owner)
    done = handle.people.split(split, reason=reason, by=change.by, dry_run=change.dry_run)
    return report_change("seat-split", handle, done, change, seat=seat, into=into)


def parse_day(text: str, option: str) -> date | None:
    """The day that an option names; None if it is not given. Raises `BadInput` for anything else."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise BadInput(what=f'{option} "{text}" is not a date. Write it as 2026-12-01.') from error
