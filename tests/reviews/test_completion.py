"""The completion rate of to-dos, and at how many reviews one was overdue: each closing belongs to one review."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from orgtp.actions.todo import NewTodo, add_todo, close_todo, move_todo
from orgtp.actions.todo_overdue import find_overdue_todos
from orgtp.model.org import Org
from orgtp.model.records.review import Review, ReviewDecision, ReviewRow, find_review_before
from orgtp.model.records.todo import Todo, TodoAction, TodoEvent, TodoState
from orgtp.views.review.agenda import build_agenda
from orgtp.views.review.held import show_review
from tests.escalations.desks import FRIDAY, Ledger

ID = "2026-11-20-call-the-bank"
# When the reviews of W47, W48 and W49 end.
W47, W48, W49 = (datetime(2026, 11, 23, 15, tzinfo=UTC) + timedelta(weeks=number) for number in range(3))
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def review(week: str, ended: datetime, *rows: ReviewRow) -> Review:
    return Review(week, ended - HOUR, ended, "ada", rows=rows)


HELD = {"2026-W47": review("2026-W47", W47), "2026-W48": review("2026-W48", W48)}


def org_with(closed: datetime | None, due: date, action: TodoAction = TodoAction.DONE) -> Org:
    """An org with a to-do that is due on a day and was closed at a time, if at all."""
    ledger = Ledger()
    ledger.do(lambda org: add_todo(org, FRIDAY, NewTodo("Call the bank", "bot", due), "eve"))
    if closed:
        ledger.do(lambda org: close_todo(org, closed, ID, action, "Because", "bot"))
    return ledger.org


def completions(here: Org) -> list[tuple[int, int]]:
    """Done and due of the review of W48, as it is shown later, and of the agenda a week later."""
    here = replace(here, reviews=HELD)
    found = [show_review(here, "2026-W48")[0].completion, build_agenda(here, W49).completion]
    return [(one.done, one.due) for one in found]


EARLY, LATER = date(2026, 11, 25), date(2026, 12, 4)


@pytest.mark.parametrize(
    ("closed", "due", "expected"),
    [
        pytest.param(W48 - HOUR, EARLY, [(1, 1), (0, 0)], id="before the review"),
        pytest.param(W48, EARLY, [(1, 1), (0, 0)], id="in the review, late"),
        pytest.param(W48, LATER, [(1, 1), (0, 0)], id="in the review, in time"),
        pytest.param(W48 + SECOND, EARLY, [(0, 1), (1, 1)], id="just after the review"),
        pytest.param(W48 + 4 * HOUR, EARLY, [(0, 1), (1, 1)], id="that afternoon, late"),
        pytest.param(W48 + 4 * HOUR, LATER, [(0, 0), (1, 1)], id="that afternoon, in time"),
        pytest.param(W48 + 80 * HOUR, EARLY, [(0, 1), (1, 1)], id="some days later"),
        pytest.param(W49, LATER, [(0, 0), (1, 1)], id="at the next review"),
        pytest.param(W47, EARLY, [(0, 0), (0, 0)], id="in the review before"),
        pytest.param(None, EARLY, [(0, 1), (0, 1)], id="overdue at both"),
        pytest.param(None, date(2026, 12, 24), [(0, 0), (0, 0)], id="not due yet"),
    ],
)
def test_each_closing_belongs_to_one_review(
    closed: datetime | None, due: date, expected: list[tuple[int, int]]
) -> None:
    assert completions(org_with(closed, due)) == expected


@pytest.mark.parametrize(("action", "expected"), [(TodoAction.FAILED, (0, 1)), (TodoAction.DROPPED, (0, 0))])
def test_a_failed_one_is_due_and_a_dropped_one_is_not(action: TodoAction, expected: tuple[int, int]) -> None:
    assert completions(org_with(W48 + HOUR, LATER, action)) == [(0, 0), expected]


def test_before_any_review_all_closings_count() -> None:
    found = build_agenda(org_with(FRIDAY + HOUR, LATER), W47).completion
    assert (found.done, found.due) == (1, 1)


def test_a_todo_was_closed_by_the_event_that_closed_it() -> None:
    """A merge may put an event of another clone behind it; that is no second closing."""
    events = (
        TodoEvent(FRIDAY, TodoAction.ADDED),
        TodoEvent(W48 - HOUR, TodoAction.DONE),
        TodoEvent(W48 + HOUR, TodoAction.STARTED),
    )
    one = Todo(ID, "Call the bank", "bot", EARLY, state=TodoState.DONE, events=events)
    assert one.closed_at == W48 - HOUR
    assert completions(replace(org_with(None, EARLY), todos={ID: one})) == [(1, 1), (0, 0)]
    undone = (*events[:2], TodoEvent(W48, TodoAction.UNDONE, state=TodoState.OPEN), TodoEvent(W49, TodoAction.FAILED))
    assert replace(one, state=TodoState.FAILED, events=undone).closed_at == W49
    before = replace(one, events=undone).as_of(W48 - HOUR)
    assert before is not None
    assert (before.state, before.closed_at) == (TodoState.DONE, W48 - HOUR)
    assert replace(one, events=events).as_of(FRIDAY - SECOND) is None


def test_two_reviews_of_a_week_count_as_one() -> None:
    """The agenda and the tick count the same weeks."""
    here = org_with(None, EARLY)
    twice = {**HELD, "2026-W48-2": review("2026-W48", W48 + HOUR)}
    (todo,) = build_agenda(replace(here, reviews=twice), W48 + 2 * HOUR).todos
    assert todo.reviews_overdue == 1
    assert find_overdue_todos(replace(here, reviews=twice), W48 + 2 * HOUR) == []
    (todo,) = build_agenda(replace(here, reviews=twice), W49).todos
    assert todo.reviews_overdue == 2
    held = {**twice, "2026-W49": review("2026-W49", W49)}
    (found,) = find_overdue_todos(replace(here, reviews=held), W49)
    assert found.why == "It was due on 2026-11-25, and open at the reviews of 2026-W48 and 2026-W49."
    (todo,) = build_agenda(replace(here, reviews=held), W49).todos
    assert todo.reviews_overdue == 2


def test_the_agenda_takes_a_todo_as_it_was_then() -> None:
    """It was overdue in the review of W48 and got a later day, which is over now: these are two reviews."""
    ledger = Ledger()
    ledger.do(lambda org: add_todo(org, FRIDAY, NewTodo("Call the bank", "bot", EARLY), "eve"))
    ledger.do(lambda org: move_todo(org, W48 + HOUR, ID, due=LATER, by="bot"))
    (todo,) = build_agenda(replace(ledger.org, reviews=HELD), W49).todos
    assert (todo.due, todo.reviews_overdue) == (LATER, 2)
    # One that was added after a review, with a day that was over already, was not open there.
    later = Ledger()
    later.do(lambda org: add_todo(org, W48 + HOUR, NewTodo("Call the bank", "bot", date(2026, 11, 30)), "eve"))
    (todo,) = build_agenda(replace(later.org, reviews=HELD), W49).todos
    assert todo.reviews_overdue == 1


@pytest.mark.parametrize("swap", [False, True])
def test_of_two_reviews_of_a_week_the_one_that_ended_last_is_the_one_before(swap: bool) -> None:
    row = ReviewRow("bot", "calls", fix="First", decision=ReviewDecision.WATCH)
    first, second = review("2026-W48", W48, row), review("2026-W48", W48 + HOUR, replace(row, fix="Second"))
    pair = (second, first) if swap else (first, second)
    reviews = dict(zip(("2026-W48", "2026-W48-2"), pair, strict=True))
    for held in (reviews, dict(reversed(reviews.items()))):
        assert find_review_before(held, "2026-W49") is second
        found = build_agenda(replace(org_with(None, EARLY), reviews=held), W49)
        assert [one.what for one in found.dates if one.kind == "check-in"] == ["watched since 2026-W48: Second"]
