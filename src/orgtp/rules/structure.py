"""One chart: ids, lines of reporting, capabilities, and the seats that the policy names."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.problem import Keys, Problem
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.model.words import did_you_mean


def id_not_file_name(org: Org) -> Iterator[Problem]:
    """A file named for one seat that holds another. The file's name is the seat's id."""
    for seat in org.seats.values():
        if seat.declared and seat.declared != seat.id:
            message = f'seat "{seat.declared}" stands in the file of "{seat.id}"'
            hint = f"Write seat: {seat.id}, or rename the file to {seat_path(seat.declared)}."
            yield Problem("id-not-file-name", seat.marks.value("seat"), message, hint)
    for record in org.retirements.values():
        if record.declared and record.declared != record.seat:
            message = f'the record of "{record.declared}" stands in the file of "{record.seat}"'
            hint = f"Write seat: {record.seat}, or rename the file to {retirement_path(record.declared)}."
            yield Problem("id-not-file-name", record.marks.value("seat"), message, hint)


def reports_to_unknown(org: Org) -> Iterator[Problem]:
    """A seat that reports to none of the org's. Fix the id, or leave the key out at the top of the chart."""
    for seat in org.seats.values():
        boss = seat.reports_to
        if boss and not seat.is_retired and boss not in org.seats and not org.hidden(seat_path(boss)):
            hint = did_you_mean(boss, org.seats) or "Name a seat, or leave reports_to out at the top of the chart."
            yield Problem(
                "reports-to-unknown", seat.marks.value("reports_to"), f'reports_to "{boss}" is not a seat', hint
            )


def reports_to_retired(org: Org) -> Iterator[Problem]:
    """A seat that reports to a retired one: it hangs below nobody."""
    for seat in org.seats.values():
        boss = org.seats.get(seat.reports_to)
        if boss and boss.is_retired and not seat.is_retired:
            up = next((above.id for above in org.above(boss.id) if not above.is_retired), "SEAT")
            hint = f"Say where it reports now: orgtp seat set {seat.id} reports_to={up}"
            yield Problem(
                "reports-to-retired", seat.marks.value("reports_to"), f'reports_to "{boss.id}" is retired', hint
            )


def reports_to_cycle(org: Org) -> Iterator[Problem]:
    """Seats that report to each other in a ring: none of them is below the top. Told once a ring."""
    told: set[str] = set()
    for seat in org.seats.values():
        ring = _ring(org, seat)
        if ring and not told & set(ring):
            told |= set(ring)
            message = f"reports_to goes round in a ring: {' -> '.join([*ring, ring[0]])}"
            hint = "One of them reports to a seat outside the ring, or stands at the top without reports_to."
            yield Problem("reports-to-cycle", seat.marks.value("reports_to"), message, hint)


def _ring(org: Org, seat: Seat) -> list[str]:
    """The ids from `seat` up and back to it; empty where the way up does not come back."""
    way = [seat.id]
    here = org.seats.get(seat.reports_to)
    while here and here.id not in way:
        way.append(here.id)
        here = org.seats.get(here.reports_to)
    return way if here and here.id == seat.id else []


def capability_claimed_twice(org: Org) -> Iterator[Problem]:
    """Two active seats with one capability: when it fails, each was sure that the other had it."""
    first: dict[str, str] = {}
    for seat in org.seats.values():
        for capability in seat.capabilities if seat.is_active else ():
            holder = first.setdefault(capability, seat.id)
            if holder != seat.id:
                place = seat.marks.key("capabilities", capability)
                hint = f"Take it out of one of the two; {seat_path(holder)} has it first."
                message = f'capability "{capability}" is claimed by {holder} and by {seat.id}'
                yield Problem("capability-claimed-twice", place, message, hint)


def policy_unknown_seat(org: Org) -> Iterator[Problem]:
    """A policy that names a seat that is not there, is retired, or (an approver) is not human."""
    for keys, seat in _named(org):
        found = org.seats.get(seat)
        if org.hidden(seat_path(seat)) or not seat:
            continue
        wrong = _unfit(found, human="approvers" in keys)
        if wrong:
            hint = did_you_mean(seat, org.seats) if found is None else ""
            yield Problem("policy-unknown-seat", org.marks.value(*keys), f'{keys[-2]}: "{seat}" {wrong}', hint or _FIX)


_FIX = "Take it off the list in org.yaml, or name another seat."


def _named(org: Org) -> Iterator[tuple[Keys, str]]:
    for number, seat in enumerate(org.policy.scorekeepers):
        yield ("policy", "scorekeepers", str(number)), seat
    for number, seat in enumerate(org.policy.approvers):
        yield ("policy", "retirement", "approvers", str(number)), seat


def _unfit(seat: Seat | None, *, human: bool) -> str:
    if seat is None:
        return "is not a seat"
    if seat.is_retired:
        return "is retired"
    return "is not a human seat" if human and not seat.is_human else ""
