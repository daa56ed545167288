"""The walk through a weekly review on a terminal: one screen for each row, and every answer on disk at once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import typer

from orgtp.cli.review.show import build_agenda_head
from orgtp.cli.session import open_chosen_org, report_change, write_stderr, write_stdout
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.model.period import parse_period
from orgtp.model.records.review import (
    MAX_RATING,
    MIN_RATING,
    NO_TODO,
    Review,
    ReviewDecision,
    ReviewRow,
    ReviewTodo,
    SkippedSeat,
    TodoOutcome,
    parse_rating,
)
from orgtp.model.text import count_noun, escape_control_chars, join_with_and, one_line, remove_invisible

if TYPE_CHECKING:
    from orgtp.api import Agenda, AgendaRow, OrgHandle, RowEvidence
    from orgtp.cli.options import ChangeOptions

_SKIP, _BACK, _NOTHING = "s", "b", "-"
_DECISIONS = {"w": ReviewDecision.WATCH, "c": ReviewDecision.CASE, "n": ReviewDecision.NO_ACTION}
_REASONS = {
    ReviewDecision.WATCH: "Why is watching enough?",
    ReviewDecision.CASE: "What speaks for a case?",
    ReviewDecision.NO_ACTION: "Why is nothing done?",
}
_WITH_TODO = (ReviewDecision.FIX, ReviewDecision.CASE)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_IN_A_WEEK = timedelta(days=7)


class ReviewNotClosed(OrgtpError):
    """The person does not close the review yet."""

    exit_code = 130
    text = "not closed. The answers are kept in {path}. To go on: orgtp review"


class _GoBack(Exception):
    """The person wants to see the row before."""


class _SkipSeat(Exception):
    """The person wants to skip the seat of the row."""


def walk_through_review(handle: OrgHandle, change: ChangeOptions, *, minutes: int | None, again: bool) -> int:
    """Ask what a review needs to know, and record it. Returns the exit code."""
    from orgtp.actions.acting_seat import require_acting_seat
    from orgtp.actions.review import refuse_other_than_person

    by = handle.ledger.find_acting_seat(change.by)
    with handle.ledger.explain_refusals():
        require_acting_seat(handle.org, by)
    if by:
        refuse_other_than_person(handle.org, by)
    agenda = handle.reviews.agenda()
    with handle.reviews.hold_draft(agenda.week):
        draft = handle.reviews.find_draft(agenda.week)
        held = [one for one in handle.org.reviews.values() if one.week == agenda.week]
        if draft and any(one.began == draft.answers.began for one in held):
            # The process ended after the commit and before it removed the draft.
            handle.reviews.discard_draft(agenda.week)
            draft = None
        _refuse_held(handle, agenda.week, again=again)
        answers = draft.answers if draft else Review(agenda.week, began=handle.now.replace(microsecond=0), led_by=by)
        if by and answers.led_by != by:
            # Whoever goes on with it leads it, and closes it.
            answers = replace(answers, led_by=by)
        walk = ReviewWalk(handle, agenda, handle.reviews.check(answers, by=by), _Clock(minutes))
        _say_where_it_stands(walk, was_begun=draft is not None)
        try:
            walk.ask_everything()
        except (typer.Abort, KeyboardInterrupt):
            write_stderr(f"\nthe answers are kept in {walk.save()}. To go on: orgtp review")
            raise
        return _close(walk, change, again=again)


def _refuse_held(handle: OrgHandle, week: str, *, again: bool) -> None:
    """Raise `BadInput` if the week has a review already, unless another one is to be recorded `again`."""
    held = [one for one in handle.org.reviews.values() if one.week == week]
    if held and not again:
        who = join_with_and(dict.fromkeys(one.led_by for one in held))
        raise BadInput(
            what=f"{who} closed the review of {week} already. To see it: orgtp review show {week}. "
            "To hold another one, which is recorded beside it: orgtp review --again"
        )


def _say_where_it_stands(walk: ReviewWalk, *, was_begun: bool) -> None:
    agenda, answers = walk.agenda, walk.answers
    others = [week for week in walk.handle.reviews.list_draft_weeks() if week != agenda.week]
    for week in others:
        draft = walk.handle.reviews.find_draft(week)
        if draft:
            write_stderr(
                f"the review of {week} was begun and never closed. To close it with these answers: "
                f"orgtp review --answers {draft.path}"
            )
    if not was_begun:
        return
    began = answers.began.astimezone(walk.handle.head.zone) if answers.began else walk.handle.now
    if answers.prepared_by:
        write_stderr(f"{answers.prepared_by} prepared this review. Confirm each answer with Enter, or type another one")
    else:
        rows = [row for row in agenda.rows if row.state.must_close]
        done = sum(walk.is_done(row) for row in rows)
        who = f"{answers.led_by} " if answers.led_by else ""
        of = count_noun(len(rows), "row")
        write_stderr(f"going on with the review that {who}began on {began:%Y-%m-%d at %H:%M}: {done} of {of} done")


def _close(walk: ReviewWalk, change: ChangeOptions, *, again: bool) -> int:
    """Record the review as of now: it took as long as it took."""
    path = walk.save()
    handle = open_chosen_org(change.org)
    try:
        done = handle.reviews.close(walk.answers, by=change.by, again=again, dry_run=change.dry_run)
    except OrgtpError:
        write_stderr(f"not closed. The answers are kept in {path}")
        raise
    return report_change("review-hold", handle, done, change, draft=None)


class _Clock:
    """How much of the minutes is left. It only informs."""

    def __init__(self, minutes: int | None) -> None:
        self._minutes, self._began = minutes, time.monotonic()

    def describe(self, rows_left: int) -> str:
        """`21 of 30 minutes left, 7 for each row`; "" without a limit."""
        if self._minutes is None:
            return ""
        left = self._minutes - int(time.monotonic() - self._began) // 60
        if left <= 0:
            return f"no time left of {count_noun(self._minutes, 'minute')}, {-left} over"
        each = f", {left // rows_left or '<1'} for each row" if rows_left else ""
        return f"{left} of {count_noun(self._minutes, 'minute')} left{each}"


@dataclass(slots=True)
class ReviewWalk:
    """A review in progress: its agenda, and the answers so far, which are saved after each question."""

    handle: OrgHandle
    agenda: Agenda
    answers: Review
    clock: _Clock
    confirmed: set[tuple[str, str]] = field(default_factory=set)

    def save(self) -> object:
        """Write the answers to disk, and return their file."""
        return self.handle.reviews.save_draft(self.answers)

    def update(self, answers: Review) -> None:
        """Take over answers, and save them."""
        self.answers = answers
        self.save()

    def is_done(self, row: AgendaRow) -> bool:
        """Whether nothing is left to ask about a row."""
        if any(one.seat == row.seat for one in self.answers.skipped):
            return True
        found = self.answers.row_about(*row.key)
        if found is None or found.find_gap(is_off=row.is_off):
            return False
        asks = found.decision in _WITH_TODO
        has_todo = bool(found.todo) or (found.new_todo is not None and found.new_todo.due is not None)
        is_confirmed = not self.answers.prepared_by or row.key in self.confirmed
        return (has_todo or not asks) and is_confirmed

    def ask_everything(self) -> None:
        """Ask for all that is missing, in the order of the agenda."""
        self._ask_people()
        self._show_sections(0, 1)
        self._ask_todos()
        self._ask_rows([row for row in self.agenda.rows if row.state.must_close])
        self._ask_rows(self._choose_lucky_rows())
        self._show_sections(2, 4)
        self._ask_rating()
        self._confirm()

    def _ask_people(self) -> None:
        if not self.answers.led_by:
            people = self.handle.org.top_deciders
            led_by = self._ask_seat("Who leads the review? (a seat)", people[0] if people else "")
            self.update(replace(self.answers, led_by=led_by))
        if self.answers.present and not self.answers.prepared_by:
            return
        default = ",".join(self.answers.present or [self.answers.led_by])
        while True:
            text = _ask("Who is here? (seats, separated by commas)", default)
            seats = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
            if _try(lambda seats=seats: [self.handle.org.seat(seat) for seat in seats]):  # type: ignore[misc]
                self.update(replace(self.answers, present=seats))
                return

    def _show_sections(self, first: int, end: int) -> None:
        """Show sections of the agenda that only inform."""
        from orgtp.render.review.agenda import sections_text
        from orgtp.render.terminal import detect_screen

        head = build_agenda_head(self.handle)
        _show(sections_text(self.agenda, head, detect_screen(), first, end))

    def _ask_todos(self) -> None:
        """Ask what became of each open to-do that the person may close."""
        from orgtp.model.records.todo import TodoState, list_todo_editors

        org, by = self.handle.org, self.handle.ledger.find_acting_seat(self.answers.led_by)
        for todo in self.agenda.todos:
            may = not by or by in list_todo_editors(org, org.todos[todo.todo])
            if not may or any(one.todo == todo.todo for one in self.answers.todos):
                continue
            what = escape_control_chars(one_line(f"{todo.what} ({todo.owner}, due {todo.due})"))
            question = f"{what}: is it done? (y; f for failed, d for dropped, Enter leaves it open)"
            outcomes = {"y": TodoState.DONE, "f": TodoState.FAILED, "d": TodoState.DROPPED, "n": None, "": None}
            while (text := _ask(question).lower()[:1]) not in outcomes:
                write_stderr("type y, f or d, or only Enter")
            state = outcomes[text]
            if state is not None:
                note = "" if state is TodoState.DONE else _ask_required("Why?")
                outcome = TodoOutcome(todo.todo, state, note)
                self.update(replace(self.answers, todos=(*self.answers.todos, outcome)))

    def _choose_lucky_rows(self) -> Sequence[AgendaRow]:
        """The rows that are hit or miss, if somebody wants to go through them; else those that have answers already."""
        lucky = [row for row in self.agenda.rows if not row.state.must_close]
        known = [row for row in lucky if self.answers.row_about(*row.key)]
        if not lucky or known or self.answers.rating is not None:
            return known
        are = "row is" if len(lucky) == 1 else "rows are"
        question = f"{len(lucky)} more {are} hit or miss: on target by luck as much as by work. Go through them, too?"
        return lucky if typer.confirm(question, default=False, err=True) else ()

    def _ask_rows(self, rows: Sequence[AgendaRow]) -> None:
        number, is_back = 0, False
        while number < len(rows):
            row = rows[number]
            if self.is_done(row) and not is_back:
                number += 1
                continue
            is_back = False
            try:
                self._ask_row(rows, number)
                number += 1
            except _GoBack:
                number, is_back = max(0, number - 1), True
            except _SkipSeat:
                self._skip(row)
                number += 1

    def _skip(self, row: AgendaRow) -> None:
        why = _ask_required(f"Why is {row.seat} skipped?")
        others = [one for one in self.answers.skipped if one.seat != row.seat]
        rows = tuple(one for one in self.answers.rows if one.seat != row.seat)
        self.update(replace(self.answers, rows=rows, skipped=(*others, SkippedSeat(row.seat, why))))

    def _ask_row(self, rows: Sequence[AgendaRow], number: int) -> None:
        from orgtp.render.review.agenda import row_screen_text
        from orgtp.render.terminal import detect_screen

        row = rows[number]
        left = sum(not self.is_done(one) for one in rows[number:])
        place = f"row {number + 1} of {len(rows)}"
        clock = self.clock.describe(left)
        evidence = self.handle.reviews.evidence(row)
        _show(row_screen_text(self.agenda, row, evidence, f"{place}{f', {clock}' if clock else ''}", detect_screen()))
        skipped = tuple(one for one in self.answers.skipped if one.seat != row.seat)
        self.answers = replace(self.answers, skipped=skipped)
        found = self.answers.row_about(*row.key) or ReviewRow(row.seat, row.metric)
        found = replace(found, state=row.state)
        while True:
            found = self._ask_about(row, found, evidence)
            gap = found.find_gap(is_off=row.is_off)
            if not gap:
                self.confirmed.add(row.key)
                return
            write_stderr(f"still missing: {gap}")

    def _ask_about(self, row: AgendaRow, found: ReviewRow, evidence: Sequence[RowEvidence]) -> ReviewRow:
        """Ask the questions about one row, and save each answer. An answer that is known is offered."""
        pick = f", {_format_numbers(len(evidence))} for what was found" if evidence else ""
        question = f"What changed in the inputs of {row.seat}? (text{pick}, s skips the seat, b goes back)"
        while (changed := _pick_evidence(_leave_if_asked(_ask(question, found.changed)), evidence)) is None:
            write_stderr(
                f"type {_format_numbers(len(evidence))}, or say it in words" if evidence else "say it in words"
            )
        before, found = found, self._keep(replace(found, changed=changed))
        found = self._ask_decision(found)
        if found.new_todo and found.new_todo.what == before.fix:
            # The to-do is the fix in other words only if somebody wrote it so.
            found = replace(found, new_todo=replace(found.new_todo, what=found.fix))
        if found.decision in _WITH_TODO:
            found = self._ask_todo(row, found)
        else:
            found = self._keep(replace(found, todo="", new_todo=None))
        return found

    def _ask_decision(self, found: ReviewRow) -> ReviewRow:
        default = found.fix if found.decision in {None, ReviewDecision.FIX} else found.decision.value[0]
        text = ""
        while not text:
            text = _leave_if_asked(_ask("What is the fix? (text; w to watch, c for a case, n for no action)", default))
        decision = _DECISIONS.get(text.lower(), ReviewDecision.FIX)
        if decision is ReviewDecision.FIX:
            return self._keep(replace(found, decision=decision, fix=text))
        known = found.fix if found.decision is decision else ""
        reason = _ask_required(_REASONS[decision], known)
        return self._keep(replace(found, decision=decision, fix=reason))

    def _ask_todo(self, row: AgendaRow, found: ReviewRow) -> ReviewRow:
        new = found.new_todo
        owner = new.owner if new else (_NOTHING if found.todo == NO_TODO else row.owner or "")
        seat = self._ask_seat("Who does it? (a seat, - for nobody)", owner, nobody=True)
        if not seat:
            return self._keep(replace(found, todo=NO_TODO, new_todo=None))
        what = new.what if new else found.fix
        found = self._keep(replace(found, todo="", new_todo=ReviewTodo(what, seat, None)))
        today = self.handle.org.day_of(self.handle.now)
        default = new.due if new and new.due else today + _IN_A_WEEK
        while True:
            due = _parse_day(_ask("By when? (a date, or a day such as fri)", f"{default}"), today)
            if due is not None and due >= today:
                return self._keep(replace(found, new_todo=ReviewTodo(what, seat, due)))
            write_stderr(f"write a day that is not over, such as {default} or fri")

    def _keep(self, found: ReviewRow) -> ReviewRow:
        """Save what is known of a row."""
        rows = {row.key: row for row in self.answers.rows} | {found.key: found}
        self.update(replace(self.answers, rows=tuple(rows.values())))
        return found

    def _ask_seat(self, question: str, default: str, *, nobody: bool = False) -> str:
        """Ask for a seat until the org has it and it is active; "" for nobody."""
        while True:
            text = _ask(question, default)
            if nobody and text == _NOTHING:
                return ""
            seat = self.handle.org.seats.get(text)
            if seat is not None and not seat.is_active:
                write_stderr(f"{text} is {seat.status}")
            elif _try(lambda text=text: self.handle.org.seat(text)):  # type: ignore[misc]
                return text

    def _ask_rating(self) -> None:
        if self.answers.rating is not None and not self.answers.prepared_by:
            return
        default = f"{self.answers.rating}" if self.answers.rating is not None else ""
        while True:
            text = _ask(
                f"How useful was this review, from {MIN_RATING} to {MAX_RATING}? (several: their mean)", default
            )
            if _try(lambda text=text: parse_rating(text)):  # type: ignore[misc]
                self.update(replace(self.answers, rating=parse_rating(text)))
                return

    def _confirm(self) -> None:
        closed = len(self.answers.rows)
        todos = sum(row.new_todo is not None for row in self.answers.rows)
        skipped = f", {len(self.answers.skipped)} skipped" if self.answers.skipped else ""
        write_stderr(f"{count_noun(closed, 'row')} discussed, {count_noun(todos, 'new to-do')}{skipped}")
        if not typer.confirm(f"Close the review of {self.agenda.week}?", default=True, err=True):
            raise ReviewNotClosed(path=self.save())


def _show(text: str) -> None:
    write_stdout(text)
    sys.stdout.flush()


def _ask(question: str, default: str = "") -> str:
    """Ask a person, and return one line; `-` removes what is offered."""
    text = str(typer.prompt(question, default=default, show_default=bool(default), err=True))
    return one_line(remove_invisible(text)).strip()


def _ask_required(question: str, default: str = "") -> str:
    while not (text := _ask(question, default)) or text == _NOTHING:
        write_stderr("please say it in a few words")
    return text


def _leave_if_asked(text: str) -> str:
    """The text; "" for `-`. Raises `_SkipSeat` and `_GoBack` for the letters that ask for it."""
    if text.lower() == _SKIP:
        raise _SkipSeat
    if text.lower() == _BACK:
        raise _GoBack
    return "" if text == _NOTHING else text


def _try(check: Callable[[], object]) -> bool:
    """Whether a check passes; if not, its message is shown."""
    try:
        check()
    except OrgtpError as error:
        write_stderr(str(error))
        return False
    return True


def _format_numbers(count: int) -> str:
    return "1" if count == 1 else f"1 to {count}"


def _pick_evidence(text: str, evidence: Sequence[RowEvidence]) -> str | None:
    """The text of what was found, if numbers of it were typed: `1, 3`; else the text. None for other numbers."""
    parts = [part for part in text.replace(",", " ").split() if part]
    numbers = [int(part) for part in parts if part.isdecimal()]
    if not parts or len(numbers) != len(parts):
        return text
    if not all(1 <= number <= len(evidence) for number in numbers):
        return None
    return "; ".join(f"{evidence[number - 1].text} ({evidence[number - 1].day})" for number in numbers)


def _parse_day(text: str, today: date) -> date | None:
    """The day that a person means: `2026-12-04`, or the next day of that name."""
    name = text.lower()[:3]
    if name in _WEEKDAYS and text.isalpha():
        return today + timedelta(days=(_WEEKDAYS.index(name) - today.weekday() - 1) % 7 + 1)
    period = parse_period(text)
    return period.start.date() if period and period.grain.value == "day" else None
