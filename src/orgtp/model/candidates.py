"""The seats that a hint names: those that are most likely meant, and not the first of the alphabet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatStatus

# A hint names at most so many seats.
_MOST = 3


def list_likely_owners(org: Org, seat: Seat) -> list[str]:
    """The active human seats that most likely answer for `seat`, at most three, the likeliest first.

    They are those above the present owner, those above the seat and who owns these, and who owns the seats beside and
    below it. If there are none, they are those at the top, or any.
    """
    for seats in (_list_near(org, seat), _list_tops(org), org.seats.values()):
        fit = (one.id for one in seats if one.is_human and one.is_active and one.id != seat.id)
        found = list(islice(_drop_repeated(fit), _MOST))
        if found:
            return found
    return []


def _drop_repeated(ids: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for id_ in ids:
        if id_ not in seen:
            seen.add(id_)
            yield id_


def suggest_activation(seat: Seat) -> str:
    """The command that makes a seat active that is not."""
    if seat.status is SeatStatus.PAUSED:
        return f"orgtp seat resume {seat.id}"
    if seat.status is SeatStatus.VACANT and seat.is_human:
        return f"orgtp seat handover {seat.id} --to NAME"
    return f"orgtp seat set {seat.id} status=active"


def format_choice(ids: Iterable[str]) -> str:
    """`bogdan`, or `bogdan, david or ada`."""
    *most, last = list(ids) or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _list_near(org: Org, seat: Seat) -> Iterator[Seat]:
    owner = org.seats.get(seat.owner)
    if owner and owner.id != seat.id:
        yield from _list_owners(org, [owner])
        yield from _list_above(org, owner)
    yield from _list_above(org, seat)
    if seat.reports_to in org.seats:
        yield from _list_owners(org, org.current_reports(seat.reports_to))
    yield from _list_owners(org, org.current_reports(seat.id))


def _list_tops(org: Org) -> Iterator[Seat]:
    return (top for top in org.current_reports("") if ("reports_to",) not in top.marks.keys)


def _list_above(org: Org, seat: Seat) -> Iterator[Seat]:
    """Each seat above `seat`, and its owner."""
    for above in org.chain_above(seat.id):
        yield above
        yield from _list_owners(org, [above])


def _list_owners(org: Org, seats: Iterable[Seat]) -> list[Seat]:
    """The owners of seats, the most frequent first."""
    return [org.seats[id_] for id_, _ in Counter(one.owner for one in seats).most_common() if id_ in org.seats]
