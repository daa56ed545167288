"""Say what still names a seat, what its retirement would do with each place, and what stands in the way."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orgtp.actions.new_owners import EVERY_OTHER
from orgtp.actions.retire import (
    RetirementPlan,
    RetirementRequest,
    list_retirement_edits,
    plan_retirement,
)
from orgtp.lazy_dataclass import dataclass
from orgtp.model.candidates import list_likely_owners
from orgtp.model.change import DropKey, Edit, SetKey
from orgtp.model.errors import OrgtpError
from orgtp.model.escalation_policy import find_responsible_seat
from orgtp.model.org import Org
from orgtp.model.references.find import Reference, list_references
from orgtp.model.seat import retirement_path, seat_path
from orgtp.model.text import join_with_and

_STAYS = "stays"


@dataclass(frozen=True, slots=True)
class NamedBy:
    """A place that names the seat or a metric of it, and what its retirement does with it, as in `becomes karen`."""

    reference: Reference
    what: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way of a retirement, and a command that helps."""

    why: str
    command: str


@dataclass(frozen=True, slots=True)
class RetirementCheck:
    """What a retirement would find and do. `plan` is None if the request contradicts the org."""

    seat: str
    plan: RetirementPlan | None
    named: tuple[NamedBy, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def is_ready(self) -> bool:
        """Whether the seat can be retired as asked, with a reason."""
        return not self.obstacles


def preview_retirement(org: Org, request: RetirementRequest, now: datetime) -> RetirementCheck:
    """Compute what still names a seat, and whether it can be retired as asked. Raises `UnknownSeat`."""
    seat = org.seat(request.seat)
    complete, unowned = _complete_owners(org, request)
    try:
        plan = plan_retirement(org, complete)
    except OrgtpError as error:
        is_done = seat.is_retired and seat.id in org.retirements
        command = f"orgtp seat show {seat.id}" if is_done else _write_command(complete, {})
        return RetirementCheck(seat.id, None, tuple(_list_named(org, seat.id, ())), (Obstacle(str(error), command),))
    obstacles = tuple(_list_obstacles(org, complete, plan, unowned))
    plan = replace(plan, owned={**plan.owned, **dict.fromkeys(unowned, "")})
    edits = list(list_retirement_edits(org, plan, request, now))
    return RetirementCheck(seat.id, plan, tuple(_list_named(org, seat.id, edits)), obstacles)


def _complete_owners(org: Org, request: RetirementRequest) -> tuple[RetirementRequest, list[str]]:
    """The request with a likely owner for each owned seat that has none, and these seats."""
    owned = [one.id for one in org.seats_owned_by(request.seat)]
    named = request.owner_to or request.owners.get(EVERY_OTHER)
    unowned = [] if named else [one for one in owned if one not in request.owners]
    likely = {one: _find_likely_owner(org, one, request.seat) for one in unowned}
    owners = {**request.owners, **{one: owner for one, owner in likely.items() if owner}}
    return replace(request, owners=owners), [one for one in unowned if likely[one]]


def _find_likely_owner(org: Org, seat: str, leaving: str) -> str:
    return next((one for one in list_likely_owners(org, org.seats[seat]) if one != leaving), "")


def _list_obstacles(
    org: Org, request: RetirementRequest, plan: RetirementPlan, unowned: Sequence[str]
) -> Iterator[Obstacle]:
    """Everything in the way, each with the whole command with which nothing of it is."""
    seat, deciders = plan.seat, org.eligible_deciders(plan.seat.id)
    heir = next((one for one in (seat.reports_to, seat.owner) if one and one != seat.id), "HEIR")
    moves = {**request.moves, **dict.fromkeys(plan.unassigned, heir)}
    is_allowed = request.decided_by in {"", *deciders}
    decider = request.decided_by if is_allowed else next(iter(deciders), "SEAT")
    command = _write_command(request, moves, decider)
    if plan.unassigned:
        yield Obstacle(f"nobody takes over {join_with_and(plan.unassigned)}", command)
    if unowned:
        need = "needs" if len(unowned) == 1 else "need"
        yield Obstacle(f"{join_with_and(unowned)} {need} a new owner", command)
    for route, to in plan.routes.items():
        if to == seat.id or to not in org.seats or not org.seats[to].is_active:
            why = f"{route} in org.yaml would go to nobody who is active"
            yield Obstacle(why, f"orgtp seat own {seat.id} --owner SEAT")
    if not deciders:
        yield Obstacle(f"nobody may decide the retirement of {seat.id}", f"orgtp seat own {seat.id} --owner SEAT")
    elif not is_allowed:
        yield Obstacle(f"{request.decided_by} may not decide. Allowed: {join_with_and(deciders)}", command)


def _write_command(request: RetirementRequest, moves: Mapping[str, str], decided_by: str = "") -> str:
    words = ["orgtp", "retire", request.seat, "--check"]
    # With an heir for each capability, --move says all; a seat at the top still names its successor.
    words += ["--to", ",".join(request.to)] if request.to and not moves else []
    words += [word for name, heir in moves.items() for word in ("--move", f"{name}={heir}")]
    owners = ",".join(f"{seat}={owner}" if seat else owner for seat, owner in request.owners.items())
    words += ["--owner-to", owners] if owners else []
    return shlex.join([*words, *(["--decided-by", decided_by] if decided_by else [])])


def _list_named(org: Org, seat: str, edits: Sequence[Edit]) -> Iterator[NamedBy]:
    own = {seat_path(seat), retirement_path(seat)}
    for one in list_references(org, seat):
        # What its own file says stays in its file.
        if one.path not in own:
            yield NamedBy(one, _describe_outcome(org, one, edits))


def _describe_outcome(org: Org, one: Reference, edits: Sequence[Edit]) -> str:
    """What a retirement does with a place that names the seat."""
    if one.kind.id == "escalation with":
        return f"becomes {find_responsible_seat(org, one.seat)}" if edits else _STAYS
    for edit in edits:
        if edit.path != one.path or not isinstance(edit, (SetKey, DropKey)):
            continue
        if edit.keys != one.keys[: len(edit.keys)]:
            continue
        if isinstance(edit, SetKey) and isinstance(edit.value, str):
            return f"becomes {edit.value}" if edit.value else "needs somebody else"
        return "is removed"
    return f"{_STAYS}: remove line {one.place.line} of {one.path}" if one.kind.id == "signers *" else _STAYS
