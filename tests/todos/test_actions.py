"""To-dos: who may do what with them, and what their events say afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from orgtp.actions.todo import (
    NewTodo,
    add_todo,
    ask_about_todo,
    close_todo,
    hand_over_todos,
    move_todo,
    start_todo,
)
from orgtp.model.change import Change
from orgtp.model.errors import BadInput, Refused, UnknownSeat, UnknownTodo
from orgtp.model.org import Org
from orgtp.model.records.todo import TodoAction, TodoState
from orgtp.views.selection import parse_selection
from orgtp.views.todos import list_todos
from tests.escalations.desks import FRIDAY, Ledger, seat

ID = "2026-11-20-call-the-bank"
DUE = date(2026, 11, 27)
HOUR = timedelta(hours=1)


def added(owner: str = "bot", by: str = "eve", what: str = "Call the bank", from_: str = "") -> Callable[[Org], Change]:
    return lambda org: add_todo(org, FRIDAY, NewTodo(what, owner, DUE, from_), by)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.do(added())
    return ledger


def test_a_todo_is_added_with_its_event(ledger: Ledger) -> None:
    one = ledger.org.todos[ID]
    assert (one.what, one.owner, one.due, one.state) == ("Call the bank", "bot", DUE, TodoState.OPEN)
    assert (one.added_by, one.added_at, one.is_closed) == ("eve", FRIDAY, False)
    assert ledger.changes[-1].subject == f"todo(bot): add {ID} for bot, due 2026-11-27"


def test_the_same_one_is_not_added_again_and_another_one_gets_a_number(ledger: Ledger) -> None:
    assert ledger.do(added()).edits == ()
    ledger.do(added(owner="max"))
    ledger.do(added(from_="the daily call"))
    assert sorted(ledger.org.todos) == [ID, f"{ID}-2", f"{ID}-3"]
    ledger.do(lambda org: close_todo(org, FRIDAY, ID, TodoAction.DONE, by="bot"))
    ledger.do(added())
    assert f"{ID}-4" in ledger.org.todos


@pytest.mark.parametrize(
    ("action", "state", "note"),
    [
        (lambda org: start_todo(org, FRIDAY + HOUR, ID, "", "bot"), TodoState.WORKING, ""),
        (lambda org: ask_about_todo(org, FRIDAY + HOUR, ID, "Which one?", "bot"), TodoState.WAITING, "Which one?"),
        (lambda org: close_todo(org, FRIDAY + HOUR, ID, TodoAction.DONE, "Sent", "bot"), TodoState.DONE, "Sent"),
        (lambda org: close_todo(org, FRIDAY + HOUR, ID, TodoAction.FAILED, "No", "bot"), TodoState.FAILED, "No"),
        (
            lambda org: close_todo(org, FRIDAY + HOUR, ID, TodoAction.DROPPED, "Later", "eve"),
            TodoState.DROPPED,
            "Later",
        ),
    ],
)
def test_an_event_changes_the_state(
    ledger: Ledger, action: Callable[[Org], Change], state: TodoState, note: str
) -> None:
    before = ledger.org.todos[ID]
    ledger.do(action)
    one = ledger.org.todos[ID]
    assert (one.state, one.events[-1].note, one.replayed[0]) == (state, note, state)
    assert before.may_become(one)
    assert one.closed_at == (FRIDAY + HOUR if state.is_closed else None)


def test_a_move_changes_the_owner_the_day_or_both(ledger: Ledger) -> None:
    later = date(2026, 12, 4)
    ledger.do(lambda org: move_todo(org, FRIDAY, ID, due=later, note="The bank is closed", by="max"))
    assert (ledger.org.todos[ID].owner, ledger.org.todos[ID].due) == ("bot", later)
    moved = ledger.do(lambda org: move_todo(org, FRIDAY, ID, to="eve", due=DUE, by="max"))
    assert (ledger.org.todos[ID].owner, ledger.org.todos[ID].due) == ("eve", DUE)
    assert moved.seats == ("bot", "eve")
    assert ledger.do(lambda org: move_todo(org, FRIDAY, ID, to="eve", by="ada")).edits == ()


@pytest.mark.parametrize("by", ["bot", "max", "lead", "eve", "ada"])
def test_the_owner_those_above_and_who_added_it_may_change_it(by: str) -> None:
    ledger = Ledger()
    ledger.do(added(by="eve"))
    ledger.do(lambda org: start_todo(org, FRIDAY, ID, by=by))
    assert ledger.org.todos[ID].events[-1].by == by


def test_an_agent_may_do_its_own_and_what_it_added_but_no_other() -> None:
    ledger = Ledger()
    ledger.do(added("max", by="bot"))
    ledger.do(lambda org: start_todo(org, FRIDAY, ID, by="bot"))
    ledger.do(added("eve", by="ada", what="Sign"))
    with pytest.raises(Refused, match=r"bot may not change 2026-11-20-sign, which eve owns. Allowed: eve and ada."):
        ledger.do(lambda org: close_todo(org, FRIDAY, "sign", TodoAction.DONE, by="bot"))


@pytest.mark.parametrize(
    ("action", "error", "text"),
    [
        (added("nobody"), UnknownSeat, "unknown seat"),
        (added(what=" "), BadInput, "say what is to be done"),
        (added(what="x" * 2001), BadInput, "2001 characters"),
        (
            lambda org: add_todo(org, FRIDAY, NewTodo("Old", "bot", date(2026, 11, 19)), "eve"),
            BadInput,
            "2026-11-19 is over: today is 2026-11-20",
        ),
        (lambda org: start_todo(org, FRIDAY, "2026-11-20-call-the-bnk", by="bot"), UnknownTodo, f'Did you mean "{ID}"'),
        (lambda org: start_todo(org, FRIDAY, ID, by="nobody"), UnknownSeat, "nobody"),
        (lambda org: ask_about_todo(org, FRIDAY, ID, " ", "bot"), BadInput, f"orgtp todo ask {ID} --note TEXT"),
        (lambda org: close_todo(org, FRIDAY, ID, TodoAction.FAILED, "", "bot"), BadInput, f"orgtp todo fail {ID}"),
        (lambda org: close_todo(org, FRIDAY, ID, TodoAction.DROPPED, "", "bot"), BadInput, f"orgtp todo drop {ID}"),
        (lambda org: move_todo(org, FRIDAY, ID, by="bot"), BadInput, f"orgtp todo move {ID} --to SEAT, or --due DATE"),
        (lambda org: move_todo(org, FRIDAY, ID, to="board", by="ada"), Refused, "a group does nothing itself"),
        (lambda org: move_todo(org, FRIDAY, ID, to="gone", by="ada"), Refused, "gone is retired"),
    ],
)
def test_what_makes_no_sense_is_refused(action: Callable[[Org], Change], error: type[Exception], text: str) -> None:
    board = seat("board", "group").replace("role: Desk", "role: Board\nowner: ada")
    ledger = Ledger(board=board, gone=seat("gone", "human", "ada", status="retired"))
    ledger.do(added())
    with pytest.raises(error, match=text):
        ledger.do(action)


def test_what_is_closed_stays_closed(ledger: Ledger) -> None:
    ledger.do(lambda org: close_todo(org, FRIDAY, ID, TodoAction.DONE, by="bot"))
    with pytest.raises(
        Refused,
        match=r"is already done. Its events: orgtp todo show 2026-11-20-call-the-bank. To do it",
    ):
        ledger.do(lambda org: start_todo(org, FRIDAY, ID, by="bot"))


def test_a_seat_where_nobody_may_be_is_a_doubt() -> None:
    ledger = Ledger(bot=seat("bot", "agent", "lead", "max", status="paused"))
    assert ledger.do(added()).doubts == ("bot is paused, so nobody may be there to do it.",)


def test_open_todos_go_to_the_heir_or_else_to_whoever_is_responsible(ledger: Ledger) -> None:
    ledger.do(added(what="Sign"))
    ledger.do(lambda org: close_todo(org, FRIDAY, "sign", TodoAction.DONE, by="bot"))
    ledger.do(lambda org: hand_over_todos(org, FRIDAY, ["bot"], "ada", "{seat} is retired", heir="eve"))
    assert {id_: one.owner for id_, one in ledger.org.todos.items()} == {ID: "eve", "2026-11-20-sign": "bot"}
    assert ledger.org.todos[ID].events[-1].note == "bot is retired"
    ledger.do(added(what="Post"))
    ledger.do(lambda org: hand_over_todos(org, FRIDAY, ["bot"], "ada", "{seat} is vacant"))
    assert ledger.org.todos["2026-11-20-post"].owner == "max"
    assert ledger.do(lambda org: hand_over_todos(org, FRIDAY, ["tally"], "", "{seat}")).edits == ()


def test_overdue_is_computed_by_the_day_of_the_org(ledger: Ledger) -> None:
    # Acme is in New York: at 04:59 UTC it is still the evening of the 27th there.
    evening = FRIDAY.replace(day=28, hour=4, minute=59)
    assert [view.overdue for view in list_todos(ledger.org, evening)] == [False]
    assert [view.overdue for view in list_todos(ledger.org, evening + timedelta(minutes=1))] == [True]
    ledger.do(lambda org: close_todo(org, evening + HOUR, ID, TodoAction.DONE, by="bot"))
    assert [view.overdue for view in list_todos(ledger.org, evening + HOUR, closed=True)] == [False]


def test_the_list_has_what_is_urgent_first_and_can_be_selected(ledger: Ledger) -> None:
    ledger.do(lambda org: add_todo(org, FRIDAY, NewTodo("Sign", "eve", date(2026, 11, 25)), "bot"))
    ledger.do(lambda org: add_todo(org, FRIDAY, NewTodo("Post", "max", date(2026, 12, 24)), "ada"))
    ledger.do(lambda org: ask_about_todo(org, FRIDAY, "sign", "Where?", "eve"))
    org = ledger.org

    def ids(**given: object) -> list[str]:
        found = list_todos(org, FRIDAY + timedelta(days=6), **given)  # type: ignore[arg-type]
        return [view.id.removeprefix("2026-11-20-") for view in found]

    assert ids() == ["sign", "call-the-bank", "post"]
    assert ids(selection=parse_selection(seat="eve")) == ["sign"]
    assert ids(selection=parse_selection(root="lead")) == ["call-the-bank", "post"]
    assert ids(selection=parse_selection(only="agent")) == ["call-the-bank"]
    assert ids(states=[TodoState.WAITING]) == ["sign"]
    # What waits for an answer is also a matter of the seat that added it.
    assert ids(as_seat="bot") == ["sign", "call-the-bank"]
    assert ids(as_seat="ada") == []
    with pytest.raises(UnknownSeat):
        ids(as_seat="nobody")
