"""Who is assigned an escalation: first by the routing tree or the seat's owner, then one step up at a time.

Both views and actions use these functions, so that a view never contradicts what happens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

from orgtp.model.escalation import Escalation, EventType, resolve_route
from orgtp.model.org import Org
from orgtp.model.records.escalation_merge import list_allowed_resolvers


def find_first_assignee(org: Org, seat: str, metric: str, kind: str, severity: str) -> str:
    """The first assignee of a new escalation about `seat`: an active person if there is one."""
    found = {"seat": seat, "metric": metric, "kind": kind, "severity": severity}
    wanted = [resolve_route(org.routing, found), org.seats[seat].owner]
    return next((one for one in wanted if _is_active_person(org, one)), "") or _owner_or_above(org, seat)


def find_stand_in(org: Org, seat: str, now: datetime) -> str:
    """Who gets what is for `seat` at `now`: its delegate while it is away, and theirs if they are away, else itself.

    A delegate who is no active person gets nothing. If the delegates form a circle, it stays with the seat.
    """
    today, been = now.astimezone(org.zone).date(), [seat]
    while (delegate := _find_delegate(org, been[-1], today)) and delegate not in been:
        been.append(delegate)
    return seat if _find_delegate(org, been[-1], today) else been[-1]


def _find_delegate(org: Org, seat: str, today: date) -> str:
    found = org.seats.get(seat)
    named = found.delegate if found else None
    return named.to if named and today <= named.until and _is_active_person(org, named.to) else ""


def describe_absence(org: Org, seat: str) -> str:
    """For whom a delegate gets something: `for karen, until 2026-12-31`; "" if the seat has no delegate."""
    found = org.seats.get(seat)
    return f"for {seat}, until {found.delegate.until}" if found and found.delegate else ""


def find_responsible_seat(org: Org, seat: str) -> str:
    """Who takes over the escalations of an inactive `seat`: its owner, or else the next person above."""
    owner = org.seats[seat].owner if seat in org.seats else ""
    return owner if owner != seat and _is_active_person(org, owner) else _owner_or_above(org, seat)


def _owner_or_above(org: Org, seat: str) -> str:
    """The next active person above a seat or its owner, else one at the top, else the owner.

    It never fails, even if the chart is broken, because every escalation needs an assignee.
    """
    owner = org.seats[seat].owner if seat in org.seats else ""
    people = [*_people_above(org, owner), *_people_above(org, seat), *org.policy_approvers]
    return next((person for person in people if person != seat), owner or seat)


def find_next_person_up(org: Org, assignee: str, been: Collection[str] = ()) -> str:
    """The seat one step up from `assignee`: the owner of an agent or group, the next above a person; "" at the top.

    Seats in `been` are skipped, so that a cycle in the chart ends.
    """
    seat = org.seats.get(assignee)
    if seat is None:
        return next(iter(org.policy_approvers), "")
    owner = [seat.owner] if not seat.is_human and _is_active_person(org, seat.owner) else []
    return next((one for one in [*owner, *_people_above(org, assignee)] if one not in {assignee, *been}), "")


def find_next_assignee(org: Org, one: Escalation, now: datetime | None = None) -> str:
    """The next assignee of an escalation; "" at the top of the chart.

    With `now`, a person whose delegate had it already is skipped.
    """
    turns = [number for number, event in enumerate(one.events) if event.what in _ASSIGNING_EVENTS and event.to]
    been = {event.to for event in one.events[turns[-1] if turns else 0 :]}
    to = find_next_person_up(org, one.with_, been)
    while now and to and find_stand_in(org, to, now) in {one.with_, *been}:
        been.add(to)
        to = find_next_person_up(org, to, {one.with_, *been})
    return to


# After one of these events, it may be assigned again to seats that had it before.
_ASSIGNING_EVENTS = (EventType.OPENED, EventType.HANDED, EventType.ACKNOWLEDGED)


def is_with_responsible(org: Org, one: Escalation) -> bool:
    """Whether the assignee is responsible for the seat that it is about: its owner, or a person above the owner."""
    owner = find_responsible_seat(org, one.seat)
    return is_active_seat(org, one.with_) and one.with_ in {owner, *_people_above(org, owner)}


def list_allowed_acknowledgers(org: Org, one: Escalation) -> list[str]:
    """The seats that may acknowledge it: the assignee, and the people among those who may resolve it."""
    return [seat for seat in list_allowed_resolvers(org, one) if seat == one.with_ or _is_active_person(org, seat)]


def silenced_until(org: Org, now: datetime, seat: str, metric: str) -> date | None:
    """The last day on which alerts for a metric are muted; None if they are not muted."""
    silences = org.silences.get(seat)
    until = silences.metrics[metric].until if silences and metric in silences.metrics else None
    return until if until and now.astimezone(org.zone).date() <= until else None


def is_overdue(org: Org, now: datetime, one: Escalation) -> bool:
    """Whether an escalation is past its deadline, not resolved and not silenced."""
    late = one.due is None or one.due <= now
    return not one.is_resolved and late and silenced_until(org, now, one.seat, one.metric) is None


def is_active_seat(org: Org, seat: str) -> bool:
    """Whether the org has the seat and it is active."""
    return seat in org.seats and org.seats[seat].is_active


def _is_active_person(org: Org, seat_id: str) -> bool:
    seat = org.seats.get(seat_id)
    return seat is not None and seat.is_human and seat.is_active


def _people_above(org: Org, seat: str) -> Iterator[str]:
    """Yield the active people above a seat, from the nearest to the top. For an agent or a group, it is the owner."""
    above = (one if one.is_human else org.seats.get(one.owner) for one in org.chain_above(seat))
    return (one.id for one in above if one and one.is_human and one.is_active)


def find_discover_assignee(org: Org) -> str:
    """Who hears of agents without a seat: `policy.discover.to` if that is an active person, else the one at the top.

    Returns "" if the org has no active person there.
    """
    named = org.policy.discover_to
    return named if _is_active_person(org, named) else next(iter(org.top_deciders), "")
