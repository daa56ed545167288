"""The dates that matter, for a calendar: reviews that are due, and holidays."""

from __future__ import annotations

from datetime import date

from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.views.tables.build import TableSet


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A day with something to do or to know. `id` stays the same if the day moves."""

    id: str
    day: date
    summary: str
    description: str = ""


def list_calendar_dates(tables: TableSet) -> list[CalendarDate]:
    """The reviews of the seats that are shown, and all holidays, by day."""
    org = tables.org
    reviews = [
        CalendarDate(f"review-{seat.id}", seat.review_by, f"Review {seat.name}", _describe_review(org, seat.id))
        for seat in tables.seats
        if seat.review_by and seat.is_reviewed
    ]
    name = org.name or org.id
    holidays = [
        CalendarDate(f"holiday-{day}", day, f"Holiday: {org.holiday_names.get(day) or name}") for day in org.holidays
    ]
    return sorted([*reviews, *holidays], key=lambda one: (one.day, one.id))


def _describe_review(org: Org, id_: str) -> str:
    seat = org.seats[id_]
    owner = org.owner_seat(seat)
    facts = {
        "Role": seat.role,
        "Owner": owner.name if owner else seat.owner,
        "Mission": seat.mission,
        "Retire when": seat.retire_when,
    }
    return "\n".join(f"{label}: {text}" for label, text in facts.items() if text)
