"""The dates that matter, for a calendar: reviews that are due, holidays, and the last days of what ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.imported import is_mission_unreviewed
from orgtp.model.org import Org
from orgtp.model.seat import Seat
from orgtp.views.tables.build import TableSet


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A day with something to do or to know. `id` stays the same if the day moves."""

    id: str
    day: date
    summary: str
    description: str = ""


def list_calendar_dates(tables: TableSet) -> list[CalendarDate]:
    """The reviews of the seats that are shown, what ends in them, and all holidays, by day."""
    org, today = tables.org, tables.org.day_of(tables.now)
    reviews = [
        CalendarDate(
            f"review-{seat.id}", seat.review_by, f"Review {seat.name_on(today)}", _describe_review(org, seat.id)
        )
        for seat in tables.seats
        if seat.review_by and seat.is_reviewed
    ]
    holidays = [
        CalendarDate(f"holiday-{day}", day, f"Holiday: {org.holiday_names.get(day) or org.name or org.id}")
        for day in org.holidays
    ]
    ends = [one for seat in tables.seats if not seat.is_retired for one in _list_ends(org, seat)]
    return sorted([*reviews, *holidays, *ends], key=lambda one: (one.day, one.id))


def _list_ends(org: Org, seat: Seat) -> Iterator[CalendarDate]:
    """The last day of a pause, of a delegate, and of each metric that ends."""
    if seat.pause and seat.pause.until:
        summary = f"Last day of the pause of {seat.name}"
        yield CalendarDate(f"pause-{seat.id}", seat.pause.until, summary, seat.pause.reason)
    if seat.delegate:
        to = org.seats[seat.delegate.to].name if seat.delegate.to in org.seats else seat.delegate.to
        summary = f"Last day on which {to} stands in for {seat.name}"
        yield CalendarDate(f"delegate-{seat.id}", seat.delegate.until, summary)
    for metric in seat.metrics.values():
        if metric.ends:
            heir = org.heir_of(seat.id, metric.id)
            more = f"Continued by {heir.text}" if heir else ""
            last = (metric.ends.next().start - timedelta(seconds=1)).date()
            summary = f"Last day of the metric {metric.name} of {seat.name}"
            yield CalendarDate(f"end-{seat.id}-{metric.id}", last, summary, more)


def _describe_review(org: Org, id_: str) -> str:
    seat = org.seats[id_]
    owner = org.owner_seat(seat)
    facts = {
        "Role": seat.role,
        "Owner": owner.name if owner else seat.owner,
        "Mission, imported and reviewed by nobody" if is_mission_unreviewed(seat) else "Mission": seat.mission,
        "Retire when": seat.retire_when,
    }
    return "\n".join(f"{label}: {text}" for label, text in facts.items() if text)
