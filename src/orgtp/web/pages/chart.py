"""The page of the org chart: the drawing, the same as a list, and the days before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from orgtp.model.seat import MetricKey
from orgtp.render.templates import clean_value
from orgtp.views.chart_layout.draw_types import LayoutSeat
from orgtp.views.chart_layout.folding import fold_by_default
from orgtp.views.selection import Selection, StateWord
from orgtp.web.pages.chart_days import encode_days
from orgtp.web.pages.chart_rows import (
    SIGNS,
    ChartRow,
    MarkCount,
    build_rows,
    close_lists,
    count_marks,
    list_folded_rows,
)
from orgtp.web.pages.page import Page, PageRequest

if TYPE_CHECKING:
    from orgtp.views.days.types import ToldChange

# A list of more seats has only those that are not folded at first. The others are drawn as they are opened.
MOST_LISTED = 2000


@dataclass(frozen=True, slots=True)
class ToldDay:
    """A change in the rail, with its day in the org's time zone."""

    day: date
    change: ToldChange
    is_known: bool


def build_chart_page(request: PageRequest) -> Page:
    """The org chart, with everyone in it."""
    org = request.org
    chart = org.chart()
    if not chart.seats:
        return Page("chart", "Chart", {"rows": [], "is_new": org.at is None})
    rows = build_rows(chart, _find_drifting(request), org.head.zone)
    seats = [_make_layout_seat(row) for row in rows]
    folded = fold_by_default(seats)
    listed = rows if len(rows) <= MOST_LISTED else list_folded_rows(rows, folded)
    shown = {row.seat.seat for row in listed}
    has_days = not request.is_served or "days" in request.query
    days = org.history.days() if has_days else None
    changes = days.changes if days else _read_changes(request)
    rest = [_encode_row(row) for row in rows if row.seat.seat not in shown]
    content = {
        "rows": close_lists(listed),
        "rest": rest,
        "drawing": None,
        "total": len(rows),
        "counts": _count_head(rows),
        "folded": folded,
        "day": org.org.day_of(org.now),
        "is_past": org.at is not None,
        "is_served": request.is_served,
        "changes": [ToldDay(one.day, one, one.seat in org.org.seats) for one in changes],
        "has_dotted": any(row.seat.also_reports_to for row in rows),
        "script_data": clean_texts(
            {
                "rest": rest,
                "folded": sorted(folded),
                "days": encode_days(days) if days else None,
                "day": str(org.org.day_of(org.now)),
                "isPast": org.at is not None,
                "isServed": request.is_served,
                "signs": {mark: list(sign) for mark, sign in SIGNS.items()},
            }
        ),
    }
    return Page("chart", "Chart", content, is_wide=True, main_class="chartpage")


def _read_changes(request: PageRequest) -> tuple[ToldChange, ...]:
    return request.org.history.changes() if request.org.snapshot.repo else ()


def _find_drifting(request: PageRequest) -> dict[MetricKey, str]:
    """The metrics that drift, and since which period."""
    found = request.org.health(Selection(states=(StateWord.DRIFTING,)))
    return {MetricKey(row.seat, row.metric): row.since or "" for row in found.metrics if row.is_drifting}


def _make_layout_seat(row: ChartRow) -> LayoutSeat:
    return LayoutSeat(row.seat.seat, row.above, row.seat.kind == "group", row.seat.also_reports_to)


def _count_head(rows: list[ChartRow]) -> list[MarkCount]:
    """The counts at the top of the page; a late value is also unknown."""
    marks = {one.sign: one.number for one in count_marks("".join(row.marks for row in rows))}
    late = marks.get("late", 0)
    drifting = sum(row.is_drifting for row in rows)
    counts = [
        MarkCount("on", marks.get("on", 0), "on target"),
        MarkCount("off", marks.get("off", 0), "off"),
        MarkCount("un", marks.get("un", 0) + marks.get("mi", 0) + late, "unknown"),
        MarkCount("late", sum(len([1 for one in row.seat.metrics if one.stale_since]) for row in rows), "late"),
        MarkCount("drift", drifting, "drifting"),
    ]
    return [one for one in counts if one.number]


def clean_texts(value: Any) -> Any:
    """The data of a script with every text as a template would show it: on one line, without control characters."""
    if isinstance(value, dict):
        return {clean_value(key): clean_texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [clean_texts(one) for one in value]
    return clean_value(value)


def _encode_row(row: ChartRow) -> dict[str, Any]:
    """A seat that the list does not have, as the script knows it."""
    seat = row.seat
    return {
        "id": seat.seat,
        "n": seat.name,
        "r": seat.role,
        "k": row.kind,
        "t": seat.status,
        "o": row.owner,
        "a": row.above,
        "d": " ".join(seat.also_reports_to),
        "c": " ".join(seat.capabilities),
        "m": row.marks,
        "f": row.flags,
    }
