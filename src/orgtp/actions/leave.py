"""Somebody leaves: every seat that they hold is handed over or left vacant, and what they own gets new owners."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime

from orgtp.actions.holders import NOBODY, VACANT, NewHolder, leave_vacant, list_holder_edits
from orgtp.actions.new_owners import NewOwners
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, Edit
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.references.find import Reference, list_references
from orgtp.model.seat import Seat
from orgtp.model.text import did_you_mean, fold_spelling, join_with_and, one_line

# The kinds of places that the plan shows in lists of their own.
_SHOWN = {"seat owner", "seat reports_to", "escalation with", "todo owner", "signers *"}


@dataclass(frozen=True, slots=True)
class LeaveRequest:
    """Who leaves (a name, an address, or a seat they hold), and what becomes of their seats.

    `to` is a seat whose holder takes over all of them. `seats` maps single seats to a name, `NAME <ADDRESS>`, the id of
    a seat whose holder takes over, or `vacant`. A seat in neither is left vacant. `owners` are the new owners of what
    the vacant seats own. `since` is the first day without the person, today if it is None.
    """

    who: str
    to: str = ""
    seats: Mapping[str, str] = field(default_factory=dict)
    owners: NewOwners = field(default_factory=dict)
    since: date | None = None
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class SeatLeft:
    """A seat of the person who leaves, and who holds it next; None if nobody does."""

    seat: str
    name: str
    role: str
    next: str | None


@dataclass(frozen=True, slots=True)
class MetricSource:
    """A metric of a seat, and the source on a machine from which its values come."""

    seat: str
    metric: str
    source: str


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A line of `policy/allowed_signers` with which the person can sign as a seat, and how to end that."""

    seat: str
    line: int
    fingerprint: str
    remedy: str


@dataclass(frozen=True, slots=True)
class LeavePlan:
    """Everything that somebody leaves behind.

    `owned` are the seats that their seats own, each with its new owner: whoever holds the same seat next, a seat of
    `--owner-to`, or "" if it needs one. `reports` report to one of the seats. `escalations` are open and assigned to
    one of them. `named` are the other places that name one. `is_later`: the day is noted, and has not come.
    """

    person: str
    since: date
    seats: tuple[SeatLeft, ...]
    owned: Mapping[str, str]
    reports: tuple[str, ...]
    escalations: tuple[str, ...]
    todos: tuple[str, ...]
    sources: tuple[MetricSource, ...]
    keys: tuple[PersonKey, ...]
    named: tuple[Reference, ...]
    is_later: bool = False


def find_seats_of(org: Org, who: str, day: date) -> tuple[str, list[Seat]]:
    """The person whom a name, an address or a seat names, and the seats that they hold on a day, sorted by id.

    Raises `Refused` if nobody is called that, or if the seat is an agent's, a group's, or vacant.
    """
    asked = who.strip()
    if asked in org.seats:
        seat = org.seats[asked]
        if not seat.is_human:
            what = "a group" if seat.is_group else "an agent"
            raise Refused(why=f"{asked} is {what}, and people leave. Instead: orgtp retire {asked} --to HEIR")
        if not seat.person_on(day) and seat.is_active:
            # The day of a departure that was noted before has come.
            given = " --owner-to SEAT" if any(one.id != asked for one in org.seats_owned_by(asked)) else ""
            raise Refused(why=f"nobody holds {asked} any more. To complete it: orgtp seat vacate {asked}{given}")
        if not seat.person_on(day) or seat.is_retired or str(seat.status) == VACANT:
            raise Refused(why=f"{asked} is {seat.status}, so nobody leaves it.")
        first = [seat]
    else:
        first = [seat for seat in _list_held(org) if _is_called(seat, asked, day)]
        others = [seat for seat in first if not seat.has_same_holder(first[0], day)]
        if others:
            seats = join_with_and(sorted(seat.id for seat in first))
            raise Refused(why=f"several people are called {one_line(asked)}: those of {seats}. Name one of the seats.")
    found = [seat for seat in _list_held(org) if any(seat is one or seat.has_same_holder(one, day) for one in first)]
    if not found:
        known = {seat.person_on(day) for seat in _list_held(org)} - {""}
        hint = did_you_mean(asked, [*known, *org.seats]) or "orgtp seat list shows who holds which seat."
        raise Refused(why=f'nobody with the name, address or seat "{one_line(asked)}" holds a seat. {hint}')
    return found[0].person_on(day), found


def _list_held(org: Org) -> list[Seat]:
    return [
        seat for _, seat in sorted(org.seats.items()) if seat.is_human and not seat.is_retired and seat.status != VACANT
    ]


def _is_called(seat: Seat, asked: str, day: date) -> bool:
    """Whether the holder of a seat has this name or address."""
    same = fold_spelling(seat.person_on(day)) == fold_spelling(asked)
    return bool(seat.person_on(day)) and (same or asked.lower() in seat.addresses_on(day))


def plan_leave(org: Org, request: LeaveRequest, now: datetime) -> LeavePlan:
    """Everything that the person leaves behind, and what becomes of it. Nothing has to be decided yet.

    Raises `UnknownSeat`, `BadInput` and `Refused` for a request that contradicts the org.
    """
    today = org.day_of(now)
    person, held = find_seats_of(org, request.who, today)
    nexts = _choose_next(org, request, held, today)
    ids, vacant = [seat.id for seat in held], [seat for seat in held if not nexts[seat.id].name]
    is_later = bool(request.since and request.since > today)
    owned = {
        one.id: request.owners.get(one.id, request.owners.get("", "") if seat in vacant else seat.id)
        for seat in held
        for one in org.seats_owned_by(seat.id)
        if one.id not in ids
    }
    names = [one for id_ in ids for one in list_references(org, id_)]
    return LeavePlan(
        person=person,
        since=request.since or today,
        seats=tuple(SeatLeft(seat.id, seat.name_on(today), seat.role, nexts[seat.id].name or None) for seat in held),
        owned=owned,
        is_later=is_later,
        reports=tuple(dict.fromkeys(one.id for id_ in ids for one in org.current_reports(id_) if one.id not in ids)),
        escalations=tuple(
            sorted(id_ for id_, one in org.escalations.items() if one.with_ in ids and not one.is_resolved)
        ),
        todos=tuple(sorted(id_ for id_, one in org.todos.items() if one.owner in ids and not one.is_closed)),
        sources=tuple(
            MetricSource(seat.id, metric.id, metric.source)
            for seat in held
            for metric in seat.metrics.values()
            if metric.source
        ),
        keys=tuple(_describe_key(org, number) for number, key in enumerate(org.signers) if key.principal in ids),
        named=tuple(one for one in names if one.kind.id not in _SHOWN),
    )


def _describe_key(org: Org, number: int) -> PersonKey:
    key = org.signers[number]
    path, line = key.place.path, key.place.line
    # By the key and not by the line, which the command for another key may have moved.
    lines = shlex.quote(rf"\,^{key.principal} .*{key.blob},d")
    remedy = f"sed -i.bak {lines} {path} && rm {path}.bak && git commit -m 'Remove the key of {key.principal}' {path}"
    return PersonKey(key.principal, line, key.fingerprint, remedy)


def _choose_next(org: Org, request: LeaveRequest, held: list[Seat], day: date) -> dict[str, NewHolder]:
    """Who holds each seat next; `NOBODY` for one that is left vacant."""
    ids = [seat.id for seat in held]
    for seat in request.seats:
        if seat not in ids:
            hint = did_you_mean(seat, ids) or f"They hold: {join_with_and(ids)}."
            raise Refused(why=f"{request.who} does not hold {seat}. {hint}")
    every = _parse_holder(org, request.to, held, day, seat_only=True) if request.to else NOBODY
    named = {seat: _parse_holder(org, text, held, day) for seat, text in request.seats.items()}
    return {id_: named.get(id_, every) for id_ in ids}


def _parse_holder(org: Org, text: str, leaving: list[Seat], day: date, *, seat_only: bool = False) -> NewHolder:
    """The holder of a seat, or a person by name, perhaps with an address: `Gwen Ito <gwen@example.com>`."""
    words = one_line(text)
    if words == VACANT and not seat_only:
        return NOBODY
    if words in org.seats or seat_only:
        seat = org.seat(words)
        if not (seat.is_human and seat.is_active) or seat in leaving:
            raise Refused(why=f"{words} cannot take over. Name an active human seat of somebody who stays.")
        holder = seat.holder_on(day)
        return NewHolder(holder.name, holder.emails) if holder else NewHolder(seat.name, seat.emails)
    name, bracket, rest = words.partition("<")
    address = rest.removesuffix(">").strip()
    if not name.strip() or (bracket and (not rest.endswith(">") or address.count("@") != 1)):
        raise BadInput(what=f'"{words}" is not a person. Example: --seats "coo=Gwen Ito <gwen@example.com>"')
    return NewHolder(name.strip(), (address,) if address else ())


def leave_org(org: Org, request: LeaveRequest, now: datetime) -> Change:
    """Hand over or leave vacant every seat of somebody who leaves, in one change.

    Raises what `plan_leave` raises, and `Refused` if a seat that a vacant one owns has no new owner.
    """
    today = org.day_of(now)
    person, held = find_seats_of(org, request.who, today)
    day = request.since or today
    nexts = _choose_next(org, request, held, today)
    edits: list[Edit] = []
    lines = [request.reason, ""] if request.reason.strip() else []
    for seat in held:
        to = nexts[seat.id]
        lines.append(f"{seat.id} to {to.name}" if to.name else f"{seat.id} vacant")
        edits += list_holder_edits(org, seat, to, day, now) if to.name else ()
    vacant = [seat for seat in held if not nexts[seat.id].name]
    stays = [one.id for seat in held if seat not in vacant for one in org.seats_owned_by(seat.id)]
    also = [one for one in stays if one in request.owners]
    parts = leave_vacant(org, vacant, day, now, request.owners, request.by, also=also)
    touched = dict.fromkeys([*(seat.id for seat in held), *parts.seats])
    return Change(
        "leave",
        f"{one_line(person)} from {day}",
        tuple(touched),
        (*edits, *parts.edits),
        about=held[0].id if len(held) == 1 else "",
        by=request.by,
        body="\n".join([*lines, *parts.lines]),
        events=parts.events,
    )
