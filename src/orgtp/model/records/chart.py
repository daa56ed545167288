"""What the registry of records asks of an org. `Org` has all of this; the registry does not import it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from orgtp.model.seat import Seat


class SeatChart(Protocol):
    """The seats of an org, and who is above whom."""

    @property
    def seats(self) -> Mapping[str, Seat]:
        """Every seat by its id."""

    @property
    def policy_approvers(self) -> list[str]:
        """The seats that may change the policy."""

    def leaders_above(self, seat: str) -> Iterator[str]:
        """The ids of those above `seat` who can act."""

    def eligible_recorders(self, seat: str) -> list[str]:
        """The seats that may record values for `seat`."""

    def eligible_deciders(self, seat: str) -> list[str]:
        """The seats that may decide the retirement of `seat`."""


def select_current(org: SeatChart, seats: Iterator[str] | list[str]) -> list[str]:
    """Those of the seats that the org has and that are not retired, without duplicates."""
    return [seat for seat in dict.fromkeys(seats) if seat in org.seats and not org.seats[seat].is_retired]


def list_seat_and_above(org: SeatChart, seat: str) -> list[str]:
    """A seat and the seats above it. For a group, it is the seat that leads it."""
    return [seat, *org.leaders_above(seat)]
