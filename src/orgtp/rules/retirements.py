"""Workers are retired, not deleted: every retirement has its honest record, and every record a retirement."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org, Retirement
from orgtp.model.problem import Place, Problem
from orgtp.model.seat import retirement_path, seat_path
from orgtp.model.words import did_you_mean


def retired_without_record(org: Org) -> Iterator[Problem]:
    """A seat set to retired by hand, without a record of why, who decided and who took over."""
    for seat in org.seats.values():
        path = retirement_path(seat.id)
        if seat.is_retired and seat.id not in org.retirements and not org.hidden(path):
            hint = f"Set its status back, then: orgtp retire {seat.id} --to HEIR"
            message = f"{seat.id} is retired, and there is no {path}"
            yield Problem("retired-without-record", seat.marks.value("status"), message, hint)


def record_without_retired(org: Org) -> Iterator[Problem]:
    """A record of a seat that is not there, or is at work."""
    for record in org.retirements.values():
        seat = org.seats.get(record.seat)
        if (seat and seat.is_retired) or org.hidden(seat_path(record.seat)):
            continue
        path = seat_path(record.seat)
        what = f"is {seat.status}, not retired" if seat else f"has no file {path}"
        hint = f"A retired seat never comes back: write status: retired in {path}." if seat else _LOST.format(path)
        yield Problem("record-without-retired", Place(record.marks.path), f"{record.seat} {what}", hint)


def record_incomplete(org: Org) -> Iterator[Problem]:
    """A record that leaves a capability or a metric of the seat without an heir or an end."""
    for record in org.retirements.values():
        seat = org.seats.get(record.seat)
        left = [name for name in seat.capabilities if name not in record.capabilities] if seat else []
        left += [name for name in seat.metrics if name not in record.metrics] if seat else []
        if left:
            message = f"the record does not say what became of {', '.join(left)}"
            hint = "Name an heir for each; a metric may also have {ended: why}."
            yield Problem("record-incomplete", record.marks.value(), message, hint)


def record_unknown_seat(org: Org) -> Iterator[Problem]:
    """A record that names a seat the org never had, as heir or as the one who decided."""
    for record in org.retirements.values():
        for place, seat in _named(record):
            if seat and seat not in org.seats and not org.hidden(seat_path(seat)):
                hint = did_you_mean(seat, org.seats) or f"Name a seat of this org: {', '.join(org.seats)}."
                yield Problem("record-unknown-seat", place, f'"{seat}" is not a seat', hint)


def decided_by_not_human(org: Org) -> Iterator[Problem]:
    """A retirement decided by an agent. It is a decision by a person."""
    for record in org.retirements.values():
        seat = org.seats.get(record.decided_by)
        if seat and not seat.is_human:
            message = f'decided_by "{seat.id}" is not a human seat'
            hint = "Name the person who decided."
            yield Problem("decided-by-not-human", record.marks.value("decided_by"), message, hint)


_LOST = "Bring {0} back, with status: retired; git log -- {0} finds it. A seat is retired, never deleted."


def _named(record: Retirement) -> Iterator[tuple[Place, str]]:
    marks = record.marks
    yield marks.value("decided_by"), record.decided_by
    for capability, heir in record.capabilities.items():
        yield marks.value("capabilities", capability), heir
    for metric, heir in record.metrics.items():
        yield marks.value("metrics", metric, "to"), heir
    for report, boss in record.reports.items():
        yield marks.key("reports", report), report
        yield marks.value("reports", report), boss
