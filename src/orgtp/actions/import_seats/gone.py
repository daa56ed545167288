"""Seats that were imported from a source that no longer has them, with the commands to type."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator

from orgtp.actions.import_seats.groups import SeatIndex
from orgtp.actions.import_seats.result import GoneSeat
from orgtp.model.seat import Seat, SeatStatus


def find_gone(index: SeatIndex, sources: Iterable[str], found: Collection[str]) -> Iterator[GoneSeat]:
    """The seats that an import from one of the `sources` wrote and that are not among the `found` ones, sorted.

    A seat that is retired, or that nobody holds any more, has gone before.
    """
    wanted = frozenset(sources)
    for seat_id, mark in sorted(index.marks.items()):
        seat = index.org.seats[seat_id]
        is_over = seat.is_retired or seat.status is SeatStatus.VACANT
        if mark.source in wanted and seat_id not in found and not is_over:
            yield GoneSeat(seat_id, seat.name, mark.source, _suggest_command(seat, mark.source))


def _suggest_command(seat: Seat, source: str) -> str:
    """A person leaves, and the seat may be filled again; an agent or a group is retired."""
    if seat.is_human:
        return f"orgtp leave {seat.id}"
    up = seat.reports_to or seat.owner
    heir = ["--to", up] if up and seat.capabilities else []
    return shlex.join(["orgtp", "retire", seat.id, *heir, "--reason", f"No longer in {source}"])
