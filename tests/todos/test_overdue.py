"""A to-do that was overdue at two reviews is escalated by the next tick, and no longer when it is not overdue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from orgtp.actions.escalate import resolve_escalation, run_escalation_tick
from orgtp.actions.todo import NewTodo, add_todo, close_todo, move_todo
from orgtp.actions.todo_overdue import find_overdue_todos
from orgtp.model.change import Change
from orgtp.model.escalation import Escalation
from orgtp.model.org import Org
from orgtp.model.records.review import Review
from orgtp.model.records.todo import TodoAction
from tests.escalations.desks import FRIDAY, Ledger

ID = "2026-11-20-call-the-bank"
DUE = date(2026, 11, 25)
MONDAY = datetime(2026, 11, 30, 15, tzinfo=UTC)
WEEK = timedelta(days=7)


def held(*ended: datetime) -> dict[str, Review]:
    """Reviews that ended at these times."""
    weeks = (f"2026-W{47 + number}" for number in range(len(ended)))
    return {week: Review(week, at - timedelta(minutes=30), at) for week, at in zip(weeks, ended, strict=True)}


class Reviewed(Ledger):
    """An org with reviews, which are no files here."""

    reviews: dict[str, Review]

    @property
    def org(self) -> Org:
        return replace(super().org, reviews=self.reviews)

    def tick(self, now: datetime) -> Change:
        return self.do(lambda org: run_escalation_tick(org, now, [], "tally"))

    @property
    def opened(self) -> Escalation:
        (one,) = self.org.escalations.values()
        return one


def begun(*ended: datetime) -> Reviewed:
    ledger = Reviewed()
    ledger.reviews = held(*ended)
    ledger.do(lambda org: add_todo(org, FRIDAY, NewTodo("Call the bank", "bot", DUE), "eve"))
    return ledger


def test_two_reviews_are_needed() -> None:
    assert find_overdue_todos(begun(MONDAY).org, MONDAY) == []
    (found,) = find_overdue_todos(begun(MONDAY, MONDAY + WEEK).org, MONDAY + WEEK)
    assert found.what == f"To-do overdue at two reviews: Call the bank ({ID})"
    assert found.why == "It was due on 2026-11-25, and open at the reviews of 2026-W47 and 2026-W48."


@pytest.mark.parametrize(
    "ended",
    [
        # The day was not over, the review has not ended yet, and a review that nobody ended.
        (FRIDAY, FRIDAY + timedelta(days=5), MONDAY),
        (MONDAY, MONDAY + 4 * WEEK),
    ],
)
def test_a_review_counts_if_the_day_was_over_when_it_ended(ended: tuple[datetime, ...]) -> None:
    assert find_overdue_todos(begun(*ended).org, MONDAY + WEEK) == []


def test_a_review_without_an_end_does_not_count() -> None:
    ledger = begun(MONDAY, MONDAY + WEEK)
    ledger.reviews = {week: replace(one, ended=None) for week, one in ledger.reviews.items()}
    assert find_overdue_todos(ledger.org, MONDAY + WEEK) == []


def test_the_tick_escalates_it_to_whoever_answers_for_the_seat_and_only_once() -> None:
    ledger = begun(MONDAY, MONDAY + WEEK)
    now = MONDAY + WEEK
    ledger.tick(now)
    assert (ledger.opened.seat, ledger.opened.with_, ledger.opened.kind) == ("bot", "max", "issue")
    assert ledger.opened.id.startswith("2026-12-07-bot-to-do-overdue-at-two-reviews-call-the")
    assert ledger.tick(now + timedelta(minutes=1)).edits == ()


@pytest.mark.parametrize(
    ("action", "note"),
    [
        (lambda org: close_todo(org, MONDAY + WEEK, ID, TodoAction.DONE, by="bot"), "the to-do is done"),
        (lambda org: close_todo(org, MONDAY + WEEK, ID, TodoAction.DROPPED, "No", "max"), "the to-do is dropped"),
        (
            lambda org: move_todo(org, MONDAY + WEEK, ID, due=date(2026, 12, 24), by="max"),
            "the to-do is due on 2026-12-24 now",
        ),
    ],
)
def test_it_is_resolved_when_the_todo_is_no_longer_overdue(action: Callable[[Org], Change], note: str) -> None:
    ledger = begun(MONDAY, MONDAY + WEEK)
    ledger.tick(MONDAY + WEEK)
    ledger.do(action)
    ledger.tick(MONDAY + WEEK)
    assert ledger.opened.is_resolved
    assert ledger.opened.events[-1].note == note


def test_reviews_are_counted_anew_after_somebody_resolved_it() -> None:
    ledger = begun(MONDAY, MONDAY + WEEK)
    ledger.tick(MONDAY + WEEK)
    ledger.do(lambda org: resolve_escalation(org, MONDAY + WEEK, ledger.opened.id, "Max does it tomorrow", "max"))
    assert ledger.tick(MONDAY + WEEK).edits == ()
    ledger.reviews = held(*(MONDAY + number * WEEK for number in range(3)))
    assert ledger.tick(MONDAY + 2 * WEEK).edits == ()
    ledger.reviews = held(*(MONDAY + number * WEEK for number in range(4)))
    ledger.tick(MONDAY + 3 * WEEK)
    assert [one.is_resolved for one in ledger.org.escalations.values()] == [True, False]


def test_a_todo_that_is_moved_each_week_is_escalated_too() -> None:
    ledger = begun(MONDAY)
    ledger.do(lambda org: move_todo(org, MONDAY + timedelta(hours=1), ID, due=date(2026, 12, 4), by="bot"))
    assert find_overdue_todos(ledger.org, MONDAY + timedelta(days=6)) == []
    ledger.reviews = held(MONDAY, MONDAY + WEEK)
    assert [found.todo.id for found in find_overdue_todos(ledger.org, MONDAY + WEEK)] == [ID]
