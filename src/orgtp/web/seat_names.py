"""What pages call seats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgtp.model.org import Org


@dataclass(frozen=True, slots=True)
class SeatName:
    """A seat by its id and name. `has_page` is false for one that is no longer known."""

    id: str
    name: str
    has_page: bool


def find_seat_name(org: Org, seat: str) -> SeatName:
    """The name of a seat; its id if no such seat could be read."""
    known = org.seats.get(seat)
    return SeatName(seat, known.name if known else seat, known is not None)
