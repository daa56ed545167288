"""Rules on capabilities: exactly one active seat does each."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.candidates import suggest_activation
from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatStatus, seat_path
from orgtp.model.text import join_with_and
from orgtp.rules.rule import Finding


def capability_claimed_twice(org: Org) -> Iterator[Finding]:
    """Two active seats claim the same capability.

    Either each relies on the other and nobody does it, or it is done twice. A paused or proposed seat may have a
    capability that another seat has: that is how work is handed over.

    Bad:

        # seats/dash.yaml and seats/pixel.yaml, both active
        capabilities:
          ad-anomaly-detection: Flags anomalies in ad spend.

    Good:

        # seats/dash.yaml
        capabilities:
          ad-anomaly-detection: Flags anomalies in ad spend.
        # seats/pixel.yaml
        capabilities:
          creative-refresh: Replaces ads that no longer sell.

    Fix: remove it from one of the two, or split it into two capabilities with ids that say who does which part.
    """
    first: dict[str, str] = {}
    for seat in org.seats.values():
        for capability in seat.capabilities if seat.is_active else ():
            holder = first.setdefault(capability, seat.id)
            if holder != seat.id:
                place = seat.marks.key_place("capabilities", capability)
                hint = f"Remove it from one of them: {seat_path(holder)} or {seat_path(seat.id)}."
                message = f'capability "{capability}" is claimed by both {holder} and {seat.id}'
                yield Finding(place, message, hint)


def capability_unused(org: Org) -> Iterator[Finding]:
    """Only paused or vacant seats have a capability, so nobody does it now.

    The chart says that the org can do it, but at the moment it cannot. That is fine for a planned week, but not for a
    month that nobody noticed. This is reported once, at the first seat that has the capability.

    Bad:

        # seats/echo.yaml, the only one that has it
        status: paused
        capabilities:
          weekly-client-letter: Writes the letter that each client gets on Friday.

    Good:

        # seats/penny.yaml has it too while echo is paused
        status: active
        capabilities:
          weekly-client-letter: Writes the letter that each client gets on Friday.

    Fix: give it to an active seat, activate the seat that has it, or remove the capability.
    """
    # A seat file that cannot be read may have the capability.
    if any(path.startswith("seats/") for path in org.unreadable):
        return
    working = {name for seat in org.seats.values() if seat.status in _WORKING for name in seat.capabilities}
    for capability, seats in _inactive_holders(org).items():
        if capability not in working:
            first = seats[0]
            whose = join_with_and(f"{seat.id} ({seat.status})" for seat in seats)
            activate = f"Activate {first.id}: {suggest_activation(first)}"
            hint = f"{activate}; or give it to an active seat: orgtp seat set SEAT capabilities.{capability}=…"
            message = f'nobody does "{capability}" now: only {whose} {"have" if len(seats) > 1 else "has"} it'
            yield Finding(first.marks.key_place("capabilities", capability), message, hint)


# A proposed seat is about to do the work.
_WORKING = {SeatStatus.ACTIVE, SeatStatus.PROPOSED}
_INACTIVE = {SeatStatus.PAUSED, SeatStatus.VACANT}


def _inactive_holders(org: Org) -> dict[str, list[Seat]]:
    """Map each capability to the paused and vacant seats that have it."""
    found: dict[str, list[Seat]] = {}
    for seat in org.seats.values():
        for name in seat.capabilities if seat.status in _INACTIVE else ():
            found.setdefault(name, []).append(seat)
    return found
