"""Rules on the chart: ids, reporting lines, and the seats that the policy names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.problem import Keys
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.model.text import count_noun, did_you_mean
from orgtp.rules.rule import Finding


def id_not_file_name(org: Org) -> Iterator[Finding]:
    """The id in a file differs from the file's name.

    orgtp finds a seat by its file name. The file repeats the id so that a copied file is noticed. If the two differ,
    one is a mistake; everything that refers to the seat uses the file name.

    Bad:

        # seats/desk.yaml
        seat: bot

    Good:

        # seats/desk.yaml
        seat: desk

    Fix: write the file's name after `seat:`, or rename the file. The same applies to records in `retirements/`, and to
    the id of a to-do.
    """
    for todo in org.todos.values():
        if todo.declared and todo.declared != todo.id:
            message = f'the file of "{todo.id}" says todo: {todo.declared}'
            yield Finding(todo.marks.value_place("todo"), message, f"Write todo: {todo.id}, or rename the file.")
    for seat in org.seats.values():
        if seat.declared and seat.declared != seat.id:
            message = f'the file of "{seat.id}" says seat: {seat.declared}'
            hint = f"Write seat: {seat.id}, or rename the file to {seat_path(seat.declared)}."
            yield Finding(seat.marks.value_place("seat"), message, hint)
    for record in org.retirements.values():
        if record.declared and record.declared != record.seat:
            message = f'the retirement record of "{record.seat}" says seat: {record.declared}'
            hint = f"Write seat: {record.seat}, or rename the file to {retirement_path(record.declared)}."
            yield Finding(record.marks.value_place("seat"), message, hint)


def id_reserved(org: Org) -> Iterator[Finding]:
    """A seat's id is a device name that Windows reserves.

    A seat's file is named after its id. Windows cannot create a file named con, prn, aux, nul, com1 to com9 or lpt1 to
    lpt9, with any extension, so nobody could check out the org there.

    Bad:

        # seats/aux.yaml
        seat: aux

    Good:

        # seats/auxiliary.yaml
        seat: auxiliary

    Fix: choose another id before anything is recorded for the seat.
    """
    for seat in org.seats.values():
        if _DEVICE.fullmatch(seat.id):
            hint = f"Use another id, such as {seat.id}-seat: the file is named after it."
            yield Finding(seat.marks.value_place("seat"), f'Windows cannot create a file named "{seat.id}.yaml"', hint)


_DEVICE = re.compile(r"con|prn|aux|nul|(?:com|lpt)[1-9]")


def reports_to_unknown(org: Org) -> Iterator[Finding]:
    """A seat reports to a seat that does not exist.

    The seat has no place on the chart, and its escalations have nowhere to go.

    Bad:

        reports_to: rader

    Good:

        reports_to: radar

    Fix: use an id from `seats/`; at the top of the chart, leave `reports_to` out.
    """
    for seat in org.seats.values():
        boss = seat.reports_to
        if boss and not seat.is_retired and boss not in org.seats and not org.is_unreadable(seat_path(boss)):
            hint = did_you_mean(boss, org.seats) or _suggest_manager(org, seat)
            yield Finding(seat.marks.value_place("reports_to"), f'reports_to "{boss}" is not a seat', hint)


def _suggest_manager(org: Org, seat: Seat) -> str:
    """A hint with a seat that `seat` may report to: its owner, unless that is below it."""
    owner = org.seats.get(seat.owner)
    out = "leave reports_to out at the top of the chart"
    if owner is None or owner.id == seat.id or seat in org.chain_above(owner.id):
        return f"Name a seat, or {out}: orgtp seat set {seat.id} reports_to="
    return f"Name a seat, such as its owner: orgtp seat move {seat.id} --reports-to {owner.id}; or {out}."


def reports_to_retired(org: Org) -> Iterator[Finding]:
    """A seat reports to a retired seat.

    It has nobody above it, and neither do the seats below it. This is reported once, at the seat to correct, with the
    number of seats below it.

    Bad:

        reports_to: jeff        # seats/jeff.yaml says status: retired

    Good:

        reports_to: radar

    Fix: set whom it reports to now: `orgtp seat move dash --reports-to radar`. `orgtp retire` does this automatically.
    """
    for seat in org.seats.values():
        boss = org.seats.get(seat.reports_to)
        if boss and boss.is_retired and not seat.is_retired:
            up = next((above.id for above in org.chain_above(boss.id) if not above.is_retired), "SEAT")
            hint = f"Name the seat that it reports to now: orgtp seat move {seat.id} --reports-to {up}"
            below = _count_below(org, seat)
            more = f" (this also cuts off {count_noun(below, 'seat')} below {seat.id})" if below else ""
            message = f'reports_to "{boss.id}" is retired{more}'
            yield Finding(seat.marks.value_place("reports_to"), message, hint)


def reports_to_cycle(org: Org) -> Iterator[Finding]:
    """Seats report to each other in a cycle.

    None of them is below the top of the chart, and an escalation comes back to the seat that it came from. A cycle is
    reported once, at its first seat.

    Bad:

        # seats/ada.yaml
        reports_to: bot
        # seats/bot.yaml
        reports_to: ada

    Good:

        # seats/ada.yaml: at the top, without reports_to
        # seats/bot.yaml
        reports_to: ada

    Fix: make one of them report to a seat outside the cycle, or remove its `reports_to` if it is the top.
    """
    for cycle in _find_cycles(org):
        message = f"reports_to forms a cycle: {_format_cycle([*cycle, cycle[0]])}"
        hint = "Make one of them report to a seat outside the cycle, or remove its reports_to if it is the top."
        yield Finding(org.seats[cycle[0]].marks.value_place("reports_to"), message, hint)


def two_tops(org: Org) -> Iterator[Finding]:
    """More than one seat is at the top.

    A chart has one top: the seat where every escalation ends that nobody below could resolve. A second seat without
    `reports_to` usually means that the line was forgotten. orgtp takes a human seat before an agent, then the seat with
    the most seats below it, as the top, and reports each of the others.

    Bad:

        # seats/david.yaml: without reports_to
        # seats/dash.yaml: without reports_to

    Good:

        # seats/david.yaml: without reports_to
        # seats/dash.yaml
        reports_to: david

    Fix: say whom it reports to: `orgtp seat move dash --reports-to david`.
    """
    tops = [top for top in org.direct_reports("") if not top.is_retired and ("reports_to",) not in top.marks.keys]
    if len(tops) > 1:
        top = max(tops, key=lambda seat: (seat.is_human, _count_below(org, seat)))
        for seat in (seat for seat in tops if seat is not top):
            hint = f"Name the seat that it reports to: orgtp seat move {seat.id} --reports-to {top.id}"
            yield Finding(seat.marks.value_place(), f"{seat.id} and {top.id} are both at the top of the chart", hint)


def policy_unknown_seat(org: Org) -> Iterator[Finding]:
    """The policy names a seat that does not exist, is retired, or cannot have the role.

    org.yaml says who may record for others, who may decide a retirement, and who hears of agents without a seat. An
    unknown id gives the right to nobody, or to the next seat that takes it. An approver is human, because a person
    decides a retirement, and so is who hears of agents, because a person has to act.

    Bad:

        policy:
          scorekeepers: [taly]
          retirement: {approvers: [dash]}     # an agent
          discover: {to: jeff}                # retired

    Good:

        policy:
          scorekeepers: [tally]
          retirement: {approvers: [david]}
          discover: {to: david}

    Fix: use an id from `seats/`, or remove it.
    """
    for keys, seat in _seats_in_policy(org):
        found = org.seats.get(seat)
        if org.is_unreadable(seat_path(seat)) or not seat:
            continue
        is_single = keys[-1] == "to"
        fault = _policy_fault(found, human=is_single or "approvers" in keys)
        if fault:
            hint = did_you_mean(seat, org.seats) if found is None else ""
            name = "discover.to" if is_single else keys[-2]
            yield Finding(
                org.marks.value_place(*keys), f'{name}: "{seat}" {fault}', hint or (_FIX_TO if is_single else _FIX)
            )


_FIX_TO = "Name an active person: orgtp org set policy.discover.to=SEAT"
_FIX = "Remove it from the list in org.yaml, or name another seat."


def _count_below(org: Org, seat: Seat) -> int:
    """The number of seats below `seat`, not counting those below a retired one (they have findings of their own)."""
    count = 0
    ahead, seen = [seat], {seat.id}
    while ahead:
        reports = [below for below in org.current_reports(ahead.pop().id) if below.id not in seen]
        seen |= {below.id for below in reports}
        ahead += reports
        count += len(reports)
    return count


def _find_cycles(org: Org) -> Iterator[list[str]]:
    """Yield every cycle of `reports_to` once, from its alphabetically first seat. Each seat is visited once."""
    done: set[str] = set()
    for start in org.seats.values():
        path: dict[str, None] = {}
        seat: Seat | None = start
        while seat and seat.id not in done and seat.id not in path:
            path[seat.id] = None
            seat = org.seats.get(seat.reports_to)
        done |= set(path)
        if seat and seat.id in path:
            ids = list(path)
            cycle = ids[ids.index(seat.id) :]
            first = cycle.index(min(cycle))
            yield cycle[first:] + cycle[:first]


def _format_cycle(ids: list[str]) -> str:
    """Format the ids as `a -> b -> c`, without the middle of a long cycle."""
    shown = ids if len(ids) <= _LONG else [*ids[: _LONG - 2], f"… ({len(ids) - _LONG + 1} more)", ids[-1]]
    return " -> ".join(shown)


_LONG = 12


def _seats_in_policy(org: Org) -> Iterator[tuple[Keys, str]]:
    for number, seat in enumerate(org.policy.scorekeepers):
        yield ("policy", "scorekeepers", str(number)), seat
    for number, seat in enumerate(org.policy.approvers):
        yield ("policy", "retirement", "approvers", str(number)), seat
    yield ("policy", "discover", "to"), org.policy.discover_to


def _policy_fault(seat: Seat | None, *, human: bool) -> str:
    if seat is None:
        return "is not a seat"
    if seat.is_retired:
        return "is retired"
    return "is not a human seat" if human and not seat.is_human else ""
