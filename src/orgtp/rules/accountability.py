"""A human answers: every active seat's owner is an active human seat."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.problem import Problem
from orgtp.model.seat import Seat, seat_path
from orgtp.model.words import did_you_mean


def owner_missing(org: Org) -> Iterator[Problem]:
    """A seat without an owner: nobody answers for what it does.

    Only a human seat may leave `owner` out, and then owns itself. Fix: `orgtp seat set SEAT owner=PERSON`.
    """
    for seat in _living(org):
        if not seat.owner and ("owner",) not in seat.marks.keys:
            known = ", ".join(_humans(org)) or "none yet"
            hint = f"Name the person who answers for it ({known}): orgtp seat set {seat.id} owner=SEAT"
            yield Problem("owner-missing", seat.marks.value(), f"{seat.id} has no owner", hint)


def owner_unknown(org: Org) -> Iterator[Problem]:
    """An owner that is no seat. Fix the id, or add the seat of that person."""
    for seat in _living(org):
        if seat.owner and seat.owner not in org.seats and not org.hidden(seat_path(seat.owner)):
            hint = did_you_mean(seat.owner, _humans(org)) or f"Active human seats: {', '.join(_humans(org)) or 'none'}."
            yield Problem("owner-unknown", seat.marks.value("owner"), f'owner "{seat.owner}" is not a seat', hint)


def owner_not_human(org: Org) -> Iterator[Problem]:
    """An owner that is an agent. Agents do work; a human answers for it."""
    for seat, owner in _owned(org):
        if not owner.is_human:
            hint = f"Name a person: {', '.join(_humans(org)) or 'add a human seat first'}."
            yield Problem("owner-not-human", seat.marks.value("owner"), f'owner "{owner.id}" is not a human seat', hint)


def owner_retired(org: Org) -> Iterator[Problem]:
    """An owner whose seat is retired. Somebody who is here has to answer."""
    for seat, owner in _owned(org):
        if owner.is_retired and owner.id != seat.id:
            hint = f"Name a person who is here: {', '.join(_humans(org)) or 'add a human seat first'}."
            yield Problem("owner-retired", seat.marks.value("owner"), f'owner "{owner.id}" is retired', hint)


def owner_not_active(org: Org) -> Iterator[Problem]:
    """An active seat whose owner is proposed, paused or vacant: nobody is there to answer."""
    for seat, owner in _owned(org):
        if seat.is_active and owner.is_human and not owner.is_active and not owner.is_retired:
            hint = f"Activate {owner.id}, or name another person: {', '.join(_humans(org)) or 'none is active'}."
            message = f'owner "{owner.id}" is {owner.status}, not active'
            yield Problem("owner-not-active", seat.marks.value("owner"), message, hint)


def _living(org: Org) -> Iterator[Seat]:
    return (seat for seat in org.seats.values() if not seat.is_retired)


def _owned(org: Org) -> Iterator[tuple[Seat, Seat]]:
    return ((seat, org.seats[seat.owner]) for seat in _living(org) if seat.owner in org.seats)


def _humans(org: Org) -> list[str]:
    return [seat.id for seat in org.seats.values() if seat.is_human and seat.is_active]
