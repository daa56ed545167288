"""Who an escalation is with: at first by the routing tree or the seat's owner, then a step up at a time, to the top.

Both what is shown and what is done ask here, so that a view never says otherwise than what happens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

from orgtp.model.escalation import Escalation, EventType, resolve_route
from orgtp.model.org import Org


def find_first_assignee(org: Org, seat: str, metric: str, kind: str, severity: str) -> str:
    """The seat that a new escalation about `seat` goes to: an active person, wherever there is one."""
    found = {"seat": seat, "metric": metric, "kind": kind, "severity": severity}
    wanted = [resolve_route(org.routing, found), org.seats[seat].owner]
    return next((held for held in wanted if _is_active_person(org, held)), "") or _owner_or_above(org, seat)


def find_responsible_seat(org: Org, seat: str) -> str:
    """Whose hands what `seat` cannot hold goes to: its owner's, else of whoever comes above."""
    owner = org.seats[seat].owner if seat in org.seats else ""
    return owner if owner != seat and _is_active_person(org, owner) else _owner_or_above(org, seat)


def _owner_or_above(org: Org, seat: str) -> str:
    """The next active person above a seat or its owner; where there is none, one at the top, or the owner all the same.

    It never fails: whatever is wrong with the chart, `validate` says so, and trouble still has a place.
    """
    owner = org.seats[seat].owner if seat in org.seats else ""
    people = [*_people_above(org, owner), *_people_above(org, seat), *org.policy_approvers]
    return next((held for held in people if held != seat), owner or seat)


def find_next_person_up(org: Org, held: str, been: Collection[str] = ()) -> str:
    """The seat one step up from `held`: of an agent its owner, of a person the next one above; "" at the top.

    Nobody of `been` gets it again: on a chart whose ways lead in a circle that is the top.
    """
    seat = org.seats.get(held)
    if seat is None:
        return next(iter(org.policy_approvers), "")
    ways = [seat.owner] if not seat.is_human and _is_active_person(org, seat.owner) else []
    return next((other for other in [*ways, *_people_above(org, held)] if other not in {held, *been}), "")


def find_next_assignee(org: Org, one: Escalation) -> str:
    """Whom an escalation goes to from where it is; "" where it is at the top."""
    turns = [number for number, event in enumerate(one.events) if event.what in _ASSIGNING_EVENTS and event.to]
    return find_next_person_up(org, one.with_, {event.to for event in one.events[turns[-1] if turns else 0 :]})


# From here on it is somebody's anew, and may come to those who had it before.
_ASSIGNING_EVENTS = (EventType.OPENED, EventType.HANDED, EventType.ACKNOWLEDGED)


def is_with_responsible(org: Org, one: Escalation) -> bool:
    """Whether it is with a person who answers for the seat that it is about: its owner, or who is above the owner."""
    owner = find_responsible_seat(org, one.seat)
    return is_active_seat(org, one.with_) and one.with_ in {owner, *_people_above(org, owner)}


def list_allowed_resolvers(org: Org, one: Escalation) -> list[str]:
    """The seats that may resolve it: whose it is, those above them, who opened it, who may record for the seat.

    None of them is retired; whoever is not here otherwise may all the same.
    """
    above = [held.id for held in org.chain_above(one.with_)]
    fit = dict.fromkeys([one.with_, *above, *org.eligible_recorders(one.seat), *([one.by] if one.by else [])])
    return [held for held in fit if held not in org.seats or not org.seats[held].is_retired]


def list_allowed_acknowledgers(org: Org, one: Escalation) -> list[str]:
    """The seats that may take it on: of those that may resolve it the people, and whose it is."""
    return [held for held in list_allowed_resolvers(org, one) if held == one.with_ or _is_active_person(org, held)]


def silenced_until(org: Org, now: datetime, seat: str, metric: str) -> date | None:
    """To the end of which day nobody is told of trouble with a metric; None where somebody is."""
    held = org.silences.get(seat)
    until = held.metrics[metric].until if held and metric in held.metrics else None
    return until if until and now.astimezone(org.zone).date() <= until else None


def is_overdue(org: Org, now: datetime, one: Escalation) -> bool:
    """Whether an escalation may not stay where it is any more: past its due, not settled and not silenced."""
    late = one.due is None or one.due <= now
    return not one.is_resolved and late and silenced_until(org, now, one.seat, one.metric) is None


def is_active_seat(org: Org, seat: str) -> bool:
    """Whether somebody can be asked there: the org has the seat, and it is active."""
    return seat in org.seats and org.seats[seat].is_active


def _is_active_person(org: Org, held: str) -> bool:
    seat = org.seats.get(held)
    return seat is not None and seat.is_human and seat.is_active


def _people_above(org: Org, seat: str) -> Iterator[str]:
    """The active people above a seat, from the nearest to the top; for an agent on the way stands whoever owns it."""
    above = (held if held.is_human else org.seats.get(held.owner) for held in org.chain_above(seat))
    return (held.id for held in above if held and held.is_human and held.is_active)
