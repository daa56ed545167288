"""The dates that matter as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta

from orgtp.model.text import one_line, plain_lines
from orgtp.views.tables.build import TableSet
from orgtp.views.tables.dates import CalendarDate, list_calendar_dates

# Octets of a line, without its end.
_MOST_OCTETS = 75


def write_calendar(tables: TableSet) -> Iterator[str]:
    """Yield the lines of the calendar, folded. Each date is an event that lasts the whole day."""
    org = tables.org
    yield from _fold_lines("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//orgtp//orgtp//EN", "CALSCALE:GREGORIAN")
    yield from _fold_lines(f"X-WR-CALNAME:{_escape(one_line(org.name or org.id))}")
    stamp = f"{tables.now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for one in list_calendar_dates(tables):
        yield from _fold_lines(*_describe_event(one, org.id, stamp))
    yield from _fold_lines("END:VCALENDAR")


def count_events(tables: TableSet) -> int:
    """How many events the calendar has."""
    return len(list_calendar_dates(tables))


def _describe_event(one: CalendarDate, org: str, stamp: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.id}@{org or 'org'}.orgtp"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{_format_day(one.day)}"
    if one.day < date.max:
        yield f"DTEND;VALUE=DATE:{_format_day(one.day + timedelta(days=1))}"
    yield f"SUMMARY:{_escape(one_line(one.summary))}"
    if one.description:
        yield f"DESCRIPTION:{_escape(plain_lines(one.description))}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _format_day(day: date) -> str:
    # strftime formats the year 1 differently on each platform.
    return day.isoformat().replace("-", "")


def _escape(text: str) -> str:
    """A text as a value (RFC 5545, 3.3.11)."""
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _fold_lines(*lines: str) -> Iterator[str]:
    """Fold lines at 75 octets, never within a character (RFC 5545, 3.1)."""
    for line in lines:
        piece, octets = "", 0
        for mark in line:
            size = len(mark.encode())
            if octets + size > _MOST_OCTETS:
                yield f"{piece}\r\n"
                piece, octets = " ", 1
            piece, octets = piece + mark, octets + size
        yield f"{piece}\r\n"
