"""Reviews that were held: one with what became of it, and which weeks had one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.period import Period, parse_period
from orgtp.model.records.review import (
    Review,
    ReviewDecision,
    ReviewState,
    SkippedSeat,
    find_last_week,
    list_reviews_of,
    parse_week,
)
from orgtp.model.records.todo import Todo, TodoState
from orgtp.model.score import Score
from orgtp.model.text import did_you_mean


@dataclass(frozen=True, slots=True)
class LateValue:
    """A value for the reviewed week, or an earlier one, that was recorded after the review ended."""

    seat: str
    metric: str
    period: str
    value: str | None
    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """A row of a review: what was said then, what became of the to-do, and the values that came after the review."""

    seat: str
    metric: str
    name: str | None
    state: ReviewState | None
    changed: str | None
    fix: str | None
    decision: ReviewDecision | None
    todo: str | None
    todo_what: str | None
    todo_owner: str | None
    todo_due: date | None
    todo_state: str | None
    came_after: tuple[LateValue, ...]
    seat_name: str


@dataclass(frozen=True, slots=True)
class Completion:
    """Of the to-dos that were due or closed in the time of a week's review: how many are done, of how many."""

    done: int
    due: int


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review that was held. `came_after` lists the values of other rows that came after it.

    `completion` is that of the to-dos of its week, those that were closed in it too.

    `review` is the id of its file: a second review of a week has a number at its end.
    """

    review: str
    week: str
    began: datetime | None
    ended: datetime | None
    minutes: int | None
    led_by: str
    present: tuple[str, ...]
    rows: tuple[ReviewedRow, ...]
    rating: Decimal | None
    skipped: tuple[SkippedSeat, ...]
    came_after: tuple[LateValue, ...]
    led_by_name: str | None
    completion: Completion


@dataclass(frozen=True, slots=True)
class ReviewedWeek:
    """A week that was due for a review. `held` is False if it has none; then most of the rest is None.

    `todos` counts the to-dos that the review asked for, and `todos_done` those of them that are done.
    """

    week: str
    held: bool
    reviews: tuple[str, ...]
    led_by: str | None
    ended: datetime | None
    minutes: int | None
    rows: int
    skipped: int
    todos: int
    todos_done: int
    rating: Decimal | None


@dataclass(frozen=True, slots=True)
class ReviewList:
    """The weeks since the first review, the newest first: how many were held, of how many that were due.

    The last week that is over is `open_week` as long as it has no review: it is due and can still be held.
    """

    held: int
    due: int
    not_held: tuple[str, ...]
    open_week: str | None
    todos: int
    todos_done: int
    weeks: tuple[ReviewedWeek, ...]


def count_completion(org: Org, week: str, now: datetime) -> Completion:
    """Of the to-dos that were due or closed in the time of a week's review: how many are done, of how many.

    That time begins after the moment at which the review before ended, and ends with the moment at which this one did,
    or now. What is closed in a review is recorded at that moment, so each closing belongs to one review: to the one in
    which somebody said it, else to the next one. What is overdue at the end is due, and not done. Each to-do is taken
    as it was at the end.
    """
    since = max((one.ended for one in org.reviews.values() if one.ended and one.week < week), default=None)
    until = max((one.ended for _, one in list_reviews_of(org.reviews, week) if one.ended), default=now)
    until = min(until, now)
    then = [found for one in org.todos.values() if (found := one.as_of(until))]
    counted = [one for one in then if _counts_in(one, since, org.day_of(until))]
    return Completion(sum(one.state is TodoState.DONE for one in counted), len(counted))


def _counts_in(one: Todo, since: datetime | None, day: date) -> bool:
    if one.state is TodoState.DROPPED:
        # What nobody wants any more says nothing about whether things get done.
        return False
    if one.closed_at is not None:
        return since is None or one.closed_at > since
    return one.is_overdue(day)


def show_review(org: Org, week: str = "") -> tuple[ReviewView, ...]:
    """The reviews of a week, the first one first; of the newest week that has one if none is named.

    Raises `BadInput` for a week that has none.
    """
    if not org.reviews:
        raise BadInput(what="no review was held yet. To hold one: orgtp review")
    known = sorted({one.week for one in org.reviews.values()}, reverse=True)
    wanted = _complete_week(week, known) if week else known[0]
    # The second review of a week is also found by its own name, such as 2026-W48-2.
    is_name = week in org.reviews and parse_week(week) is None
    found = [(week, org.reviews[week])] if is_name else list_reviews_of(org.reviews, wanted)
    if not found:
        what = f'"{week}" is not a week.' if parse_week(wanted) is None else f"no review of {wanted} was held."
        held = f"Held: {', '.join(known[:5])}. All: orgtp review list"
        raise BadInput(what=" ".join(filter(None, (what, did_you_mean(wanted, known), held))))
    return tuple(_view_review(org, id_, one) for id_, one in found)


def _complete_week(text: str, known: Sequence[str]) -> str:
    """The week that `text` means: `W48` is that of the newest year that has a review."""
    return next((week for week in known if week.partition("-")[2].lower() == text.lower()), text)


def _view_review(org: Org, id_: str, one: Review) -> ReviewView:
    late = list(_list_late_values(org, one))
    about = {row.key for row in one.rows}
    return ReviewView(
        review=id_,
        week=one.week,
        began=one.began,
        ended=one.ended,
        minutes=one.minutes,
        led_by=one.led_by,
        present=one.present,
        rows=tuple(_view_rows(org, one, late)),
        rating=one.rating,
        skipped=one.skipped,
        came_after=tuple(value for value in late if (value.seat, value.metric) not in about),
        led_by_name=org.seats[one.led_by].name if one.led_by in org.seats else None,
        completion=count_completion(org, one.week, one.ended) if one.ended else Completion(0, 0),
    )


def _view_rows(org: Org, one: Review, late: Sequence[LateValue]) -> Iterator[ReviewedRow]:
    for row in one.rows:
        seat = org.seats.get(row.seat)
        metric = seat.metrics.get(row.metric) if seat else None
        todo = org.todos.get(row.todo)
        yield ReviewedRow(
            seat=row.seat,
            metric=row.metric,
            name=metric.name if metric else None,
            state=row.state,
            changed=row.changed or None,
            fix=row.fix or None,
            decision=row.decision,
            todo=row.todo or None,
            todo_what=todo.what if todo else None,
            todo_owner=todo.owner if todo else None,
            todo_due=todo.due if todo else None,
            todo_state=todo.state.value if todo else None,
            came_after=tuple(value for value in late if (value.seat, value.metric) == row.key),
            seat_name=seat.name if seat else row.seat,
        )


def _list_late_values(org: Org, one: Review) -> Iterator[LateValue]:
    """The values for the week, or of a discussed row for an earlier one, that were recorded after the review."""
    week = parse_week(one.week)
    if week is None or one.ended is None:
        return
    about = {row.key for row in one.rows}
    for seat in org.seats.values():
        for metric in seat.metrics:
            for score in org.score_series(seat.id, metric, week.start).in_force.values():
                period = parse_period(score.period)
                is_known = period is not None and _belongs_to(period, week, any_before=(seat.id, metric) in about)
                if is_known and score.at > one.ended:
                    yield _view_score(score, seat.id)


def _belongs_to(period: Period, week: Period, *, any_before: bool) -> bool:
    """Whether a period ends in the week; with `any_before`, in it or before it."""
    end, after = period.next().start, week.next().start
    return end <= after and (any_before or end > week.start)


def _view_score(score: Score, seat: str) -> LateValue:
    return LateValue(seat, score.metric, score.period, score.value, score.at, score.by or None)


def list_reviews(org: Org, now: datetime, weeks: int = 13) -> ReviewList:
    """The last `weeks` weeks that were due for a review, since the first one that was held."""
    last = find_last_week(now, org.zone)
    held = sorted({one.week for one in org.reviews.values() if parse_week(one.week)})
    found: list[ReviewedWeek] = []
    week = last
    while held and week.text >= held[0] and len(found) < weeks:
        found.append(_view_week(org, week.text))
        week = week.previous()
    open_week = last.text if not held or (found and not found[0].held) else None
    missed = tuple(one.week for one in found if not one.held and one.week != open_week)
    due = [one for one in found if one.week != open_week]
    return ReviewList(
        held=sum(one.held for one in due),
        due=len(due),
        not_held=missed,
        open_week=open_week,
        todos=sum(one.todos for one in found),
        todos_done=sum(one.todos_done for one in found),
        weeks=tuple(found),
    )


def _view_week(org: Org, week: str) -> ReviewedWeek:
    reviews = list_reviews_of(org.reviews, week)
    first = reviews[0][1] if reviews else None
    asked, done = _count_todos(org, [one for _, one in reviews])
    return ReviewedWeek(
        week=week,
        held=first is not None,
        reviews=tuple(id_ for id_, _ in reviews),
        led_by=first.led_by if first else None,
        ended=first.ended if first else None,
        minutes=first.minutes if first else None,
        rows=len({row.key for _, one in reviews for row in one.rows}),
        skipped=sum(len(one.skipped) for _, one in reviews),
        todos=asked,
        todos_done=done,
        rating=first.rating if first else None,
    )


def _count_todos(org: Org, reviews: Sequence[Review]) -> tuple[int, int]:
    """How many to-dos the reviews asked for, and how many of them are done."""
    asked = {row.todo for one in reviews for row in one.rows if row.todo}
    return len(asked), sum(org.todos[id_].state is TodoState.DONE for id_ in asked if id_ in org.todos)
