"""The form of a meeting: its fields, what a review's answers say in them, and the answers that a form adds up to.

The key of a row is `SEAT/METRIC`. Its fields, of which a form sends those that it has:

    evidence.KEY.N     a candidate that changed, as its text; sent if it is ticked
    changed.KEY        what changed in other words
    decision.KEY       fix, watch, case or no-action
    fix.KEY            the fix, or the reason for another decision
    todo_what.KEY, todo_owner.KEY, todo_due.KEY    a to-do of the row
    todo.KEY           the id of a to-do that the answers named before

The others are about the meeting:

    outcome.TODO, outcome_note.TODO    what became of an open to-do: done, failed or dropped, and why
    skip.SEAT                          why the rows of a seat are not discussed; "" takes that back
    here.SEAT, present                 who is here: a box for each, and others by their ids
    rating                             one rating, or one of each person: their mean counts
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from orgtp.api import Agenda, AgendaRow, Review, ReviewDecision, ReviewRow, ReviewTodo, SkippedSeat, TodoState
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.records.review import NO_TODO, TodoOutcome, parse_rating
from orgtp.model.records.todo import list_todo_editors
from orgtp.model.text import did_you_mean, one_line, remove_invisible

Fields = Mapping[str, str]
_JOINED = "; "
_ROW_FIELDS = ("evidence", "changed", "decision", "fix", "todo_what", "todo_owner", "todo_due", "todo")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """The answers that a form adds up to, and what is wrong with it, by the name of the field.

    A field that is wrong leaves its answer as it was before.
    """

    answers: Review
    errors: Mapping[str, str]


def format_evidence(text: str, day: date) -> str:
    """A candidate as an answer names it, as on a terminal."""
    return one_line(f"{text} ({day})")


def fill_fields(answers: Review, evidence: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, str]:
    """The fields of a form that shows these answers. `evidence` are the candidates of each row, as in the answers."""
    fields: dict[str, str] = {}
    for row in answers.rows:
        key = "/".join(row.key)
        ticked, words = _split_changed(row.changed, evidence.get(row.key, ()))
        fields |= {f"evidence.{key}.{number}": text for number, text in ticked.items()}
        fields |= {f"changed.{key}": words, f"fix.{key}": row.fix, f"decision.{key}": row.decision or ""}
        if row.todo:
            fields[f"todo.{key}"] = row.todo
        if new := row.new_todo:
            fields |= {f"todo_what.{key}": new.what, f"todo_owner.{key}": new.owner}
            fields[f"todo_due.{key}"] = f"{new.due or ''}"
    fields |= {f"skip.{one.seat}": one.why for one in answers.skipped}
    fields |= {f"here.{seat}": "yes" for seat in answers.present}
    for one in answers.todos:
        fields |= {f"outcome.{one.todo}": str(one.state), f"outcome_note.{one.todo}": one.note}
    if answers.rating is not None:
        fields["rating"] = f"{answers.rating}"
    return fields


def _split_changed(changed: str, candidates: Sequence[str]) -> tuple[dict[int, str], str]:
    """The candidates that a text begins with, by their numbers, and the rest of it."""
    ticked: dict[int, str] = {}
    found = True
    while changed and found:
        found = False
        for number, one in enumerate(candidates):
            if number not in ticked and (changed == one or changed.startswith(one + _JOINED)):
                ticked[number], found = one, True
                changed = changed.removeprefix(one).removeprefix(_JOINED)
    return ticked, changed


def merge_form(org: Org, answers: Review, fields: Fields, *, today: date, by: str = "") -> FilledForm:
    """The answers with what a form says in addition, as `by`. A field that the form does not have changes nothing."""
    return _FormReader(org, answers, fields, today, by).read()


def find_open_fields(agenda: Agenda, answers: Review, *, again: bool = False) -> dict[str, str]:
    """What is missing before a review is closed, by the field to fill in; see `orgtp.actions.review.close_review`."""
    found = dict(_list_gaps(agenda, answers))
    skipped = {one.seat for one in answers.skipped}
    for row in () if again else agenda.rows:
        if row.state.must_close and answers.row_about(*row.key) is None and row.seat not in skipped:
            found[f"decision.{'/'.join(row.key)}"] = "Decide what is done about it, or skip the seat and say why."
    return found


def _list_gaps(agenda: Agenda, answers: Review) -> Iterator[tuple[str, str]]:
    off = agenda.list_off()
    for row in answers.rows:
        gap, key = row.find_gap(is_off=row.key in off), "/".join(row.key)
        if not gap:
            continue
        if row.decision is None:
            yield f"decision.{key}", "Decide what is done about it, or skip the seat and say why."
        elif row.decision is ReviewDecision.NO_ACTION and row.key in off:
            yield f"decision.{key}", "It is off target: name a fix, or watch it and say why."
        else:
            if not row.changed and "changed" in gap:
                yield f"changed.{key}", "Say what changed: tick a candidate, or use your own words."
            if not row.fix:
                is_fix = row.decision is ReviewDecision.FIX
                yield f"fix.{key}", "Say what the fix is." if is_fix else "Say why."


@dataclass
class _FormReader:
    org: Org
    answers: Review
    fields: Fields
    today: date
    by: str

    def __post_init__(self) -> None:
        self.errors: dict[str, str] = {}

    def read(self) -> FilledForm:
        rows = {row.key: row for row in self.answers.rows}
        for key in dict.fromkeys(self._list_row_keys()):
            seat, metric = key.split("/")
            row = self._read_row(rows.get((seat, metric)) or ReviewRow(seat, metric), key)
            rows[seat, metric] = row
        skipped = self._read_skipped()
        kept = tuple(row for row in rows.values() if _says_something(row))
        # A seat that is skipped keeps the rows that were decided before.
        kept = tuple(row for row in kept if row.decision or row.seat not in {one.seat for one in skipped})
        answers = replace(
            self.answers, rows=kept, skipped=skipped, todos=self._read_outcomes(), present=self._read_present()
        )
        return FilledForm(replace(answers, rating=self._read_rating()), self.errors)

    def _get(self, name: str) -> str:
        return one_line(remove_invisible(self.fields.get(name, "")))

    def _list_keys(self, name: str) -> list[str]:
        return [field.removeprefix(f"{name}.") for field in self.fields if field.startswith(f"{name}.")]

    def _list_row_keys(self) -> Iterator[str]:
        for name in _ROW_FIELDS:
            for found in self._list_keys(name):
                key = found.rpartition(".")[0] if name == "evidence" else found
                seat, _, metric = key.partition("/")
                held = self.org.seats.get(seat)
                if held is not None and metric in held.metrics:
                    yield key

    def _read_row(self, row: ReviewRow, key: str) -> ReviewRow:
        if f"changed.{key}" in self.fields:
            ticked = [self._get(f"evidence.{one}") for one in self._list_keys("evidence") if one.startswith(f"{key}.")]
            row = replace(row, changed=_JOINED.join(filter(None, [*ticked, self._get(f"changed.{key}")])))
        if f"fix.{key}" in self.fields:
            row = replace(row, fix=self._get(f"fix.{key}"))
        if f"decision.{key}" in self.fields:
            row = replace(row, decision=self._read_decision(f"decision.{key}", row.decision))
        return self._read_todo(row, key) if f"todo_what.{key}" in self.fields else row

    def _read_decision(self, name: str, before: ReviewDecision | None) -> ReviewDecision | None:
        text = self._get(name)
        if text and text not in [*ReviewDecision]:
            self.errors[name] = f"Choose one of: {', '.join(ReviewDecision)}."
            return before
        return ReviewDecision(text) if text else None

    def _read_todo(self, row: ReviewRow, key: str) -> ReviewRow:
        what = self._get(f"todo_what.{key}")
        if not what:
            known = self._get(f"todo.{key}")
            return replace(row, new_todo=None, todo=known if known in {NO_TODO, *self.org.todos} else "")
        before = row.new_todo
        owner, due = self._get(f"todo_owner.{key}") or row.seat, before.due if before else None
        seat = self.org.seats.get(owner)
        if seat is None or not seat.is_active:
            why = f'"{owner}" is {seat.status}.' if seat else f'"{owner}" is not a seat. '
            self.errors[f"todo_owner.{key}"] = (why + ("" if seat else did_you_mean(owner, self.org.seats))).strip()
            owner = before.owner if before else row.seat
        text = self._get(f"todo_due.{key}")
        try:
            due = date.fromisoformat(text) if text else None
        except ValueError:
            self.errors[f"todo_due.{key}"] = "Write the day as 2026-12-04."
        if due is not None and due < self.today:
            self.errors[f"todo_due.{key}"] = "Name a day that is not over."
            due = None
        return replace(row, todo="", new_todo=ReviewTodo(what, owner, due))

    def _read_skipped(self) -> tuple[SkippedSeat, ...]:
        skipped = {one.seat: one for one in self.answers.skipped}
        for seat in self._list_keys("skip"):
            if seat in self.org.seats:
                skipped[seat] = SkippedSeat(seat, self._get(f"skip.{seat}"))
        return tuple(one for one in skipped.values() if one.why)

    def _read_outcomes(self) -> tuple[TodoOutcome, ...]:
        found = {one.todo: one for one in self.answers.todos}
        for id_ in self._list_keys("outcome"):
            state, note = self._get(f"outcome.{id_}"), self._get(f"outcome_note.{id_}")
            if not state:
                found.pop(id_, None)
                continue
            if id_ not in self.org.todos or state not in [one.value for one in TodoState if one.is_closed]:
                self.errors[f"outcome.{id_}"] = "Choose done, failed or dropped, or leave it open."
                continue
            if self.by and self.by not in list_todo_editors(self.org, self.org.todos[id_]):
                self.errors[f"outcome.{id_}"] = "You may not close it: its owner does, or who added it."
                continue
            if state != TodoState.DONE and not note:
                self.errors[f"outcome_note.{id_}"] = "Say why."
            found[id_] = TodoOutcome(id_, TodoState(state), note)
        return tuple(found.values())

    def _read_present(self) -> tuple[str, ...]:
        if "present" not in self.fields:
            return self.answers.present
        others = self._get("present").replace(",", " ").split()
        unknown = [seat for seat in others if seat not in self.org.seats]
        if unknown:
            self.errors["present"] = f'"{unknown[0]}" is not a seat. {did_you_mean(unknown[0], self.org.seats)}'.strip()
        here = [seat for seat in self._list_keys("here") if seat in self.org.seats]
        return tuple(dict.fromkeys([*here, *(seat for seat in others if seat not in unknown)]))

    def _read_rating(self) -> Decimal | None:
        if "rating" not in self.fields:
            return self.answers.rating
        try:
            return parse_rating(self._get("rating"))
        except BadInput as error:
            self.errors["rating"] = f"{error.facts['what']}."
            return self.answers.rating


def _says_something(row: ReviewRow) -> bool:
    return bool(row.decision or row.changed or row.fix or row.new_todo or row.todo)


def list_people(org: Org, agenda: Agenda, answers: Review | None, leader: str) -> list[str]:
    """The people who may be here: who leads, who was named, the owners of rows, and who decides at the top."""
    named = [leader, *(answers.present if answers else ()), *org.top_deciders]
    owners: Collection[AgendaRow] = agenda.rows
    found = [*named, *(row.owner or "" for row in owners if row.state.must_close)]
    return [seat for seat in dict.fromkeys(found) if seat in org.seats and org.seats[seat].is_active]
