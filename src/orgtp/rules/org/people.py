"""Rules on people and the seats they hold: holders, dotted lines and pauses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from shlex import quote

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
    as today's holder. Without `holders`, the status alone says it. A change that was noted for a later day needs its
    command again when the day comes: only then do its open escalations and the seats that it owns pass on.

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
            hint = (
                f"If so: orgtp seat handover {seat.id} --to {quote(holder.name)}; if not: orgtp seat vacate {seat.id}"
            )
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


def pause_not_paused(org: Org, now: datetime) -> Iterator[Finding]:
    """A pause has not ended, but the seat is not paused.

    While a pause goes on, no value is owed. So either the seat works, and the pause has a last day that is over, or its
    status is paused.

    Bad:

        status: active
        pauses:
          2026-11-02: {until: 2036-12-31, reason: The ad API moves.}

    Good:

        status: paused
        pauses:
          2026-11-02: {until: 2036-12-31, reason: The ad API moves.}

    Fix: `orgtp seat pause SEAT --reason TEXT` writes both, and `orgtp seat resume SEAT` ends both.
    """
    today = org.day_of(now)
    for seat in org.seats.values():
        if seat.status in {SeatStatus.PAUSED, SeatStatus.RETIRED} or "status" in seat.unread:
            continue
        for one in seat.pauses:
            if one.since <= today and (one.until is None or one.until >= today):
                until = f"until: {max(one.since, today - timedelta(days=1))}"
                hint = f'Write the last day of the pause, {until}, or pause it: orgtp seat pause {seat.id} --reason "…"'
                message = f"the pause of {seat.id} from {one.since} goes on, but it is {seat.status}"
                yield Finding(seat.marks.key_place("pauses", one.since.isoformat()), message, hint)


def pause_over(org: Org, now: datetime) -> Iterator[Finding]:
    """The last day of a pause has passed, and the seat is still paused.

    Nothing is due from a paused seat, so nobody notices that a pause goes on for longer than planned.

    Bad:

        status: paused
        pauses:
          2026-10-05: {until: 2026-10-31, reason: The ad API moves.}

    Good:

        status: paused
        pauses:
          2026-10-05: {until: 2026-12-31, reason: The ad API moves.}

    Fix: `orgtp seat resume SEAT`, or name another day: `orgtp seat pause SEAT --until DATE --reason TEXT`.
    """
    today = org.day_of(now)
    for seat in org.seats.values():
        pause = seat.pause
        if pause and pause.until and pause.until < today:
            later = f'orgtp seat pause {seat.id} --until DATE --reason "…"'
            hint = f"Let it work again: orgtp seat resume {seat.id}; or name another day: {later}"
            place = seat.marks.value_place("pauses", pause.since.isoformat(), "until")
            yield Finding(place, f"the pause of {seat.id} ended on {pause.until}", hint)


def pause_backwards(org: Org) -> Iterator[Finding]:
    """The last day of a pause is before its first day.

    Such a pause covers no day, so values are owed in it.

    Bad:

        pauses:
          2026-11-02: {until: 2026-10-31, reason: The ad API moves.}

    Good:

        pauses:
          2026-11-02: {until: 2026-11-30, reason: The ad API moves.}

    Fix: correct one of the two days in the seat's file.
    """
    for seat in org.seats.values():
        for one in seat.pauses:
            if one.until and one.until < one.since:
                place = seat.marks.value_place("pauses", one.since.isoformat(), "until")
                hint = "Write the last day of the pause, or leave until out if it is not known."
                yield Finding(place, f"the pause from {one.since} ends before it begins, on {one.until}", hint)


def _dotted_lines(org: Org) -> Iterator[tuple[Seat, str, str]]:
    """Each dotted line of a seat that is not retired: the seat, the place in its list, and the other seat."""
    return (
        (seat, str(number), boss)
        for seat in org.seats.values()
        if not seat.is_retired
        for number, boss in enumerate(seat.also_reports_to)
    )
