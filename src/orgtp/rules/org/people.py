"""Rules on people and the seats they hold: holders, dotted lines and pauses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatStatus, seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def holders_not_human(org: Org) -> Iterator[Finding]:
    """A seat that is not of the kind human has holders.

    `holders` says which person holds a seat, and from when on. An agent is its own worker: when another one takes over
    its work, it gets a seat of its own, and the old one is retired. A group is led by its owner.

    Bad:

        seat: dash
        kind: agent
        holders: {2026-08-01: {name: Gwen Ito}}

    Good:

        seat: coo
        kind: human
        holders: {2026-08-01: {name: Gwen Ito}}

    Fix: remove `holders`. For what an agent runs on, use a key of your own, such as `x-model`.
    """
    for seat in org.seats.values():
        if ("holders",) in seat.marks.keys and not seat.is_human and "kind" not in seat.unread:
            message = f"{seat.id} is of the kind {seat.kind}, and has holders"
            yield Finding(seat.marks.key_place("holders"), message, f"Remove holders from {seat.marks.path}.")


def status_not_as_held(org: Org, now: datetime) -> Iterator[Finding]:
    """The status of a seat and its holders do not agree on whether it is vacant.

    A seat that nobody holds cannot answer for others, so both places must say the same: `status: vacant`, and `vacant`
    as today's holder. Without `holders`, the status alone says it.

    Bad:

        status: active
        holders:
          2026-08-01: {name: Gwen Ito}
          2026-11-01: vacant

    Good:

        status: vacant
        holders:
          2026-08-01: {name: Gwen Ito}
          2026-11-01: vacant

    Fix: `orgtp seat vacate SEAT` writes both, and `orgtp seat handover SEAT --to NAME` ends the vacancy.
    """
    today = org.day_of(now)
    for seat in org.seats.values():
        holder = seat.holder_on(today)
        if holder is None or not seat.is_human or not seat.unread.isdisjoint({"holders", "status"}):
            continue
        place = seat.marks.value_place("status")
        if seat.is_active and not holder.name:
            hint = f"Say so: orgtp seat vacate {seat.id}; or name who does: orgtp seat handover {seat.id} --to NAME"
            yield Finding(place, f"{seat.id} is active, but vacant since {holder.since} according to holders", hint)
        if seat.status is SeatStatus.VACANT and holder.name:
            hint = f"If so, activate it: orgtp seat set {seat.id} status=active; if not: orgtp seat vacate {seat.id}"
            yield Finding(place, f"{seat.id} is vacant, but {holder.name} holds it according to holders", hint)


def dotted_line_unknown(org: Org) -> Iterator[Finding]:
    """A dotted line leads to a seat that does not exist or is retired.

    `also_reports_to` names the seats to which a seat reports besides its manager. A line to nowhere is a promise that
    nobody knows of.

    Bad:

        also_reports_to: [bogdn]

    Good:

        also_reports_to: [bogdan]

    Fix: use an id from `seats/`, or remove it from the list.
    """
    for seat, number, boss in _dotted_lines(org):
        found = org.seats.get(boss)
        if org.is_unreadable(seat_path(boss)) or (found and not found.is_retired):
            continue
        what = "is retired" if found else "is not a seat"
        hint = "" if found else did_you_mean(boss, org.seats)
        place = seat.marks.value_place("also_reports_to", number)
        yield Finding(
            place, f'also_reports_to "{boss}" {what}', hint or "Name another seat, or remove it from the list."
        )


def dotted_line_unneeded(org: Org) -> Iterator[Finding]:
    """A dotted line leads to the seat itself, to its manager, or twice to the same seat.

    A dotted line is a second line next to `reports_to`. To draw the first one again tells nobody anything, and often
    another seat was meant.

    Bad:

        seat: dash
        reports_to: radar
        also_reports_to: [radar]

    Good:

        seat: dash
        reports_to: radar
        also_reports_to: [bogdan]

    Fix: remove it from the list, or name the seat that was meant.
    """
    seen: set[tuple[str, str]] = set()
    for seat, number, boss in _dotted_lines(org):
        what = (
            "the seat itself"
            if boss == seat.id
            else "its manager already"
            if boss == seat.reports_to
            else "in the list twice"
            if (seat.id, boss) in seen
            else ""
        )
        seen.add((seat.id, boss))
        if what:
            place = seat.marks.value_place("also_reports_to", number)
            hint = "Remove it from the list, or name the seat that was meant."
            yield Finding(place, f'also_reports_to "{boss}" is {what}', hint)


def pause_not_paused(org: Org) -> Iterator[Finding]:
    """A seat says why it is paused, but is not paused.

    `paused` belongs to `status: paused`. Next to another status, one of the two is out of date: either the seat works,
    or it does not.

    Bad:

        status: active
        paused: {until: 2026-12-31, reason: The ad API moves.}

    Good:

        status: paused
        paused: {until: 2026-12-31, reason: The ad API moves.}

    Fix: `orgtp seat pause SEAT --reason TEXT` writes both, and `orgtp seat resume SEAT` removes both.
    """
    for seat in org.seats.values():
        if seat.paused and seat.status is not SeatStatus.PAUSED and "status" not in seat.unread:
            hint = f'Remove paused, or pause it: orgtp seat pause {seat.id} --reason "…"'
            yield Finding(seat.marks.key_place("paused"), f"{seat.id} has paused, but is {seat.status}", hint)


def pause_over(org: Org, now: datetime) -> Iterator[Finding]:
    """The last day of a pause has passed, and the seat is still paused.

    Nothing is due from a paused seat, so nobody notices that a pause goes on for longer than planned.

    Bad:

        status: paused
        paused: {until: 2026-10-31, reason: The ad API moves.}

    Good:

        status: paused
        paused: {until: 2026-12-31, reason: The ad API moves.}

    Fix: `orgtp seat resume SEAT`, or name another day: `orgtp seat pause SEAT --until DATE --reason TEXT`.
    """
    today = org.day_of(now)
    for seat in org.seats.values():
        until = seat.paused.until if seat.paused else None
        if until and until < today and seat.status is SeatStatus.PAUSED:
            again = f'orgtp seat pause {seat.id} --until DATE --reason "…"'
            hint = f"Let it work again: orgtp seat resume {seat.id}; or name another day: {again}"
            yield Finding(seat.marks.value_place("paused", "until"), f"the pause of {seat.id} ended on {until}", hint)


def _dotted_lines(org: Org) -> Iterator[tuple[Seat, str, str]]:
    """Each dotted line of a seat that is not retired: the seat, the place in its list, and the other seat."""
    return (
        (seat, str(number), boss)
        for seat in org.seats.values()
        if not seat.is_retired
        for number, boss in enumerate(seat.also_reports_to)
    )
