"""The pages of the record: what happened, and the verdict of the audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any

from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.period import Period, parse_period, parse_span
from orgtp.views.log import BY_HAND, LogEntry, LogFilter, check_filter, select_entries
from orgtp.web.pages.page import Page, PageMissing, PageRequest
from orgtp.web.record_pages import NEWEST, RECORD_FIELDS, list_months, name_month
from orgtp.web.seat_names import SeatName, find_seat_name

if TYPE_CHECKING:
    from orgtp.api import OrgHandle

# The seats of a commit that a row names; the others are counted.
_SHOWN_SEATS = 4
_TRAILER = "Orgtp-"


class NotADay(OrgtpError):
    """A filter has a text that is not a day or a period."""

    text = '"{text}" is not a day or a period. Write 2026-11-20, 2026-W47 or 2026-11'


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A commit as a row: its local time, its seats, and how many more there are."""

    entry: LogEntry
    time: datetime
    seats: tuple[SeatName, ...]
    more: int
    by: SeatName | None

    @property
    def action(self) -> str:
        """The action, or how a commit without one was made."""
        return self.entry.action or BY_HAND

    @property
    def details(self) -> str:
        """What the message says after its first line, without the trailers that the table has."""
        paragraphs = self.entry.body.strip().split("\n\n")
        return "\n\n".join(paragraphs[:-1] if paragraphs[-1].startswith(_TRAILER) else paragraphs)


@dataclass(frozen=True, slots=True)
class RecordDay:
    """The commits of a day, the newest first."""

    day: date
    rows: tuple[RecordRow, ...]


@dataclass(frozen=True, slots=True)
class ChangedText:
    """Two texts by what is the same at their start and end, and what differs between."""

    start: str
    old: str
    new: str
    end: str


def split_change(before: str | None, after: str | None) -> ChangedText:
    """Where two texts differ; None is a text that is not there."""
    old, new = before or "", after or ""
    if not old or not new:
        return ChangedText("", old, new, "")
    start = _count_same(old, new)
    end = _count_same(old[start:][::-1], new[start:][::-1])
    last = len(old) - end, len(new) - end
    return ChangedText(old[:start], old[start : last[0]], new[start : last[1]], old[last[0] :])


def _count_same(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def build_record_page(request: PageRequest) -> Page:
    """The newest commits, or those that the query of a served page selects, and the verdict of the audit."""
    org, query = request.org, {name: request.query.get(name, "").strip() for name in RECORD_FIELDS}
    whole = org.history.whole_log
    is_filtered = request.is_served and any(query.values())
    problem, found = "", whole.entries
    if is_filtered:
        try:
            found = tuple(_select(org, query))
        except OrgtpError as error:
            problem, found = str(error), ()
    content = {
        **_list_choices(org, whole.entries),
        "days": list(_group_by_day(org, found[:NEWEST])),
        "query": query,
        "problem": problem,
        "is_filtered": is_filtered,
        "shown": len(found[:NEWEST]),
        "matching": len(found),
        "total": len(whole.entries),
        "is_cut": whole.is_cut,
        "months": list_months(org),
        "month": "",
        "is_served": request.is_served,
        "split_change": split_change,
        "commits": {entry.commit: entry for entry in whole.entries},
        "zone": org.head.zone,
        "first": whole.entries[-1].at.astimezone(org.head.zone) if whole.entries and not whole.is_cut else None,
    }
    return Page("record", "Record", content)


def build_record_month_page(request: PageRequest) -> Page:
    """The commits of one month. Raises `PageMissing`."""
    org, month, months = request.org, request.subject, list_months(request.org)
    if month not in months:
        raise PageMissing(path=f"record/{month}.html")
    whole = org.history.whole_log
    found = [entry for entry in whole.entries if name_month(org, entry) == month]
    place = months.index(month)
    period = parse_period(month)
    content = {
        **_list_choices(org, found),
        "days": list(_group_by_day(org, found)),
        "query": dict.fromkeys(RECORD_FIELDS, ""),
        "shown": len(found),
        "total": len(whole.entries),
        "months": months,
        "month": month,
        "title": f"{period.start:%B %Y}" if period else month,
        "newer": months[place - 1] if place else "",
        "older": months[place + 1] if place + 1 < len(months) else "",
        "is_served": request.is_served,
        "zone": org.head.zone,
    }
    return Page("record_month", f"Record of {content['title']}", content)


def _select(org: OrgHandle, query: Mapping[str, str]) -> Iterator[LogEntry]:
    """The commits that a query selects. Raises what `check_filter` raises, and `NotADay`."""
    zone = org.head.zone
    since, until = (_parse_days(query[name]) for name in ("since", "until"))
    wanted = LogFilter(
        query["seat"],
        query["action"],
        query["by"],
        since=since[0].begins(zone) if since else None,
        until=until[1].ends(zone) if until else None,
    )
    check_filter(org.org, wanted)
    entries = org.history.whole_log.entries
    return select_entries(entries, wanted, query["text"], scores=query["scores"] != "no")


def _parse_days(text: str) -> tuple[Period, Period] | None:
    """The first and the last period of a filter; None without one. Raises `NotADay`."""
    span = parse_span(text) if text else None
    if text and span is None:
        raise NotADay(text=text)
    return span


def _list_choices(org: OrgHandle, entries: Sequence[LogEntry]) -> dict[str, Any]:
    """What the form offers: the seats, those who acted, and the actions that occur."""
    acted = {entry.by for entry in entries if entry.by}
    seats = {seat for entry in entries for seat in entry.seats}
    return {
        "seats": _name_seats(org.org, seats),
        "actors": _name_seats(org.org, acted),
        "actions": sorted({entry.action or BY_HAND for entry in entries}),
    }


def _name_seats(org: Org, seats: Iterable[str]) -> list[SeatName]:
    return sorted((find_seat_name(org, seat) for seat in seats), key=lambda one: (one.name.casefold(), one.id))


def _group_by_day(org: OrgHandle, entries: Iterable[LogEntry]) -> Iterator[RecordDay]:
    rows = (_make_row(org, entry) for entry in entries)
    for day, some in groupby(rows, lambda row: row.time.date()):
        yield RecordDay(day, tuple(some))


def _make_row(org: OrgHandle, entry: LogEntry) -> RecordRow:
    seats = tuple(find_seat_name(org.org, seat) for seat in entry.seats[:_SHOWN_SEATS])
    by = find_seat_name(org.org, entry.by) if entry.by and not entry.by_claimed else None
    more = max(0, len(entry.seats) - _SHOWN_SEATS)
    return RecordRow(entry, entry.at.astimezone(org.head.zone), seats, more, by)
