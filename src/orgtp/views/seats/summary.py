"""The fields with which every view describes a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orgtp.model.seat import Seat


@dataclass(frozen=True, slots=True)
class SeatSummary:
    """A seat in brief. Views that say more about a seat extend it."""

    seat: str
    name: str
    role: str
    kind: str
    status: str


def summarize_seat(seat: Seat, day: date | None = None) -> tuple[str, str, str, str, str]:
    """The values of the fields of a `SeatSummary` on a day; without one, with the name as in the file."""
    return (seat.id, seat.name_on(day) if day else seat.name, seat.role, seat.kind, seat.status)
