"""The page of the weekly review: the minutes of the last one in short, the agenda of the next one, and all reviews."""

from __future__ import annotations

from dataclasses import dataclass

from orgtp.api import AgendaRow, OrgHandle, ReviewList, ReviewView
from orgtp.model.records.review import ReviewState
from orgtp.render.drawings.sparkline import draw_sparkline
from orgtp.render.review.agenda import list_health_lines
from orgtp.render.spans import Line
from orgtp.render.templates import mark_as_html
from orgtp.render.wording.odds import format_baseline
from orgtp.web.pages.page import Page, PageRequest
from orgtp.web.pages.review_rows import (
    STATE_SIGNS,
    STATE_WORDS,
    RowTag,
    list_row_sentences,
    list_row_tags,
    show_target,
    show_value,
)
from orgtp.web.seat_names import find_seat_name

# All weeks since the first review, up to ten years.
_WEEKS = 520
# Nobody reads more rows, and a browser takes seconds to draw them.
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the agenda as the page shows it."""

    row: AgendaRow
    value: str
    target: str
    tags: tuple[RowTag, ...]
    sentences: tuple[str, ...]
    health: tuple[Line, ...]
    baseline: Line
    spark: str
    todos: tuple[str, ...]


def build_review_page(request: PageRequest) -> Page:
    """The last review, the agenda of the next one, and the list of all of them."""
    org = request.org
    agenda, listed = org.reviews.agenda(), org.reviews.list(_WEEKS)
    rows = [row for row in agenda.rows if row.state.must_close]
    lucky = [row for row in agenda.rows if not row.state.must_close]
    return Page(
        "review",
        "Review",
        {
            "agenda": agenda,
            "rows": [show_row(org, row) for row in rows[:MOST_ROWS]],
            "lucky": [show_row(org, row) for row in lucky[:MOST_ROWS]],
            "counts": (len(rows), len(lucky)),
            "completion": agenda.completion,
            "quiet_seats": len({row.seat for row in agenda.on_target}),
            "listed": listed,
            "last": _find_last(org, listed),
            "leaders": {
                one.led_by: find_seat_name(org.org, one.led_by) for one in listed.weeks if one.led_by is not None
            },
            "signs": STATE_SIGNS,
            "state_words": STATE_WORDS,
            "zone": org.head.zone,
            "may_hold": request.is_served and request.reader.may_write,
        },
    )


def show_row(org: OrgHandle, row: AgendaRow) -> ShownRow:
    """A row of the agenda with all that its facts are shown as."""
    is_lucky = row.state is ReviewState.HIT_OR_MISS
    return ShownRow(
        row,
        show_value(row),
        show_target(row),
        list_row_tags(row, org.head.zone),
        list_row_sentences(row),
        () if is_lucky else tuple(list_health_lines(row)),
        format_baseline(row.health) if row.health else [],
        "" if is_lucky else mark_as_html(draw_sparkline(row)),
        tuple(org.org.todos[one].what for one in row.todos if one in org.org.todos),
    )


def _find_last(org: OrgHandle, listed: ReviewList) -> ReviewView | None:
    """The newest review; the first one of its week, of which the list tells too."""
    week = next((one.week for one in listed.weeks if one.held), None)
    return org.reviews.show(week)[0] if week else None
