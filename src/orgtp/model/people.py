"""Whether two seats are held by the same person."""

from __future__ import annotations

from datetime import date

from orgtp.model.seat import Seat
from orgtp.model.text import fold_spelling


def list_addresses_on(seat: Seat, day: date) -> set[str]:
    """The addresses of a seat and of its holder on a day, in lower case."""
    holder = seat.holder_on(day)
    return {email.lower() for email in (*seat.emails, *(holder.emails if holder else ()))}


def is_same_person(one: Seat, other: Seat, day: date) -> bool:
    """Whether two human seats have the same holder on a day.

    They have if they share an address. If they share the name, they have unless both have addresses: two people can
    have one name. A seat that is vacant or retired has no holder.
    """
    if not all(seat.is_human and not seat.is_retired and seat.person_on(day) for seat in (one, other)):
        return False
    addresses = list_addresses_on(one, day), list_addresses_on(other, day)
    if addresses[0] & addresses[1]:
        return True
    is_same_name = fold_spelling(one.person_on(day)) == fold_spelling(other.person_on(day))
    return is_same_name and not all(addresses)
