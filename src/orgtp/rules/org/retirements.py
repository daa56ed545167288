"""Rules on retirements: every retired seat has a retirement record, and every record a retired seat."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.candidates import format_choice
from orgtp.model.org import Org, Retirement
from orgtp.model.problem import Place
from orgtp.model.seat import Seat, retirement_path, seat_path
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def retired_without_record(org: Org) -> Iterator[Finding]:
    """A seat is retired, but has no retirement record.

    Somebody set the status by hand. Nobody knows why the seat was retired, who decided it, what it achieved, or who
    does its work now. `orgtp retire` asks for all of this and writes the record in the same commit.

    Bad:

        # seats/jeff.yaml, and no retirements/jeff.yaml
        status: retired

    Good:

        # seats/jeff.yaml
        status: retired
        # retirements/jeff.yaml
        seat: jeff
        retired_on: 2026-11-20
        reason: Dash and Crystal do this as part of their own work.
        decided_by: david
        capabilities: {ad-pacing-monitoring: dash}

    Fix: retire the seat with a decision and a record: `orgtp retire jeff --to dash`.
    """
    for seat in org.seats.values():
        path = retirement_path(seat.id)
        if seat.is_retired and seat.id not in org.retirements and not org.is_unreadable(path):
            heirs = ",".join(_list_current_holders(org, seat)) or "HEIR"
            hint = f"Decide and record the retirement: orgtp retire {seat.id} --to {heirs}"
            message = f"{seat.id} is retired, but {path} does not exist"
            yield Finding(seat.marks.value_place("status"), message, hint)


def _list_current_holders(org: Org, seat: Seat) -> list[str]:
    """The active seats that have a capability of `seat`, without repetition."""
    active = [other for other in org.seats.values() if other.is_active and other.id != seat.id]
    return list(dict.fromkeys(one.id for name in seat.capabilities for one in active if name in one.capabilities))


def record_without_retired(org: Org) -> Iterator[Finding]:
    """A retirement record exists, but the file of its seat does not.

    A seat is retired, never deleted: its file stays, so that its values keep their meaning and its id is not reused.

    Bad:

        retirements/jeff.yaml   # but no seats/jeff.yaml

    Good:

        retirements/jeff.yaml
        seats/jeff.yaml         # with status: retired

    Fix: restore the file; `git log -- seats/jeff.yaml` finds the last commit that had it.
    """
    for record in org.retirements.values():
        path = seat_path(record.seat)
        if record.seat not in org.seats and not org.is_unreadable(path):
            hint = f"Restore {path} with status: retired; git log -- {path} finds it."
            place = Place(record.marks.path)
            yield Finding(place, f"{record.seat} has no file {path}", f"{hint} A seat is retired, never deleted.")


def id_of_retired_seat(org: Org) -> Iterator[Finding]:
    """A seat that is not retired has the id of a retired seat.

    A retired seat never comes back, and its id is never reused: its values, commits and retirement record would then
    refer to a different worker. To fill the role again, add a new seat with its own id.

    Bad:

        # seats/jeff.yaml, though there is retirements/jeff.yaml
        seat: jeff
        status: active

    Good:

        # seats/jeff-2.yaml
        seat: jeff-2
        status: active

    Fix: set `status: retired` in the old seat's file again, and give the new seat an id that was never used.
    """
    for record in org.retirements.values():
        seat = org.seats.get(record.seat)
        if seat and not seat.is_retired:
            when = f" on {record.retired_on}" if record.retired_on else ""
            message = f"{seat.id} is {seat.status}, but {record.marks.path} says that it was retired{when}"
            hint = "A retired seat never comes back: write status: retired, and add a new seat with an unused id."
            yield Finding(seat.marks.value_place("status"), message, hint)


def record_incomplete(org: Org) -> Iterator[Finding]:
    """A retirement record does not say what happened to a capability or a metric of the seat.

    The record says who takes over what the seat did. Each capability has an heir; each metric has an heir, or ended for
    a stated reason.

    Bad:

        capabilities: {}        # jeff had ad-pacing-monitoring
        metrics: {}             # and pacing-on-plan

    Good:

        capabilities: {ad-pacing-monitoring: dash}
        metrics:
          pacing-on-plan: {to: dash}

    Fix: before you commit the record, name an heir for each; a metric may have `{ended: REASON}` instead.
    """
    for record in org.retirements.values():
        seat = org.seats.get(record.seat)
        left = [name for name in seat.capabilities if name not in record.capabilities] if seat else []
        left += [name for name in seat.metrics if name not in record.metrics] if seat else []
        if left:
            message = f"the record does not say what happened to {', '.join(left)}"
            hint = "Name an heir for each; a metric may have {ended: REASON} instead."
            yield Finding(record.marks.value_place(), message, hint)


def record_unknown_seat(org: Org) -> Iterator[Finding]:
    """A retirement record names a seat that the org never had.

    The record says who decided and who took over. An id that no seat has is a typo, and it cannot be corrected later:
    a record never changes once it is committed.

    Bad:

        decided_by: davd

    Good:

        decided_by: david

    Fix: use an id from `seats/`.
    """
    for record in org.retirements.values():
        for place, seat in _seats_in_record(record):
            if seat and seat not in org.seats and not org.is_unreadable(seat_path(seat)):
                hint = did_you_mean(seat, org.seats) or _suggest_heir(org, record)
                yield Finding(place, f'"{seat}" is not a seat', hint)


def decided_by_not_human(org: Org) -> Iterator[Finding]:
    """A retirement was decided by an agent.

    An agent may propose a retirement. Only a person may decide that a worker goes and who takes over its work.

    Bad:

        decided_by: radar       # an agent

    Good:

        decided_by: david

    Fix: name the person who decided: `orgtp retire jeff --to dash --decided-by david`.
    """
    for record in org.retirements.values():
        seat = org.seats.get(record.decided_by)
        if seat and not seat.is_human:
            message = f'decided_by "{seat.id}" is not a human seat'
            yield Finding(record.marks.value_place("decided_by"), message, "Name the person who decided.")


def _suggest_heir(org: Org, record: Retirement) -> str:
    """A hint with the seats around a retired one: its owner and those above and beside it."""
    seat = org.seats.get(record.seat)
    boss, owner = (org.seats.get(id_) for id_ in (seat.reports_to, seat.owner)) if seat else (None, None)
    beside = org.current_reports(boss.id) if boss else []
    near = [one.id for one in (owner, boss, *beside) if one and not one.is_retired]
    names = list(dict.fromkeys(near))[:_MOST_NAMED]
    return f"Name a seat of this org, such as {format_choice(names)}." if names else "orgtp seat list shows all seats."


# The most seats that a hint names.
_MOST_NAMED = 3


def _seats_in_record(record: Retirement) -> Iterator[tuple[Place, str]]:
    marks = record.marks
    yield marks.value_place("decided_by"), record.decided_by
    for capability, heir in record.capabilities.items():
        yield marks.value_place("capabilities", capability), heir
    for metric, heir in record.metrics.items():
        yield marks.value_place("metrics", metric, "to"), heir
    for report, boss in record.reports.items():
        yield marks.key_place("reports", report), report
        yield marks.value_place("reports", report), boss
    for owned, owner in record.owned.items():
        yield marks.key_place("owned", owned), owned
        yield marks.value_place("owned", owned), owner
