"""`orgtp seat delegate`."""

from __future__ import annotations

from typing import Annotated

import typer

from orgtp.cli.options import ChangeOptions, SeatArgument, changing_command
from orgtp.cli.session import open_chosen_org, report_change
from orgtp.model.errors import BadInput
from orgtp.model.period import Grain, parse_period


@changing_command
def delegate_seat(
    seat: SeatArgument,
    to: Annotated[str, typer.Option("--to", metavar="SEAT", help="The person who stands in.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day, for example 2026-12-31.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End it now.")] = False,
    *,
    change: ChangeOptions,
) -> int:
    """Name a delegate for a person who is away, as a commit.

    Until the end of that day, in the org's timezone, escalations and messages for the person go to the delegate, who is
    told for whom. Decisions do not pass: whoever may decide a retirement or change the policy stays the same.
    """
    handle = open_chosen_org(change.org, push=change.push)
    if end == bool(to or until) or (not end and not (to and until)):
        raise BadInput(what="give --to SEAT and --until DATE, or --end")
    if end:
        done = handle.ledger.end_delegation(seat, by=change.by, dry_run=change.dry_run)
    else:
        period = parse_period(until)
        if period is None or period.grain is not Grain.DAY:
            raise BadInput(what=f'--until "{until}" is not a date. Write it as 2026-12-31.')
        day = period.start.date()
        done = handle.ledger.delegate(seat, to, day, by=change.by, dry_run=change.dry_run)
    return report_change("seat-delegate", handle, done, change, seat=seat)
