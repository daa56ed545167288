"""The order of the chart: depth first, with siblings by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.model.text import make_name_key


@dataclass(frozen=True, slots=True)
class SeatPlace:
    """A seat on the chart. `depth` is 0 at the top; `above` is the id of the seat above it on this chart, or ""."""

    seat: Seat
    depth: int
    above: str


def list_places(org: Org, root: str = "", *, retired: bool = False) -> list[SeatPlace]:
    """The seats from `root` down, or all, each before those below it; with or without retired ones.

    Siblings are sorted by name as a reader expects it: without case or accents, and numbers by their value. Raises
    `UnknownSeat` for an unknown root.
    """
    tops = [org.seat(root)] if root else _find_tops(org, retired=retired)
    depth = sum(1 for _ in org.chain_above(root)) if root else 0
    return [place for top in tops for place in _walk_down(org, top, depth, retired=retired)]


def _find_tops(org: Org, *, retired: bool) -> list[Seat]:
    """The seats without a superior on this chart, and one of each reporting cycle, so that no seat is left out."""
    shown = [seat for seat in org.seats.values() if retired or not seat.is_retired]
    ids = {seat.id for seat in shown}
    tops = [seat for seat in shown if seat.reports_to not in ids]
    reached = {id_ for top in tops for id_ in _collect_below(org, top.id, set())}
    for seat in shown:
        if seat.id not in reached:
            # It is in or below a cycle, whose last seat in the chain becomes the top.
            top = [seat, *org.chain_above(seat.id)][-1]
            tops.append(top)
            reached |= _collect_below(org, top.id, set())
    return _sort_siblings(tops)


def _collect_below(org: Org, seat: str, seen: set[str]) -> set[str]:
    waiting = [seat]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += [report.id for report in org.direct_reports(current)]
    return seen


def _walk_down(org: Org, top: Seat, depth: int, *, retired: bool) -> Iterator[SeatPlace]:
    """Depth first, without recursion, because a chart may be deeper than Python's stack."""
    stack, seen = [SeatPlace(top, depth, "")], {top.id}
    while stack:
        place = stack.pop()
        yield place
        below = [s for s in org.reports_by_name(place.seat.id) if s.id not in seen and (retired or not s.is_retired)]
        seen |= {report.id for report in below}
        stack += [SeatPlace(report, place.depth + 1, place.seat.id) for report in reversed(below)]


def _sort_siblings(seats: Iterable[Seat]) -> list[Seat]:
    return sorted(seats, key=lambda seat: (make_name_key(seat.name), seat.id))
