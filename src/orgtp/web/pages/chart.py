"""The page of the org chart: the drawing, the same as a list, and the days before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.period import Grain
from orgtp.model.seat import MetricKey
from orgtp.render.drawings.chart import chart_fragment, draw_chart, list_layout_seats
from orgtp.render.templates import clean_value, mark_as_html
from orgtp.views.chart_drawing.folding import fold_by_default
from orgtp.views.variation.judge import find_drifting, judge_metric
from orgtp.web.pages.chart_days import encode_days
from orgtp.web.pages.chart_facts import find_own_words
from orgtp.web.pages.chart_rows import (
    SIGNS,
    MarkCount,
    build_rows,
    close_lists,
    list_folded_rows,
)
from orgtp.web.pages.page import Page, PageRequest

if TYPE_CHECKING:
    from orgtp.views.chart import Chart
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
        return Page("chart", "Chart", {"rows": [], "is_new": org.at is None, "is_served": request.is_served})
    drifting = _find_drifting(request)
    rows = build_rows(chart, drifting, org.head.zone)
    boxes = [row.box for row in rows]
    folded = fold_by_default(list_layout_seats(boxes))
    picture = draw_chart(boxes, folded)
    listed = rows if len(rows) <= MOST_LISTED else list_folded_rows(rows, folded)
    shown = {row.box.seat for row in listed}
    has_days = not request.is_served or "days" in request.query
    # Of a very large org, each day takes a while.
    step = Grain.WEEK if len(rows) > MOST_LISTED else None
    days = org.history.days(step=step) if has_days else None
    changes = days.changes if days else org.history.changes()
    rest = [{"id": row.box.seat, **row.facts} for row in rows if row.box.seat not in shown]
    content = {
        "rows": close_lists(listed),
        "rest": rest,
        "draw": lambda link: mark_as_html(chart_fragment(picture, lambda seat: link(f"seat/{seat}.html"))),
        "total": len(rows),
        "counts": _count_head(chart, len(drifting)),
        "folded": folded,
        "day": org.org.day_of(org.now),
        "is_past": org.at is not None,
        "is_served": request.is_served,
        "changes": [ToldDay(one.day, one, one.seat in org.org.seats) for one in changes],
        "has_signs": any(row.signs for row in rows),
        "has_pending": any("pe" in row.signs for row in rows),
        "has_dotted": any(box.dotted for box in boxes),
        "script_data": clean_texts(
            {
                "rest": rest,
                "words": {row.box.seat: words for row in listed if (words := find_own_words(row.box))},
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


def _find_drifting(request: PageRequest) -> dict[MetricKey, str]:
    """The metrics that drift, and since which period."""
    org, now = request.org.org, request.org.now
    return {
        key: judge_metric(MetricRow(org, org.seat(key.seat), org.metric(*key), now)).since or ""
        for key in find_drifting(org, now, [seat for seat in org.seats.values() if not seat.is_retired])
    }


def _count_head(chart: Chart, drifting: int) -> list[MarkCount]:
    """The counts at the top of the page; a late value is also unknown."""
    states = Counter(one.state for seat in chart.seats for one in seat.metrics)
    late = sum(one.stale_since is not None for seat in chart.seats for one in seat.metrics)
    counts = [
        MarkCount("on", states[CellState.ON], "on target"),
        MarkCount("off", states[CellState.OFF], "off"),
        MarkCount("un", states[CellState.UNAVAILABLE] + states[CellState.MISSING], "unknown"),
        MarkCount("late", late, "late"),
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
