"""Who acts: where seats have addresses, only a seat that is known records, decides and approves.

And what to do where nobody may.
"""

from __future__ import annotations

from orgtp.model.errors import Refused
from orgtp.model.org import Org


class UnknownActor(Refused):
    """Raised when nobody knows which seat acts, in an org whose seats have addresses."""

    text = "{why}. Name the acting seat with --by SEAT or ORGTP_SEAT.{hint}"


def require_acting_seat(org: Org, by: str) -> None:
    """Raise `UnknownActor` if `by` is "" although a seat of the org has an address, so that seats can be told apart.

    Otherwise an unknown person could do more than a known seat, whose permissions are checked.
    """
    if not by and org.has_addresses:
        why = "orgtp does not know which seat you are, and the seats of this org have addresses"
        raise UnknownActor(why=why, hint="")


def suggest_owner(org: Org, seat: str) -> str:
    """The command that gives `seat` a person who may decide about it, because nobody may."""
    people = sorted(one.id for one in org.seats.values() if one.is_human and one.is_active and one.id != seat)
    owner = people[0] if people else "new-owner"
    added = "" if people else f"orgtp seat add {owner} --role Owner --kind human && "
    return f"Give it an owner who is an active human seat: {added}orgtp seat set {seat} owner={owner}"
