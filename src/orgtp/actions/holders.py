"""Hand a human seat over from one person to another, or leave it vacant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from orgtp.actions.delegate import list_delegating, without_delegate
from orgtp.actions.escalate import hand_over_escalations
from orgtp.actions.new_owners import NewOwners, assign_owned_seats
from orgtp.actions.seat_changes import end_pause
from orgtp.actions.todo import hand_over_todos
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, DropKey, Edit, SetKey, YamlData
from orgtp.model.errors import BadInput, Refused
from orgtp.model.escalation import Escalation, EscalationEvent
from orgtp.model.escalation_policy import find_responsible_seat
from orgtp.model.org import Org
from orgtp.model.references.find import list_references, rename_reference
from orgtp.model.seat import Holder, Seat, SeatStatus, seat_path
from orgtp.model.text import fold_spelling, one_line

VACANT = "vacant"


@dataclass(frozen=True, slots=True)
class NewHolder:
    """Who gets a seat: a name and addresses; without a name, nobody."""

    name: str
    emails: tuple[str, ...] = ()


NOBODY = NewHolder("")


def hand_over_seat(
    org: Org, seat: str, to: NewHolder, now: datetime, *, since: date | None = None, by: str = "", why: str = ""
) -> Change:
    """Say that a person holds a human seat from `since` on, today unless named. Earlier holders stay in the file.

    Raises `UnknownSeat`, `BadInput` for a missing name or a day before the seat began, and `Refused` for a seat that is
    not human or is retired.
    """
    held, day = _get_human_seat(org, seat, "handover"), since or org.day_of(now)
    if not one_line(to.name):
        raise BadInput(what=f"name who holds the seat: orgtp seat handover {seat} --to NAME")
    if fold_spelling(to.name) == VACANT:
        raise BadInput(what=f"nobody is called {VACANT}. Type: orgtp seat vacate {seat}")
    _refuse_too_early(held, day)
    before = _find_person(held, day)
    edits = tuple(list_holder_edits(org, held, to, day, now))
    if not edits:
        return Change("handover", f"{to.name} holds it already", (seat,), by=by)
    after = f", after {before}" if before and fold_spelling(before) != fold_spelling(to.name) else ""
    return Change("handover", f"{one_line(to.name)} from {day}{after}", (seat,), edits, by=by, body=why)


def vacate_seat(
    org: Org,
    seat: str,
    now: datetime,
    *,
    since: date | None = None,
    owners: NewOwners | None = None,
    by: str = "",
    why: str = "",
) -> Change:
    """Say that nobody holds a human seat from `since` on, today unless named.

    What it owns gets new owners, and its open escalations go to whoever is responsible. Raises `UnknownSeat`, and
    `Refused` for a seat that is not human, is retired or vacant, or that owns a seat for which no new owner is named.
    """
    held, day = _get_human_seat(org, seat, "vacate"), since or org.day_of(now)
    if held.status is SeatStatus.VACANT and day <= org.day_of(now):
        raise Refused(why=f"{seat} is vacant already. To fill it: orgtp seat handover {seat} --to NAME")
    _refuse_too_early(held, day)
    parts = leave_vacant(org, [held], day, now, owners or {}, by)
    before = _find_person(held, day)
    what = f"from {day}{f', held by {before} until then' if before else ''}"
    lines = [why, *parts.lines] if why else parts.lines
    return Change(
        "vacate",
        what,
        tuple(dict.fromkeys([seat, *parts.seats])),
        parts.edits,
        about=seat,
        by=by,
        body="\n".join(lines),
        events=parts.events,
    )


@dataclass(frozen=True, slots=True)
class VacantParts:
    """What it takes to leave seats vacant: the edits, the seats they touch, and a line for all that passes on."""

    edits: tuple[Edit, ...] = ()
    seats: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    events: tuple[tuple[Escalation, EscalationEvent], ...] = ()


def leave_vacant(
    org: Org, seats: list[Seat], day: date, now: datetime, owners: NewOwners, by: str, *, also: Iterable[str] = ()
) -> VacantParts:
    """Everything that changes when nobody holds the seats from `day` on. `also`: owned seats that pass on as well.

    In the future, only the day is noted: what the seats own passes on when it comes. In the past, before the holder of
    today came, only the day is noted, too. Raises `Refused` as
    `assign_owned_seats` does.
    """
    edits = [edit for seat in seats for edit in list_holder_edits(org, seat, NOBODY, day, now)]
    if day > org.day_of(now):
        if owners:
            raise BadInput(what=f"new owners apply at once, but the seat is vacant from {day}. Name them on that day.")
        return VacantParts(tuple(edits))
    today = org.day_of(now)
    gone = [seat.id for seat in seats if day == _find_newest_day(seat, day, today)]
    owned = [one.id for id_ in gone for one in org.seats_owned_by(id_) if one.id not in gone]
    passed = assign_owned_seats(org, dict.fromkeys([*owned, *also]), gone, owners) if owned or owners else {}
    edits += [SetKey(seat_path(one), ("owner",), owner) for one, owner in passed.items()]
    lines = [f"{one} is owned by {owner}" for one, owner in passed.items()]
    after = _org_after(org, gone, passed)
    for one in (one for id_ in gone for one in list_references(org, id_) if one.kind.id == "org routing.*.to"):
        heir = find_responsible_seat(after, one.seat)
        if heir in gone or not after.seats[heir].is_active:
            why = f"no active person is left to get what {one.place} sends to {one.seat}"
            raise Refused(why=f"{why}. Hand the seat over instead: orgtp seat handover {one.seat} --to NAME")
        edits.append(rename_reference(one, heir))
        lines.append(f"{one.key} goes to {heir}")
    alone = list_delegating(org, gone)
    edits += [DropKey(seat_path(one), ("delegate",)) for one in alone]
    lines += [f"{one} has no delegate" for one in alone]
    handed = hand_over_escalations(after, now, gone, by, "{seat} is vacant")
    todos = hand_over_todos(after, now, gone, by, "{seat} is vacant")
    lines += [one.body or one.what for one in (handed, todos) if one.edits]
    touched = tuple(dict.fromkeys([*passed, *alone, *handed.seats, *todos.seats]))
    return VacantParts((*edits, *handed.edits, *todos.edits), touched, tuple(lines), handed.events)


def _org_after(org: Org, gone: list[str], owners: NewOwners) -> Org:
    """The org in which the seats are vacant and what they owned has new owners, to find who is responsible then."""
    seats = dict(without_delegate(org, gone).seats)
    for seat, owner in owners.items():
        seats[seat] = replace(seats[seat], owner=owner)
    for seat in gone:
        seats[seat] = replace(seats[seat], status=SeatStatus.VACANT)
    return replace(org, seats=seats)


def list_holder_edits(org: Org, seat: Seat, to: NewHolder, day: date, now: datetime) -> Iterator[Edit]:
    """The edits of a seat's file for a holder from `day` on. None if the file says so already.

    The first entry also records who held the seat before, since when, and with which address. From today on, the status
    follows, and a seat that is called after its holder gets the new name.
    """
    held, is_now = seat.holder_on(day), day == _find_newest_day(seat, day, org.day_of(now))
    # Without holders, the seat is its own worker, with its address.
    name, emails = (held.name, held.emails) if held else ("" if seat.holders else seat.name, seat.emails)
    filled = held is not None or seat.status is not SeatStatus.VACANT
    is_same = filled and (fold_spelling(name), set(emails)) == (fold_spelling(to.name), set(to.emails) or set(emails))
    if not is_same:
        yield from _list_entry_edits(org, seat, to, day, is_now=is_now)
    if is_now:
        yield from _list_status_edits(seat, to, org.day_of(now))
    if is_now and not is_same and seat.delegate:
        # Whoever stands in for the last holder was chosen by them.
        yield DropKey(seat_path(seat.id), ("delegate",))


def _list_entry_edits(org: Org, seat: Seat, to: NewHolder, day: date, *, is_now: bool) -> Iterator[Edit]:
    path, entry = seat_path(seat.id), _format_holder(to)
    if seat.holders:
        yield SetKey(path, ("holders", day.isoformat()), entry)
    else:
        earlier = _describe_first_holder(org, seat, day)
        yield SetKey(path, ("holders",), {**earlier, day.isoformat(): entry})
        # Until now, the address was that of the worker; the position has none of its own.
        if seat.emails and (is_now or earlier):
            yield DropKey(path, ("email",))
    if is_now and to.name and _is_called_after_holder(seat) and seat.name != to.name:
        yield SetKey(path, ("name",), one_line(to.name))
    others = [one.name for one in seat.holders if one.since != day and one.name]
    if is_now and not to.name and seat.holders and seat.name not in others and _is_called_after_holder(seat):
        # The entry of this day is replaced, so no entry would say any more that this is the name of a person.
        yield SetKey(path, ("name",), others[-1] if others else one_line(seat.role) or seat.name)


def _list_status_edits(seat: Seat, to: NewHolder, today: date) -> Iterator[Edit]:
    """Whoever holds a vacant seat fills it; a seat that nobody holds is vacant."""
    path = seat_path(seat.id)
    if to.name and seat.status is SeatStatus.VACANT:
        yield SetKey(path, ("status",), "active")
    if not to.name and seat.status is not SeatStatus.VACANT:
        yield SetKey(path, ("status",), "vacant")
        yield from end_pause(seat, today)


def _find_newest_day(seat: Seat, day: date, today: date) -> date | None:
    """The first day of whoever holds the seat today, if somebody does from `day` on; None if that has not come."""
    return max((one for one in (day, *(one.since for one in seat.holders)) if one <= today), default=None)


def _is_called_after_holder(seat: Seat) -> bool:
    return not seat.holders or seat.name in (one.name for one in seat.holders)


def _format_holder(to: NewHolder) -> YamlData:
    if not to.name:
        return VACANT
    email: YamlData = to.emails[0] if len(to.emails) == 1 else list(to.emails)
    return {"name": one_line(to.name), **({"email": email} if to.emails else {})}


def _describe_first_holder(org: Org, seat: Seat, day: date) -> dict[str, YamlData]:
    """The entry of the worker that the seat was until now, if it is known since when."""
    if seat.status is SeatStatus.VACANT:
        return {}
    begin = seat.since or _find_first_value(org, seat)
    known = begin is not None and begin < day
    return {begin.isoformat(): _format_holder(NewHolder(seat.name, seat.emails))} if known and begin else {}


def _find_first_value(org: Org, seat: Seat) -> date | None:
    scores = (score for metric in seat.metrics for score in org.score_records(seat.id, metric))
    return min((period.start.date() for score in scores if (period := score.parsed_period)), default=None)


def _find_person(seat: Seat, day: date) -> str:
    """Who held the seat before the day; "" if nobody did."""
    before = [one for one in seat.holders if one.since < day]
    if before:
        return before[-1].name
    return "" if seat.status is SeatStatus.VACANT or seat.holders else seat.name


def _get_human_seat(org: Org, seat: str, verb: str) -> Seat:
    found = org.seat(seat)
    if found.is_retired:
        raise Refused(why=f"{seat} is retired, so its file cannot be changed.")
    if found.is_group:
        raise Refused(why=f"{seat} is a group, which its owner leads: orgtp seat own {seat} --owner SEAT")
    if not found.is_human:
        instead = f"add a seat for the new agent, then: orgtp retire {seat} --to NEW"
        raise Refused(why=f"{seat} is an agent, and {verb} is for seats that people hold. Instead, {instead}")
    return found


def _refuse_too_early(seat: Seat, day: date) -> None:
    if seat.since and day < seat.since:
        raise BadInput(
            what=f"{seat.id} began on {seat.since}, so nobody holds it from {day}. Name a later day: --from DATE"
        )


def holder_of(seat: Seat, day: date) -> NewHolder:
    """The person who holds a seat on a day, to give another seat to. Nobody if it is vacant."""
    found: Holder | None = seat.holder_on(day)
    return NewHolder(found.name, found.emails) if found else NewHolder(seat.name, seat.emails)
