"""The page of a review that was held: what was said and decided, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from orgtp.api import ReviewView, TodoView
from orgtp.model.records.review import ReviewDecision, review_path
from orgtp.model.text import count_noun, join_with_and
from orgtp.render.drawings.sparkline import draw_sparkline
from orgtp.render.templates import mark_as_html
from orgtp.render.wording.periods import name_period
from orgtp.views.review.held import ReviewedRow
from orgtp.web.pages.page import Page, PageMissing, PageRequest
from orgtp.web.pages.review_rows import (
    DECISION_WORDS,
    STATE_SIGNS,
    STATE_WORDS,
    show_target,
    show_value,
)
from orgtp.web.pages.waiting import find_commits_by_path
from orgtp.web.seat_names import find_seat_name

_COUNTED = {
    ReviewDecision.FIX: ("fix", "fixes"),
    ReviewDecision.WATCH: ("row to watch", "rows to watch"),
    ReviewDecision.CASE: ("case", "cases"),
    ReviewDecision.NO_ACTION: ("row without action", "rows without action"),
}


@dataclass(frozen=True, slots=True)
class MinutesRow:
    """A row of a review, with its number as it is known now; `value` is "" if its metric is gone."""

    row: ReviewedRow
    is_known: bool
    todo: TodoView | None
    value: str = ""
    target: str = ""
    period: str = ""
    spark: str = ""


def build_minutes_page(request: PageRequest) -> Page:
    """The minutes of one review, by its id. Raises `PageMissing`."""
    org, held = request.org.org, request.org.org.reviews
    if request.subject not in held:
        raise PageMissing(path=f"review/{request.subject}.html")
    view = next(one for one in request.org.reviews.show(held[request.subject].week) if one.review == request.subject)
    ids = sorted(held, key=lambda id_: (held[id_].week, len(id_), id_))
    at = ids.index(request.subject)
    rows = list(_list_rows(request, view))
    todos = {one.todo.id: one.todo for one in rows if one.todo}
    title = f"Review of {name_period(view.week)}" if view.week else "Review"
    return Page(
        "minutes",
        f"{title}, {view.week[:4]}" + (f" ({view.review})" if view.review != view.week else ""),
        {
            "view": view,
            "title": title,
            "rows": rows,
            "todos": list(todos.values()),
            "lede": describe_decisions(view),
            "leader": find_seat_name(org, view.led_by) if view.led_by else None,
            "present": [find_seat_name(org, one) for one in view.present if one != view.led_by],
            "skipped": [(find_seat_name(org, one.seat), one.why) for one in view.skipped],
            "path": review_path(view.review),
            "commit": next(iter(find_commits_by_path(request.org, review_path(view.review))), None),
            "before": ids[at - 1] if at else None,
            "after": ids[at + 1] if at + 1 < len(ids) else None,
            "signs": STATE_SIGNS,
            "state_words": STATE_WORDS,
            "decisions": DECISION_WORDS,
            "zone": request.org.head.zone,
            "names": {one.seat: org.name_at(one.seat, request.org.now) for one in view.came_after},
        },
    )


def describe_decisions(view: ReviewView) -> str:
    """The review in a sentence: how many rows were discussed, and what was decided."""
    if not view.rows:
        return "No row was discussed."
    counted = Counter(row.decision for row in view.rows if row.decision)
    said = [count_noun(counted[one], *nouns) for one, nouns in _COUNTED.items() if counted[one]]
    were = "row was" if len(view.rows) == 1 else "rows were"
    decided = f": {join_with_and(said)}" if said else ""
    skipped = f" {count_noun(len(view.skipped), 'seat')} skipped." if view.skipped else ""
    return f"{len(view.rows)} {were} discussed{decided}.{skipped}"


def _list_rows(request: PageRequest, view: ReviewView) -> Iterator[MinutesRow]:
    numbers = request.org.reviews.list_numbers(view)
    org = request.org.org
    for row in view.rows:
        todo = request.org.todos.show(row.todo) if row.todo and row.todo in org.todos else None
        found = numbers.get((row.seat, row.metric))
        if found is None:
            yield MinutesRow(row, row.seat in org.seats, todo)
            continue
        spark = mark_as_html(draw_sparkline(found))
        yield MinutesRow(row, True, todo, show_value(found), show_target(found), found.period, spark)
