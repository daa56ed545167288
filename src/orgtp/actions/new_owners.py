"""Who owns the seats of somebody who leaves, is retired or pauses: one person for all, or one for each seat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orgtp.model.candidates import format_choice, list_likely_owners
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.text import did_you_mean, join_with_and

NewOwners = Mapping[str, str]
# The key of the person who gets every seat that is not named.
EVERY_OTHER = ""
_EXAMPLE = "Example: --owner-to leadbot=karen,renewals=anna"


def parse_new_owners(text: str) -> dict[str, str]:
    """Read `karen`, or `leadbot=karen,renewals=anna`: seat to new owner, with `EVERY_OTHER` for a name alone.

    Raises `BadInput` for anything else, and for a seat that is named twice.
    """
    found: dict[str, str] = {}
    for part in (part.strip() for part in text.split(",") if part.strip()):
        seat, equals, owner = (word.strip() for word in part.partition("="))
        key, value = (seat, owner) if equals else (EVERY_OTHER, seat)
        if not value or (equals and not key):
            raise BadInput(what=f'--owner-to "{part}" is not SEAT=OWNER. {_EXAMPLE}')
        if key in found:
            who = f"{key} gets two owners" if key else "two seats are named for all that it owns"
            raise BadInput(what=f"--owner-to: {who}. {_EXAMPLE}")
        found[key] = value
    return found


def assign_owned_seats(org: Org, seats: Iterable[str], leaving: Iterable[str], owners: NewOwners) -> dict[str, str]:
    """Map each of the seats to its new owner. `leaving` are those that own them now.

    Raises `Refused` if one has no new owner, if a new owner is no active human seat that stays, and for a seat in
    `owners` that is not among the seats.
    """
    owned, gone = list(seats), list(leaving)
    for owner in dict.fromkeys(owners.values()):
        _check_new_owner(org, owner, gone)
    for seat in owners:
        if seat != EVERY_OTHER and seat not in owned:
            hint = did_you_mean(seat, owned) or f"It owns: {join_with_and(owned) or 'no other seat'}."
            do = "does" if len(gone) == 1 else "do"
            raise Refused(why=f"{join_with_and(gone)} {do} not own {seat}, so it needs no new owner. {hint}")
    found = {seat: owners.get(seat, owners.get(EVERY_OTHER, "")) for seat in owned}
    without = [seat for seat, owner in found.items() if not owner]
    if without:
        likely = format_choice(one for one in list_likely_owners(org, org.seats[without[0]]) if one not in gone)
        such = f", such as {likely}" if likely else ""
        named = "SEAT" if len(without) == len(owned) else ",".join(f"{seat}=SEAT" for seat in without)
        own = "owns" if len(gone) == 1 else "own"
        what = f"{join_with_and(gone)} {own} {join_with_and(without)}"
        raise Refused(why=f"{what}. Name the new owner{such}: --owner-to {named}")
    return found


def _check_new_owner(org: Org, owner: str, leaving: list[str]) -> None:
    seat = org.seat(owner)
    if seat.is_group:
        leader = f": {seat.owner}" if seat.owner else ""
        raise Refused(why=f"{owner} is a group, which owns nothing. Name the person who leads it{leader}.")
    if not (seat.is_human and seat.is_active) or owner in leaving:
        others = f" other than {join_with_and(leaving)}" if leaving else ""
        raise Refused(why=f"{owner} cannot be the new owner. Name an active human seat{others}.")
