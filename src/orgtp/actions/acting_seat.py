"""Who acts: where seats have addresses, only a seat that is known records, decides and approves.

And what to do where nobody may.
"""

from __future__ import annotations

from collections.abc import Sequence

from orgtp.model.errors import Refused
from orgtp.model.org import Org

_MOST_PATHS = 3


class UnknownActor(Refused):
    """Nobody knows which seat acts, in an org whose seats have addresses. `unread`: seat files that cannot be read."""

    text = "{why}. Name the acting seat with --by SEAT or ORGTP_SEAT.{hint}"

    def __init__(self, *, why: str, hint: str = "", unread: Sequence[str] = ()) -> None:
        super().__init__(why=why, hint=hint)
        self.unread = unread


def require_acting_seat(org: Org, by: str) -> None:
    """Raise `UnknownActor` if `by` is "" although a seat of the org has an address, so that seats can be told apart.

    A seat file that cannot be read may have an address. Otherwise an unknown person could do more than a known seat,
    whose permissions are checked.
    """
    if not by and org.has_addresses:
        unread = explain_unread_seats(org.unread_seat_files)
        why = f"orgtp does not know which seat you are, and {unread or 'the seats of this org have addresses'}"
        raise UnknownActor(why=why, unread=org.unread_seat_files)


def explain_unread_seats(paths: Sequence[str]) -> str:
    """Say that seat files cannot be read, so that the seat that acts may be among them; "" if there are none."""
    more = f" and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else ""
    return f"{', '.join(paths[:_MOST_PATHS])}{more} cannot be read (see orgtp validate)" if paths else ""


def explain_unread_approvers(org: Org) -> str:
    """Say that nobody may decide because the approvers cannot be read, and where; "" if they can."""
    if not org.policy.are_approvers_unread:
        return ""
    place = org.marks.value_place("policy", "retirement", "approvers")
    return f"{place}: policy.retirement.approvers cannot be read, so nobody may decide. See: orgtp validate"


def suggest_owner(org: Org, seat: str) -> str:
    """The command that gives `seat` a person who may decide about it, because nobody may."""
    people = sorted(one.id for one in org.seats.values() if one.is_human and one.is_active and one.id != seat)
    owner = people[0] if people else "new-owner"
    added = "" if people else f"orgtp seat add {owner} --role Owner --kind human && "
    return f"Give it an owner who is an active human seat: {added}orgtp seat own {seat} --owner {owner}"
