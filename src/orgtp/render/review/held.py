"""Show the reviews that were held: one of them, and the list of weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from orgtp.model.records.review import ReviewDecision
from orgtp.model.text import count_noun, join_with_and
from orgtp.render.review.agenda import STATE_STYLES
from orgtp.render.spans import Line, join_spans
from orgtp.render.terminal import (
    Screen,
    align_columns,
    format_labelled,
    indent_lines,
    render_lines,
    safe_text,
    to_local_time,
    wrap_hanging,
    wrap_line,
)
from orgtp.views.review.held import LateValue, ReviewedRow, ReviewedWeek, ReviewList, ReviewView

_AFTER = "bold yellow"


def review_text(found: Sequence[ReviewView], zone: tzinfo, screen: Screen) -> str:
    """The reviews of one week, one after another."""
    lines: list[Line] = []
    for number, view in enumerate(found):
        lines += [[]] if number else []
        lines += _list_review_lines(view, zone, screen)
    return render_lines(lines, screen)


def _list_review_lines(view: ReviewView, zone: tzinfo, screen: Screen) -> Iterator[Line]:
    second = f" ({view.review})" if view.review != view.week else ""
    yield [(f"Review of {view.week}{second}", "bold")]
    facts = {
        "held": _format_span(view, zone),
        "led by": view.led_by_name or view.led_by,
        "present": ", ".join(view.present),
        "to-dos": f"{view.completion.done} of {view.completion.due} done" if view.completion.due else "",
        "rating": f"{view.rating} of 10" if view.rating is not None else "",
    }
    yield from format_labelled(facts, screen)
    yield []
    if not view.rows:
        yield join_spans("no row was discussed")
    for row in view.rows:
        yield from _list_row_lines(row, zone, screen)
    for skipped in view.skipped:
        line = join_spans("skipped ", safe_text(skipped.seat, "bold"), ": ", safe_text(skipped.why))
        yield from wrap_line(line, screen.width)
    if view.came_after:
        yield []
        yield [("recorded after the review, for rows that it did not discuss", _AFTER)]
        for value in view.came_after:
            about = join_spans(safe_text(value.seat, "bold"), " ", safe_text(value.metric), " ")
            yield from wrap_hanging(join_spans(about, *_describe_value(value, zone)), 2, screen)


def _format_span(view: ReviewView, zone: tzinfo) -> str:
    if view.began is None or view.ended is None:
        return ""
    began, ended = (to_local_time(time, zone) for time in (view.began, view.ended))
    took = f", {count_noun(view.minutes, 'minute')}" if view.minutes is not None else ""
    return f"{began:%Y-%m-%d %H:%M} to {ended:%H:%M}{took}"


def _list_row_lines(row: ReviewedRow, zone: tzinfo, screen: Screen) -> Iterator[Line]:
    state = (str(row.state), STATE_STYLES.get(row.state, "") if row.state else "")
    title = join_spans(state, "  ", safe_text(row.seat_name, "bold"), ", ", safe_text(row.name or row.metric))
    yield from wrap_line(title, screen.width, "  ")
    reason = "the fix" if row.decision in {ReviewDecision.FIX, None} else "reason"
    facts = {"what changed": row.changed or "", "decision": str(row.decision or ""), reason: row.fix or ""}
    if row.todo:
        due = f", due {row.todo_due}" if row.todo_due else ""
        known = f"{row.todo_state}: {row.todo_what} ({row.todo_owner}{due})" if row.todo_state else row.todo
        facts["to-do"] = known
    yield from indent_lines(format_labelled(facts, Screen(screen.width - 2)))
    for value in row.came_after:
        yield from wrap_hanging(
            join_spans(("came after the review: ", _AFTER), *_describe_value(value, zone)), 2, screen
        )


def _describe_value(value: LateValue, zone: tzinfo) -> Line:
    by = join_spans(" by ", safe_text(value.by)) if value.by else []
    when = _format_time(value.at, zone)
    return join_spans(safe_text(value.period), " = ", safe_text(value.value or "unavailable"), f", {when}", by)


def _format_time(time: datetime, zone: tzinfo) -> str:
    return f"{to_local_time(time, zone):%Y-%m-%d %H:%M}"


def reviews_text(found: ReviewList, screen: Screen) -> str:
    """One line for each week, the newest first."""
    if not found.weeks:
        return render_lines([join_spans("no review was held yet. To hold one: orgtp review")], screen)
    held = f"{found.held} of {count_noun(found.due, 'week')} held"
    todos = f", {found.todos_done} of {count_noun(found.todos, 'to-do')} done" if found.todos else ""
    lines: list[Line] = [*wrap_line([(f"{held}{todos}", "bold")], screen.width), []]
    lines += align_columns([_format_week_row(found, week) for week in found.weeks], screen, give=5)
    if found.not_held:
        lines += [[], *wrap_line([(f"not held: {join_with_and(found.not_held)}", "yellow")], screen.width)]
    return render_lines(lines, screen)


def _format_week_row(found: ReviewList, week: ReviewedWeek) -> list[Line]:
    if not week.held:
        is_open = week.week == found.open_week
        what = ("due now: orgtp review", "yellow") if is_open else ("not held", "bold red")
        return [[(week.week, "")], [what], [], [], [], []]
    todos = f"{week.todos_done}/{count_noun(week.todos, 'to-do')} done" if week.todos else ""
    second = f" (and {len(week.reviews) - 1} more)" if len(week.reviews) > 1 else ""
    return [
        [(week.week, "")],
        [(f"held{second}", "green")],
        [(f"{week.minutes} min" if week.minutes is not None else "", "")],
        [(count_noun(week.rows, "row"), "")],
        [(todos, "")],
        join_spans("led by ", safe_text(week.led_by)) if week.led_by else [],
    ]
