"""Rules on accountability: every active seat's owner is an active human seat."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.seat import Seat, seat_path
from orgtp.model.text import count_noun, did_you_mean
from orgtp.rules.rule import Finding


def owner_missing(org: Org) -> Iterator[Finding]:
    """A seat has no owner.

    A person has to answer for what a seat does: set its targets, follow up on misses, and retire it. Nobody looks at a
    seat without an owner until it has done harm. Only a human seat may leave `owner` out: it owns itself.

    Bad:

        seat: dash
        kind: agent
        reports_to: radar

    Good:

        seat: dash
        kind: agent
        owner: bogdan
        reports_to: radar

    Fix: name the person who answers for it: `orgtp seat set dash owner=bogdan`.
    """
    people = _list_active_humans(org) or "none yet"
    for seat in _current_seats(org):
        if not seat.owner and ("owner",) not in seat.marks.keys:
            hint = f"Name the person who answers for it ({people}): orgtp seat set {seat.id} owner=SEAT"
            yield Finding(seat.marks.value_place(), f"{seat.id} has no owner", hint)


def owner_unknown(org: Org) -> Iterator[Finding]:
    """An owner is not a seat of this org.

    The owner is the id of a seat, not the name of a person. If there is no such seat, nobody answers for the work.

    Bad:

        owner: bogdn

    Good:

        owner: bogdan

    Fix: use an id from `seats/`, or add a seat for that person first: `orgtp seat add`.
    """
    humans, people = frozenset(_active_humans(org)), _list_active_humans(org) or "none"
    for seat in _current_seats(org):
        if seat.owner and seat.owner not in org.seats and not org.is_unreadable(seat_path(seat.owner)):
            hint = did_you_mean(seat.owner, humans) or f"Active human seats: {people}."
            yield Finding(seat.marks.value_place("owner"), f'owner "{seat.owner}" is not a seat', hint)


def owner_not_human(org: Org) -> Iterator[Finding]:
    """An owner is an agent.

    Agents do work, and a human answers for it. An agent cannot explain why a promise was broken, or decide what happens
    to a client. An agent may lead other seats (`reports_to`), but a person must own each of them.

    Bad:

        seat: dash
        owner: radar            # radar is an agent

    Good:

        seat: dash
        owner: bogdan
        reports_to: radar

    Fix: name a person: `orgtp seat set dash owner=bogdan`.
    """
    people = _list_active_humans(org) or "add a human seat first"
    for seat, owner in _seats_with_owner(org):
        if not owner.is_human:
            hint = f"Name a person: {people}."
            yield Finding(seat.marks.value_place("owner"), f'owner "{owner.id}" is not a human seat', hint)


def owner_retired(org: Org) -> Iterator[Finding]:
    """An owner is retired.

    A person who has left cannot answer for a seat. An active person has to take it over, knowingly.

    Bad:

        owner: kristen          # seats/kristen.yaml says status: retired

    Good:

        owner: bogdan

    Fix: name an active person: `orgtp seat set dash owner=bogdan`.
    """
    people = _list_active_humans(org) or "add a human seat first"
    for seat, owner in _seats_with_owner(org):
        if owner.is_retired and owner.id != seat.id:
            hint = f"Name an active person: {people}."
            yield Finding(seat.marks.value_place("owner"), f'owner "{owner.id}" is retired', hint)


def owner_not_active(org: Org) -> Iterator[Finding]:
    """An active seat's owner is proposed, paused or vacant.

    The seat is working, but nobody is available to answer for it. A paused or proposed seat may wait for its owner; an
    active seat may not.

    Bad:

        status: active
        owner: kristen          # seats/kristen.yaml says status: vacant

    Good:

        status: active
        owner: bogdan

    Fix: make the owner's seat active, name another person, or pause the seat: `orgtp seat set dash status=paused`.
    """
    people = _list_active_humans(org) or "none is active"
    for seat, owner in _seats_with_owner(org):
        if seat.is_active and owner.is_human and not owner.is_active and not owner.is_retired:
            hint = f"Activate {owner.id}, or name another person: {people}."
            message = f'owner "{owner.id}" is {owner.status}, not active'
            yield Finding(seat.marks.value_place("owner"), message, hint)


def no_human_above(org: Org) -> Iterator[Finding]:
    """No human can be reached by going up the chart from a seat.

    Unresolved problems go to the owner, then up the chart. If neither the seats on the way up nor their owners are
    human and not retired, they end with nobody. This is reported once, at the topmost such seat. Other rules report
    cycles and a `reports_to` that is not a seat.

    Bad:

        seat: radar             # at the top, without reports_to
        kind: agent
        owner: tally            # an agent, too

    Good:

        seat: radar
        kind: agent
        owner: bogdan
        reports_to: david

    Fix: make the topmost seat report to a person: `orgtp seat set radar reports_to=david owner=bogdan`.
    """
    people = _list_active_humans(org)
    fix = f"Name a person above it ({people})" if people else "Add a human seat first, and name it"
    for top in org.direct_reports(""):
        lost = [] if ("reports_to",) in top.marks.keys else _seats_without_human(org, top)
        if lost:
            first, *below = lost
            more = f", nor from {count_noun(len(below), 'seat')} below it" if below else ""
            hint = f"{fix}: orgtp seat set {first.id} reports_to=SEAT owner=SEAT"
            yield Finding(first.marks.value_place(), f"no human can be reached from {first.id}{more}", hint)


def _seats_without_human(org: Org, top: Seat) -> list[Seat]:
    """The seats at and below `top`, top down, that are not retired and have no human above them."""
    lost: list[Seat] = []
    ahead = [top]
    while ahead:
        seat = ahead.pop()
        if not _has_human(org, seat):
            lost += [] if seat.is_retired else [seat]
            ahead += reversed(org.direct_reports(seat.id))
    return lost


def _has_human(org: Org, seat: Seat) -> bool:
    """Whether the seat or its owner is a human who is not retired. An owner that cannot be read counts as one."""
    owner = org.seats.get(seat.owner)
    named = ("owner",) in seat.marks.keys
    return any(one.is_human and not one.is_retired for one in (seat, owner) if one) or (named and owner is None)


def _current_seats(org: Org) -> Iterator[Seat]:
    return (seat for seat in org.seats.values() if not seat.is_retired)


def _seats_with_owner(org: Org) -> Iterator[tuple[Seat, Seat]]:
    return ((seat, org.seats[seat.owner]) for seat in _current_seats(org) if seat.owner in org.seats)


def _active_humans(org: Org) -> list[str]:
    return [seat.id for seat in org.seats.values() if seat.is_human and seat.is_active]


def _list_active_humans(org: Org) -> str:
    """The ids of the first few active humans, as text for a hint."""
    humans = _active_humans(org)
    return ", ".join([*humans[:_MAX_LISTED], "…"] if len(humans) > _MAX_LISTED else humans)


_MAX_LISTED = 8
