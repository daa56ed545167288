"""The seat that acts if none is named: the one with the address that git knows."""

from __future__ import annotations

import os
from collections.abc import Callable

from orgtp.files.load import LoadedOrg
from orgtp.git.commit import read_git_address
from orgtp.git.errors import GitFailed
from orgtp.git.tree import open_tree
from orgtp.history.authors import find_seats_folder, find_seats_with_address, read_zone, select_seats_on
from orgtp.lazy_dataclass import dataclass
from orgtp.ledger.batch import Ledger
from orgtp.model.text import join_with_and


@dataclass(frozen=True, slots=True)
class GitUser:
    """An address, that of git, and the seats that have it at the ledger's tip: those that act, and retired ones."""

    address: str
    seats: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()

    @property
    def acting_seat(self) -> str:
        """The seat that acts; "" if no seat has the address, or if several share it."""
        return self.seats[0] if len(self.seats) == 1 else ""

    def explain_unknown(self) -> str:
        """Why the acting seat is unknown."""
        if self.seats:
            return f"{join_with_and(self.seats)} share the address {self.address}"
        if not self.address:
            return "git has no user.email"
        if self.retired:
            return f"git's user.email is {self.address}, the address of {join_with_and(self.retired)}, which is retired"
        return f"git's user.email is {self.address}, and no seat has this address"


def find_acting_seat(ledger: Ledger, by: str, fallback: Callable[[], LoadedOrg] | None = None) -> str:
    """The acting seat: `by`, else ORGTP_SEAT, else the only one with git's user.email, else "".

    The org is not read, so it may have no such seat. `fallback` and what is raised are as for `read_git_user`.
    """
    return by or os.environ.get("ORGTP_SEAT", "") or read_git_user(ledger, fallback).acting_seat


def read_git_user(ledger: Ledger, fallback: Callable[[], LoadedOrg] | None = None) -> GitUser:
    """The address that a commit made now would have, and the seats that have it at the ledger's tip.

    `fallback` is used if the ledger branch cannot be read. Raises `GitFailed` without one.
    """
    return find_user_with_address(ledger, read_git_address(ledger.repo), fallback)


def find_user_with_address(ledger: Ledger, address: str, fallback: Callable[[], LoadedOrg] | None = None) -> GitUser:
    """The seats that have an address at the ledger's tip. `fallback` and what is raised are as for `read_git_user`."""
    try:
        tree = open_tree(ledger.repo, ledger.tip())
        every = find_seats_with_address(ledger.repo, find_seats_folder(tree), address)
        found = select_seats_on(every, address, lambda: ledger.now.astimezone(read_zone(tree)).date())
    except GitFailed as error:
        if fallback is None or error.is_refusal:
            raise
        org = fallback().org
        found = [seat for seat in org.seats.values() if seat.has_email_on(address, org.day_of(ledger.now))]
    return GitUser(
        address,
        tuple(seat.id for seat in found if not seat.is_retired),
        tuple(seat.id for seat in found if seat.is_retired),
    )
