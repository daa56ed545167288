"""Rules on accountability: every active seat's owner is an active human seat."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.candidates import format_choice, list_likely_owners, suggest_activation
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

    Fix: name the person who answers for it: `orgtp seat own dash --owner bogdan`.
    """
    for seat in _current_seats(org):
        if not seat.owner and ("owner",) not in seat.marks.keys:
            hint = _suggest_owner(org, seat, "Name the person who answers for it")
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
    humans = frozenset(_active_humans(org))
    for seat in _current_seats(org):
        if seat.owner and seat.owner not in org.seats and not org.is_unreadable(seat_path(seat.owner)):
            near = did_you_mean(seat.owner, list_likely_owners(org, seat)) or did_you_mean(seat.owner, humans)
            hint = near or _suggest_owner(org, seat, "Name a person")
            yield Finding(seat.marks.value_place("owner"), f'owner "{seat.owner}" is not a seat', hint)


def owner_not_human(org: Org) -> Iterator[Finding]:
    """An owner is an agent or a group.

    Agents do work, and a human answers for it. An agent cannot explain why a promise was broken, or decide what happens
    to a client. An agent may lead other seats (`reports_to`), but a person must own each of them. In a group, everybody
    would be responsible and therefore nobody: a group has members, and the person who owns it leads them.

    Bad:

        seat: dash
        owner: radar            # radar is an agent

    Good:

        seat: dash
        owner: bogdan
        reports_to: radar

    Fix: name a person: `orgtp seat own dash --owner bogdan`.
    """
    for seat, owner in _seats_with_owner(org):
        if owner.is_group:
            hint = _suggest_leader(org, seat, owner)
            yield Finding(seat.marks.value_place("owner"), f'owner "{owner.id}" is a group, which owns nothing', hint)
        elif not owner.is_human:
            hint = _suggest_owner(org, seat, "Name a person")
            yield Finding(seat.marks.value_place("owner"), f'owner "{owner.id}" is not a human seat', hint)


def owner_retired(org: Org) -> Iterator[Finding]:
    """An owner is retired.

    A person who has left cannot answer for a seat. An active person has to take it over, knowingly.

    Bad:

        owner: kristen          # seats/kristen.yaml says status: retired

    Good:

        owner: bogdan

    Fix: name an active person: `orgtp seat own dash --owner bogdan`.
    """
    for seat, owner in _seats_with_owner(org):
        if owner.is_retired and owner.id != seat.id:
            hint = _suggest_owner(org, seat, "Name an active person")
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

    Fix: make the owner's seat active, name another person, or pause the seat: `orgtp seat pause dash --reason TEXT`.
    """
    for seat, owner in _seats_with_owner(org):
        if seat.is_active and owner.is_human and not owner.is_active and not owner.is_retired:
            activate = f"Activate the owner: {suggest_activation(owner)}"
            others = owner.id != seat.id and list_likely_owners(org, seat)
            hint = f"{activate}; {_suggest_owner(org, seat, 'or name another person')}" if others else activate
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
    for top in org.direct_reports(""):
        lost = [] if ("reports_to",) in top.marks.keys else _seats_without_human(org, top)
        if lost:
            first, *below = lost
            more = f", nor from {count_noun(len(below), 'seat')} below it" if below else ""
            likely = list_likely_owners(org, first)
            command = f"orgtp seat set {first.id} reports_to={likely[0]} owner={likely[0]}" if likely else ""
            hint = _suggest_person(f"Name a person above it, such as {format_choice(likely)}", first, command)
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


def _suggest_owner(org: Org, seat: Seat, what: str) -> str:
    """A hint with the likely owners of a seat, and the command that names the likeliest."""
    likely = list_likely_owners(org, seat)
    return _suggest_person(
        f"{what}, such as {format_choice(likely)}",
        seat,
        f"orgtp seat own {seat.id} --owner {likely[0]}" if likely else "",
    )


def _suggest_leader(org: Org, seat: Seat, group: Seat) -> str:
    """A hint with the person who leads a group, as the owner of `seat`."""
    leader = org.seats.get(group.owner)
    if leader is None or not leader.may_decide or leader.id == seat.id:
        return _suggest_owner(org, seat, "Name a person")
    return f"Name the person who leads it: orgtp seat own {seat.id} --owner {leader.id}"


def _suggest_person(what: str, seat: Seat, command: str) -> str:
    """The hint `what` with the command that names a person; without one, how to add a person first."""
    if command:
        return f"{what}: {command}"
    return f"Add a person first: orgtp seat add ID --role ROLE --kind human; then: orgtp seat own {seat.id} --owner ID"
