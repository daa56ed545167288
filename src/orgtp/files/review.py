"""Read the files of `reviews/`, and files with the answers of a review, which have the same keys.

schema/review.schema.json defines the same; a test checks that both agree.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import PurePosixPath

from orgtp.files.key_order import NEW_TODO_KEYS, REVIEW_ROW_KEYS, SKIPPED_KEYS, TODO_OUTCOME_KEYS, WEEKLY_REVIEW_ORDER
from orgtp.files.mapping_reader import MappingReader
from orgtp.files.record_mapping import BAD_RECORD, read_mapping
from orgtp.model.errors import BadInput
from orgtp.model.problem import Problem
from orgtp.model.records.review import (
    MAX_RATING,
    MIN_RATING,
    Review,
    ReviewDecision,
    ReviewRow,
    ReviewState,
    ReviewTodo,
    SkippedSeat,
    TodoOutcome,
    parse_week,
)
from orgtp.model.records.todo import TodoState

_RATING_HINT = f"Write a number from {MIN_RATING} to {MAX_RATING}: rating: 8.5"


@lru_cache(maxsize=4096)
def read_weekly_review(path: str, raw: bytes) -> tuple[Review | None, tuple[Problem, ...]]:
    """The review in the file `path`, and the problems of the file."""
    problems: list[Problem] = []
    fields = read_mapping(path, raw, problems, "the review")
    if fields is None:
        return None, tuple(problems)
    fields.refuse_unknown_keys(WEEKLY_REVIEW_ORDER)
    return _parse_review(fields, is_record=True), tuple(problems)


def read_answers(path: str, raw: bytes) -> Review:
    """The answers of a review, as a file of a review that may be incomplete.

    It may also say by whom it was prepared, and a `todo` may be a new one: `{what, owner, due}`. Raises `BadInput` with
    the place of the first mistake.
    """
    problems: list[Problem] = []
    fields = read_mapping(path, raw, problems, "the answers")
    if fields is not None:
        fields.refuse_unknown_keys((*WEEKLY_REVIEW_ORDER, "prepared_by", "todos"))
        found = _parse_review(fields, is_record=False)
        if not problems:
            return found
    problem = problems[0]
    raise BadInput(what=f"{problem.place}: {problem.message}. {problem.hint}".rstrip())


def _parse_review(fields: MappingReader, *, is_record: bool) -> Review:
    return Review(
        week=_read_week(fields, is_record=is_record),
        began=fields.timestamp("began", required=is_record),
        ended=fields.timestamp("ended", required=is_record),
        led_by=fields.id("led_by", required=is_record),
        present=fields.ids("present"),
        rows=tuple(_parse_row(row, is_record=is_record) for row in fields.groups("rows", "the row")),
        rating=_read_rating(fields),
        skipped=tuple(_parse_skipped(one) for one in fields.groups("skipped", "the skipped seat")),
        prepared_by="" if is_record else fields.id("prepared_by"),
        todos=() if is_record else tuple(_parse_outcome(one) for one in fields.groups("todos", "the to-do")),
        marks=fields.marks,
    )


def _read_week(fields: MappingReader, *, is_record: bool) -> str:
    text = fields.text("week", required=is_record)
    if text and parse_week(text) is None:
        example = PurePosixPath(fields.marks.path).stem if is_record else "2026-W48"
        fields.add_problem(BAD_RECORD, "week", f'week "{text}" is not a week', f"Write it like this: week: {example}")
        return ""
    return text


def _read_rating(fields: MappingReader) -> Decimal | None:
    value = fields.data.get("rating")
    if value is None:
        return None
    number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    if number is None or not MIN_RATING <= number <= MAX_RATING:
        fields.add_problem(BAD_RECORD, "rating", f'rating "{value}" is not a rating', _RATING_HINT)
        return None
    return number


def _parse_row(fields: MappingReader, *, is_record: bool) -> ReviewRow:
    fields.refuse_unknown_keys(REVIEW_ROW_KEYS)
    seat, metric = fields.id("seat", required=True), fields.id("metric", required=True)
    state = fields.choice("state", ReviewState, ReviewState.NONE, BAD_RECORD, required=is_record)
    decision = fields.choice("decision", ReviewDecision, ReviewDecision.NO_ACTION, BAD_RECORD, required=is_record)
    is_new = not is_record and isinstance(fields.data.get("todo"), dict)
    below = fields.mapping("todo", what="the to-do") if is_new else None
    return ReviewRow(
        seat=seat,
        metric=metric,
        state=state if "state" in fields.data else None,
        changed=fields.text("changed"),
        fix=fields.text("fix"),
        decision=decision if "decision" in fields.data else None,
        todo="" if is_new else fields.text("todo"),
        new_todo=_parse_todo(below) if below else None,
    )


def _parse_todo(fields: MappingReader) -> ReviewTodo:
    fields.refuse_unknown_keys(NEW_TODO_KEYS)
    return ReviewTodo(fields.text("what", required=True), fields.id("owner", required=True), fields.day("due"))


def _parse_outcome(fields: MappingReader) -> TodoOutcome:
    fields.refuse_unknown_keys(TODO_OUTCOME_KEYS)
    state = fields.choice("state", TodoState, TodoState.DONE, BAD_RECORD, required=True)
    if not state.is_closed:
        fields.add_problem(
            BAD_RECORD, "state", f"state is {state}", "A review closes a to-do: done, failed or dropped."
        )
    return TodoOutcome(fields.text("todo", required=True), state, fields.text("note"))


def _parse_skipped(fields: MappingReader) -> SkippedSeat:
    fields.refuse_unknown_keys(SKIPPED_KEYS)
    return SkippedSeat(fields.id("seat", required=True), fields.text("why", required=True))
