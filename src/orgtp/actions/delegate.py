"""Name a delegate for a person who is away, and end that early."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from orgtp.model.change import Change, DropKey, SetKey
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.references.find import list_references
from orgtp.model.seat import Seat, seat_path

MAX_ABSENCE = timedelta(days=366)


def delegate_seat(org: Org, now: datetime, seat: str, to: str, until: date, by: str = "") -> Change:
    """Send the escalations and messages of a person to another one until the end of the day `until`.

    Decisions do not pass. Raises `UnknownSeat`, `BadInput` for a day in the past or more than a year ahead, and
    `Refused` if either is not an active person, or the delegate is away as well.
    """
    away, other = _require_person(org, seat), org.seat(to)
    today = now.astimezone(org.zone).date()
    if not today <= until <= today + MAX_ABSENCE:
        raise BadInput(what=f"--until {until} is out of range. Use a day from {today} to {today + MAX_ABSENCE}.")
    if other.id == away.id:
        raise Refused(why=f"{seat} cannot be its own delegate. Name another person: --to SEAT")
    if not other.may_decide:
        what = f"is {other.status}" if other.is_human else "is not a person"
        raise Refused(why=f"{to} {what}, so it cannot be a delegate. Name an active person: --to SEAT")
    if other.delegate and other.delegate.until >= today:
        why = f"{to} is away as well, until {other.delegate.until}. Name somebody who is there: --to SEAT"
        raise Refused(why=why)
    edit = SetKey(seat_path(seat), ("delegate",), {"to": to, "until": until.isoformat()})
    return Change("delegate", f"to {to} until {until}", (seat,), (edit,), by=by)


def end_delegation(org: Org, seat: str, by: str = "") -> Change:
    """Remove the delegate of a seat. Raises `UnknownSeat`, and `BadInput` if it has none."""
    found = org.seat(seat)
    if ("delegate",) not in found.marks.keys:
        raise BadInput(what=f"{seat} has no delegate.")
    named = f" to {found.delegate.to}" if found.delegate else ""
    return Change("delegate", f"end{named}", (seat,), (DropKey(seat_path(seat), ("delegate",)),), by=by)


def list_delegating(org: Org, gone: Collection[str]) -> list[str]:
    """The seats, not retired, whose delegate is one of the seats that are gone. They have none after that."""
    named = {one.path for seat in gone for one in list_references(org, seat) if one.kind.id == "seat delegate.to"}
    return [seat.id for seat in org.seats.values() if seat_path(seat.id) in named and not seat.is_retired]


def without_delegate(org: Org, gone: Collection[str]) -> Org:
    """The org in which the seats that are gone stand in for nobody."""
    seats = {one: replace(org.seats[one], delegate=None) for one in list_delegating(org, gone)}
    return replace(org, seats={**org.seats, **seats}) if seats else org


def _require_person(org: Org, seat: str) -> Seat:
    found = org.seat(seat)
    if not found.is_human:
        raise Refused(why=f"{seat} is not a person. What concerns it goes to its owner, {found.owner or 'nobody'}.")
    if found.is_retired:
        raise Refused(why=f"{seat} is retired, so its file cannot be changed.")
    return found
