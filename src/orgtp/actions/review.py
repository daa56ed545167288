"""Close a weekly review: one file for the review, and one for each to-do that it asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orgtp.actions.acting_seat import require_acting_seat
from orgtp.actions.todo import NewTodo, TodoEdits
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, CreateFile
from orgtp.model.errors import BadInput, Refused
from orgtp.model.org import Org
from orgtp.model.records.review import (
    NO_TODO,
    Review,
    ReviewRow,
    ReviewState,
    TodoOutcome,
    find_last_week,
    list_reviews_of,
    review_data,
    review_path,
)
from orgtp.model.records.todo import TodoAction, TodoState, list_todo_editors
from orgtp.model.text import count_noun, did_you_mean, join_with_and, one_line

_MOST_TEXT = 2000
_MOST_NAMED = 3
# When a to-do is due for which the answers name no day.
_A_WEEK = timedelta(days=7)


class ReviewHeld(Refused):
    """The week has a review already."""

    text = "{who} closed the review of {week} already, on {when}. To see it: orgtp review show {week}"


class NotAPerson(Refused):
    """An agent or a group would close the review."""

    text = (
        "{seat} is {what}, and a person closes a review. {seat} may prepare it: orgtp review --answers FILE --by {seat}"
    )


@dataclass(frozen=True, slots=True)
class ReviewToClose:
    """A review to record: the answers, the state of each row of the agenda, which are off target, and the acting seat.

    `again`: record it beside the review that the week has already.
    """

    answers: Review
    states: Mapping[tuple[str, str], ReviewState]
    off: Collection[tuple[str, str]] = ()
    by: str = ""
    again: bool = False


def close_review(org: Org, now: datetime, request: ReviewToClose) -> Change:
    """Record a review, and the to-dos that it asks for.

    Raises `BadInput` for what is missing or wrong in the answers, `UnknownSeat`, `UnknownMetric`, `UnknownActor`,
    `ReviewHeld` if the week has a review already, and `NotAPerson` if it is not a person who closes it.
    """
    require_acting_seat(org, request.by)
    now = now.replace(microsecond=0)
    review = _complete_review(org, now, request)
    id_ = _choose_id(org, review.week)
    states = {row.key: row.state or request.states.get(row.key, ReviewState.NONE) for row in review.rows}
    _refuse_open_rows(review, {**request.states, **states}, request)
    todos = TodoEdits(org, now, request.by)
    _close_todos(todos, request.answers.todos)
    rows = _create_todos(todos, review)
    new = sum(isinstance(edit, CreateFile) for edit in todos.list_edits())
    review = replace(review, rows=tuple(replace(row, state=states[row.key]) for row in rows))
    seats = tuple(dict.fromkeys([*(row.seat for row in review.rows), *todos.list_seats()]))
    return Change(
        "review",
        _describe_review(review, new),
        seats,
        (CreateFile(review_path(id_), review_data(review)), *todos.list_edits()),
        by=request.by,
        body="\n".join(_list_body_lines(review)),
    )


def check_answers(org: Org, now: datetime, answers: Review, by: str = "") -> Review:
    """The answers with the week that they judge and when they began.

    Raises `BadInput` if they are about another week than the last one that was over when they began, and for a text
    that is too long or a row that is there twice; `UnknownSeat`, `UnknownMetric`.
    """
    began = (answers.began or now).replace(microsecond=0)
    week = _find_week(org, now, answers, began)
    todos = TodoEdits(org, now, by)
    for row in answers.rows:
        org.metric(org.seat(row.seat).id, row.metric)
        _refuse_long_texts(row)
        if row.new_todo:
            todos.check_owner(row.new_todo.owner)
        elif row.todo not in {"", NO_TODO} and row.todo not in org.todos:
            raise BadInput(what=f"{row.seat} {row.metric}: {_explain_unknown_todo(org, row.todo)}")
    twice = [key for key, count in Counter(row.key for row in answers.rows).items() if count > 1]
    if twice:
        raise BadInput(what=f"{twice[0][0]} {twice[0][1]} has two rows in the answers. Keep one")
    named = (answers.led_by, *answers.present, *(one.seat for one in answers.skipped))
    for seat in filter(None, named):
        org.seat(seat)
    return replace(answers, week=week, began=began)


def _find_week(org: Org, now: datetime, answers: Review, began: datetime) -> str:
    """The week that a review judges which began then. Raises `BadInput` for another one, and if it began long ago."""
    if began > now:
        raise BadInput(what=f"the answers began at {began:%Y-%m-%dT%H:%M:%SZ}, which is in the future. Remove began")
    week, newest = (find_last_week(time, org.zone) for time in (began, now))
    if week not in {newest, newest.previous()}:
        raise BadInput(
            what=f"the answers began on {org.day_of(began)}, so they are about {week.text}, and the last week that is "
            f"over is {newest.text}. A review is closed within a week. Remove began"
        )
    if answers.week not in {"", week.text}:
        raise BadInput(
            what=f"a review judges the last week that is over, and that is {week.text}, not {answers.week}. "
            f"Write week: {week.text}, or remove the key"
        )
    return week.text


def _complete_review(org: Org, now: datetime, request: ReviewToClose) -> Review:
    """The answers as a review that ends now. Raises `NotAPerson`."""
    review = check_answers(org, now, request.answers, request.by)
    held = list_reviews_of(org.reviews, review.week)
    if held and not request.again:
        raise make_held_error(org, held[0][1])
    if request.by:
        refuse_other_than_person(org, request.by)
    led_by = review.led_by or request.by
    if led_by:
        refuse_other_than_person(org, led_by)
    if request.by and led_by != request.by:
        raise BadInput(
            what=f"the answers say that {led_by} led the review, and you act as {request.by}. Whoever led it closes "
            f"it. Write led_by: {request.by}, or let {led_by} close it: --by {led_by}"
        )
    if not led_by:
        raise BadInput(
            what="nobody is known who leads the review. Add a line: led_by: SEAT, or name yourself: --by SEAT"
        )
    present = tuple(dict.fromkeys([led_by, *review.present]))
    rows = tuple(replace(row, todo="") if row.todo == NO_TODO else row for row in review.rows)
    return replace(review, ended=now, led_by=led_by, present=present, rows=rows, prepared_by="", todos=())


def refuse_other_than_person(org: Org, seat: str) -> None:
    """Raise `NotAPerson` if a seat is not an active person; `UnknownSeat`."""
    found = org.seat(seat)
    if found.is_human and found.is_active:
        return
    what = f"{found.status}" if found.is_human else "a group" if found.is_group else "an agent"
    raise NotAPerson(seat=seat, what=what)


def _choose_id(org: Org, week: str) -> str:
    """The id of a new review: the week, with the first number that is free if it has a review already."""
    numbers = range(1, len(org.reviews) + 2)
    names = (week if number == 1 else f"{week}-{number}" for number in numbers)
    return next(id_ for id_ in names if id_ not in org.reviews and not org.is_unreadable(review_path(id_)))


def make_held_error(org: Org, review: Review) -> ReviewHeld:
    """The error for a week that has a review already: who closed it, and when."""
    who = org.seats[review.led_by].name if review.led_by in org.seats else review.led_by or "somebody"
    when = f"{review.ended.astimezone(org.zone):%Y-%m-%d at %H:%M}" if review.ended else "an unknown day"
    return ReviewHeld(who=one_line(who), week=review.week, when=when)


def _refuse_open_rows(review: Review, states: Mapping[tuple[str, str], ReviewState], request: ReviewToClose) -> None:
    """Refuse a row that is not closed, and a row that needs a person and is neither discussed nor skipped."""
    for row in review.rows:
        gap = row.find_gap(is_off=row.key in request.off)
        if gap:
            state = states[row.key]
            raise BadInput(
                what=f"{row.seat} {row.metric} is {state}, and its row has not {gap}. Add it, or skip the seat"
            )
    if request.again:
        return
    done, skipped = {row.key for row in review.rows}, {one.seat for one in review.skipped}
    left = [key for key, state in states.items() if state.must_close and key not in done and key[0] not in skipped]
    if left:
        named = join_with_and(f"{seat} {metric} ({states[seat, metric]})" for seat, metric in left[:_MOST_NAMED])
        more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
        seat, metric = left[0]
        raise BadInput(
            what=f"the answers say nothing about {named}{more}. Add a row for each, such as "
            f"{{seat: {seat}, metric: {metric}, changed: …, fix: …, decision: fix}}, or skip the seat, as in "
            f"skipped: [{{seat: {seat}, why: …}}]"
        )


def _explain_unknown_todo(org: Org, todo: str) -> str:
    hint = did_you_mean(todo, org.todos)
    return f'there is no to-do "{todo}". {hint} For a new one, write todo: {{what: …, owner: SEAT, due: DATE}}'


def _refuse_long_texts(row: ReviewRow) -> None:
    texts = {"changed": row.changed, "fix": row.fix, "todo": row.new_todo.what if row.new_todo else row.todo}
    for name, text in texts.items():
        if len(text) > _MOST_TEXT:
            raise BadInput(
                what=f"{name} of {row.seat} {row.metric} has {len(text)} characters. Shorten it to {_MOST_TEXT}"
            )


def _create_todos(todos: TodoEdits, review: Review) -> Sequence[ReviewRow]:
    """Add the new to-dos, and return the rows with their ids. Rows with the same to-do share it."""
    rows = []
    for row in review.rows:
        if new := row.new_todo:
            due = new.due or todos.org.day_of(todos.now) + _A_WEEK
            todo = todos.add(NewTodo(new.what, new.owner, due, f"review {review.week}"))
            rows.append(replace(row, todo=todo.id, new_todo=None))
        else:
            rows.append(row)
    return rows


_CLOSING = {
    TodoState.DONE: TodoAction.DONE,
    TodoState.FAILED: TodoAction.FAILED,
    TodoState.DROPPED: TodoAction.DROPPED,
}


def _close_todos(todos: TodoEdits, outcomes: Sequence[TodoOutcome]) -> None:
    """Say what became of to-dos. One that somebody closed meanwhile stays as it is.

    Raises `BadInput` for an unknown one and for a missing reason, and `Refused` if the acting seat may not change it.
    """
    for outcome in outcomes:
        one = todos.todos.get(outcome.todo)
        if one is None:
            raise BadInput(what=_explain_unknown_todo(todos.org, outcome.todo))
        if outcome.state is not TodoState.DONE and not outcome.note:
            raise BadInput(what=f"say why {one.id} is {outcome.state}: add note: …")
        if todos.by and todos.by not in list_todo_editors(todos.org, one):
            raise Refused(
                why=f"{todos.by} may not change {one.id}, which {one.owner} owns. Leave it out of the answers."
            )
        if not one.is_closed:
            todos.append_event(one, _CLOSING[outcome.state], note=outcome.note)


def _describe_review(review: Review, todos: int) -> str:
    if not review.rows:
        quiet = f"{review.week}, nothing was discussed" if review.skipped else f"{review.week}, a quiet week"
        return f"{quiet}, {len(review.skipped)} skipped" if review.skipped else quiet
    more = f", {count_noun(todos, 'to-do')}" if todos else ""
    skipped = f", {len(review.skipped)} skipped" if review.skipped else ""
    return f"{review.week}, {count_noun(len(review.rows), 'row')}{more}{skipped}"


def _list_body_lines(review: Review) -> Iterator[str]:
    """A line for each row and each skipped seat."""
    for row in review.rows:
        yield one_line(f"{row.seat} {row.metric}: {row.decision}: {row.fix or row.changed}".rstrip(": "))
    for one in review.skipped:
        yield one_line(f"{one.seat} skipped: {one.why}")
