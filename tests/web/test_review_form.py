"""The form of a meeting: what it adds up to, what is wrong with it, and that it shows what it was filled with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.api import Review, ReviewDecision, ReviewRow, ReviewTodo, SkippedSeat, TodoState
from orgtp.model.org import Org
from orgtp.model.records.review import TodoOutcome
from orgtp.model.records.todo import Todo
from orgtp.views.review.agenda import build_agenda
from orgtp.web.review_form import FilledForm, fill_fields, find_open_fields, format_evidence, merge_form
from tests.views.orgs import org, row

TODAY = date(2026, 11, 30)
KEY = "bot/calls"


def small_org() -> Org:
    """Eve owns a bot that is measured on its calls, and has a to-do."""
    made = org({"scores/bot/2026-11.jsonl": row("a", "3", "2026-W48", 29)})
    todo = Todo("2026-11-23-ring", "Ring them", "eve", date(2026, 11, 27))
    return replace(made, todos={todo.id: todo})


def fill(answers: Review | None = None, **fields: str) -> FilledForm:
    """The form with these fields; `__` stands for a dot in a name, and KEY for the row."""
    return fill_as("", fields, answers)


def fill_as(by: str, fields: Mapping[str, str], answers: Review | None = None) -> FilledForm:
    """The form as a seat fills it in."""
    named = {name.replace("__", ".").replace("KEY", KEY): text for name, text in fields.items()}
    return merge_form(small_org(), answers or Review("2026-W48"), named, today=TODAY, by=by)


def test_a_row_is_what_was_ticked_what_was_typed_and_what_was_decided() -> None:
    ticked = format_evidence("The sheet moved", date(2026, 11, 20))
    fields = {
        "evidence__KEY.2": ticked,
        "changed__KEY": " and\nmore ",
        "decision__KEY": "fix",
        "fix__KEY": "Read it",
        "todo_what__KEY": "Read it",
        "todo_owner__KEY": "eve",
        "todo_due__KEY": "2026-12-04",
    }
    form = fill_as("", fields)
    (found,) = form.answers.rows
    assert form.errors == {}
    assert found.changed == "The sheet moved (2026-11-20); and more"
    assert (found.decision, found.fix) == (ReviewDecision.FIX, "Read it")
    assert found.new_todo == ReviewTodo("Read it", "eve", date(2026, 12, 4))


def test_a_row_of_which_nothing_is_said_is_not_there() -> None:
    form = fill(changed__KEY="", fix__KEY="", todo_what__KEY="", todo_owner__KEY="eve", todo_due__KEY="2026-12-04")
    assert form.answers.rows == ()


def test_what_a_form_does_not_have_stays_as_it_was() -> None:
    before = Review("2026-W48", rows=(ReviewRow("bot", "calls", changed="a", fix="b", decision=ReviewDecision.WATCH),))
    form = fill(before, fix__KEY="c")
    assert form.answers.rows == (replace(before.rows[0], fix="c"),)
    assert fill(before, rating="7").answers.rows == before.rows


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"decision__KEY": "burn"}, f"decision.{KEY}", "Choose one of: fix, watch, case, no-action."),
        ({"todo_what__KEY": "x", "todo_owner__KEY": "evee"}, f"todo_owner.{KEY}", 'Did you mean "eve"?'),
        ({"todo_what__KEY": "x", "todo_due__KEY": "soon"}, f"todo_due.{KEY}", "Write the day as 2026-12-04."),
        ({"todo_what__KEY": "x", "todo_due__KEY": "2026-11-29"}, f"todo_due.{KEY}", "Name a day that is not over."),
        ({"rating": "11"}, "rating", "numbers from 1 to 10"),
        ({"rating": "NaN"}, "rating", "numbers from 1 to 10"),
        ({"present": "evee"}, "present", 'Did you mean "eve"?'),
        ({"outcome__2026-11-23-ring": "lost"}, "outcome.2026-11-23-ring", "Choose done, failed or dropped"),
        ({"outcome__2026-11-23-ring": "failed"}, "outcome_note.2026-11-23-ring", "Say why."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(fields: dict[str, str], name: str, words: str) -> None:
    form = fill_as("", fields)
    assert list(form.errors) == [name]
    assert words in form.errors[name]


def test_a_todo_of_somebody_else_is_not_closed() -> None:
    form = fill_as("bot", {"outcome__2026-11-23-ring": "done"})
    assert "You may not close it" in form.errors["outcome.2026-11-23-ring"]
    assert form.answers.todos == ()


def test_a_seat_is_skipped_with_a_reason_and_taken_back_without_one() -> None:
    begun = fill(skip__bot="It is on leave", changed__KEY="a tick").answers
    assert begun.skipped == (SkippedSeat("bot", "It is on leave"),)
    # Nothing was decided about the row, so it is skipped, too.
    assert begun.rows == ()
    assert fill(begun, skip__bot="").answers.skipped == ()


def test_rows_of_unknown_seats_and_metrics_are_left_out() -> None:
    fields = {f"decision.{key}": "fix" for key in ("nobody/calls", "bot/nothing", "bot", "", "bot/calls/x")}
    assert merge_form(small_org(), Review("2026-W48"), fields, today=TODAY).answers.rows == ()


def test_several_ratings_are_one_mean() -> None:
    assert fill(rating="9, 8 8").answers.rating == Decimal("8.3")
    assert fill(rating="").answers.rating is None


def test_who_is_here() -> None:
    form = fill(here__eve="yes", present="bot, eve")
    assert form.answers.present == ("eve", "bot")
    # Without the field, the form did not ask.
    assert fill(form.answers, rating="7").answers.present == ("eve", "bot")


def test_the_fields_show_the_answers() -> None:
    evidence = [format_evidence(text, date(2026, 11, 20)) for text in ("A; b", "C")]
    answers = Review(
        "2026-W48",
        rows=(
            ReviewRow(
                "bot",
                "calls",
                changed="; ".join([evidence[1], evidence[0], "more; words"]),
                fix="f",
                decision=ReviewDecision.CASE,
                new_todo=ReviewTodo("t", "eve", date(2026, 12, 4)),
            ),
        ),
        present=("eve",),
        rating=Decimal("8.3"),
        skipped=(SkippedSeat("eve", "away"),),
        todos=(TodoOutcome("2026-11-23-ring", TodoState.FAILED, "no time"),),
    )
    fields = fill_fields(answers, {("bot", "calls"): evidence})
    assert fields[f"changed.{KEY}"] == "more; words"
    assert {name for name in fields if name.startswith("evidence.")} == {f"evidence.{KEY}.0", f"evidence.{KEY}.1"}
    again = merge_form(small_org(), Review("2026-W48"), {**fields, "present": ""}, today=TODAY)
    assert again.errors == {}
    assert set(again.answers.rows[0].changed.split("; ")) == set(answers.rows[0].changed.split("; "))
    assert replace(again.answers, rows=()) == replace(answers, rows=())
    assert replace(again.answers.rows[0], changed="") == replace(answers.rows[0], changed="")


def test_what_is_missing_before_it_is_closed_is_told_at_its_field() -> None:
    agenda = build_agenda(small_org(), datetime(2026, 11, 30, 12, tzinfo=UTC))
    assert [row.key for row in agenda.rows if row.state.must_close] == [("bot", "calls")]
    assert list(find_open_fields(agenda, Review("2026-W48"))) == [f"decision.{KEY}"]
    assert list(find_open_fields(agenda, fill(decision__KEY="fix").answers)) == [f"changed.{KEY}", f"fix.{KEY}"]
    assert list(find_open_fields(agenda, fill(decision__KEY="no-action").answers)) == [f"decision.{KEY}"]
    assert list(find_open_fields(agenda, fill(changed__KEY="x").answers)) == [f"decision.{KEY}"]
    assert find_open_fields(agenda, fill(decision__KEY="watch", fix__KEY="Too early").answers) == {}
    assert find_open_fields(agenda, fill(skip__bot="away").answers) == {}
    # A second review of a week discusses what it wants to.
    assert find_open_fields(agenda, Review("2026-W48"), again=True) == {}


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=8))
def test_no_form_fails(fields: dict[str, str]) -> None:
    form = merge_form(small_org(), Review("2026-W48"), fields, today=TODAY)
    assert form.answers.rows == ()
