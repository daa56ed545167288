"""Weekly reviews: what was discussed about each row, what was decided, and who was there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import YamlData
from orgtp.model.errors import BadInput
from orgtp.model.period import Grain, Period, parse_period, period_containing
from orgtp.model.problem import Marks
from orgtp.model.records.table import BY_SEAT, Column, ColumnType, RecordTable, Table, TableRow
from orgtp.model.records.todo import Todo, TodoState
from orgtp.model.score import format_timestamp

REVIEWS_FOLDER = "reviews/"
# A second review of a week, written in another clone before the two met, has a number: `2026-W48-2`.
REVIEW_ID = re.compile(r"([0-9]{4}-W(?:0[1-9]|[1-4][0-9]|5[0-3]))(?:-([2-9]|[1-9][0-9]))?")
MIN_RATING, MAX_RATING = 1, 10


# In answers: nobody has to do anything about the row.
NO_TODO = "none"


class ReviewDecision(StrEnum):
    """What was decided about a row: a fix, to watch it, to make a case for retiring the seat, or nothing."""

    FIX = "fix"
    WATCH = "watch"
    CASE = "case"
    NO_ACTION = "no-action"


class ReviewState(StrEnum):
    """Why a row was discussed, what needs a person first: its state in the week, or what stands out about it."""

    SILENT = "silent"
    LATE = "late"
    DRIFTING = "drifting"
    OFF = "off"
    HIT_OR_MISS = "hit-or-miss"
    UNAVAILABLE = "unavailable"
    MISSING = "missing"
    PENDING = "pending"
    NONE = "none"
    ON = "on"

    @property
    def needs_person(self) -> bool:
        """Whether a row in this state is discussed one by one."""
        return self in NEEDING_A_PERSON

    @property
    def must_close(self) -> bool:
        """Whether the review says what is done about a row in this state, or who skipped it and why."""
        return self in NEEDING_A_PERSON and self is not ReviewState.HIT_OR_MISS


NEEDING_A_PERSON = (
    ReviewState.SILENT,
    ReviewState.LATE,
    ReviewState.DRIFTING,
    ReviewState.OFF,
    ReviewState.HIT_OR_MISS,
)


@dataclass(frozen=True, slots=True)
class ReviewTodo:
    """A to-do that a review asks for: what, the seat that does it, and the day by which it is done."""

    what: str
    owner: str
    due: date | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """What a review says about one metric. `changed`: in the seat's inputs. `fix`: the fix, or why it is watched.

    `todo` is the id of the to-do. `new_todo` is only in answers: the to-do to create. `decision` is None only in
    answers that are not complete. `state` is None in answers that do not give it.
    """

    seat: str
    metric: str
    state: ReviewState | None = None
    changed: str = ""
    fix: str = ""
    decision: ReviewDecision | None = None
    todo: str = ""
    new_todo: ReviewTodo | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The metric: its seat, and its own id."""
        return self.seat, self.metric

    def find_gap(self, *, is_off: bool) -> str:
        """What is missing before the row is closed, in words; "" if nothing is. `is_off`: it is off target."""
        if self.decision is None:
            return "a decision: fix, watch, case or no-action"
        if is_off and self.decision is ReviewDecision.NO_ACTION:
            return "a fix, or watch with a reason: it is off target"
        if is_off and self.decision is not ReviewDecision.WATCH:
            return " and ".join(key for key in ("changed", "fix") if not getattr(self, key))
        if self.decision is ReviewDecision.FIX:
            return "" if self.fix else "fix"
        return "" if self.fix else f"the reason for {self.decision}, under fix"


@dataclass(frozen=True, slots=True)
class SkippedSeat:
    """A seat whose rows were not discussed, and why."""

    seat: str
    why: str


@dataclass(frozen=True, slots=True)
class TodoOutcome:
    """What became of an open to-do, said in a review: `state` is done, failed or dropped, and `note` says why."""

    todo: str
    state: TodoState
    note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """The review of one week. `week` is the week that it judges, and `began` and `ended` are None if unknown.

    Only answers have `prepared_by`, the seat that wrote them for a person, and `todos`, what became of open to-dos.
    """

    week: str
    began: datetime | None = None
    ended: datetime | None = None
    led_by: str = ""
    present: tuple[str, ...] = ()
    rows: tuple[ReviewRow, ...] = ()
    rating: Decimal | None = None
    skipped: tuple[SkippedSeat, ...] = ()
    prepared_by: str = ""
    todos: tuple[TodoOutcome, ...] = ()
    marks: Marks = field(default=Marks(""), compare=False, repr=False)

    @property
    def minutes(self) -> int | None:
        """How long it took, in whole minutes; None if the file does not say."""
        if self.began is None or self.ended is None or self.ended < self.began:
            return None
        return int((self.ended - self.began).total_seconds()) // 60

    def row_about(self, seat: str, metric: str) -> ReviewRow | None:
        """What it says about a metric; None if it says nothing."""
        return next((row for row in self.rows if row.key == (seat, metric)), None)


def review_path(id_: str) -> str:
    """The path of a review's file."""
    return f"{REVIEWS_FOLDER}{id_}.yaml"


def find_last_week(now: datetime, zone: tzinfo) -> Period:
    """The last week that is over at `now` in `zone`: the week that a review judges.

    A view of the past is as of the last second of its period, which is over.
    """
    current = period_containing(now, Grain.WEEK, zone)
    remaining = current.ends(zone) - now.astimezone(zone)
    return current if remaining.total_seconds() <= 1 else current.previous()


def parse_rating(text: str) -> Decimal | None:
    """The mean of the ratings in a text, to one decimal; None for no text. Raises `BadInput`."""
    parts = text.replace(",", " ").split()
    try:
        numbers = [Decimal(part) for part in parts]
    except InvalidOperation:
        numbers = [Decimal(0)]
    # Zero, which is no rating, stands for a number that is none.
    if not all(number.is_finite() and MIN_RATING <= number <= MAX_RATING for number in numbers):
        raise BadInput(what=f"write numbers from {MIN_RATING} to {MAX_RATING}, such as 8 or 9 8 8")
    return round(sum(numbers, Decimal(0)) / len(numbers), 1) if numbers else None


def parse_week(text: str) -> Period | None:
    """The week `2026-W48`; None for any other text."""
    period = parse_period(text)
    return period if period is not None and period.grain is Grain.WEEK else None


def list_reviews_of(reviews: Mapping[str, Review], week: str) -> Sequence[tuple[str, Review]]:
    """The reviews of a week with their ids, the first one first."""
    found = [(id_, one) for id_, one in reviews.items() if one.week == week]
    return sorted(found, key=lambda pair: (len(pair[0]), pair[0]))


def find_review_before(reviews: Mapping[str, Review], week: str) -> Review | None:
    """The review of the newest earlier week that has one: of several of that week, the one that ended last."""
    earlier = [one for one in reviews.values() if one.week and one.week < week]
    return max(earlier, key=lambda one: (one.week, one.ended is not None, one.ended), default=None)


def list_weeks_overdue(
    reviews: Mapping[str, Review], one: Todo, until: datetime, zone: tzinfo
) -> list[tuple[str, datetime]]:
    """The reviewed weeks in whose review a to-do was overdue, as it was then, each with when its last review ended.

    Weeks are counted, not records: two reviews of a week are one. Only reviews that ended by `until` count.
    """
    found: dict[str, datetime] = {}
    for review in reviews.values():
        ended = review.ended
        if ended is None or ended > until:
            continue
        then = one.as_of(ended)
        if then is not None and then.is_overdue(ended.astimezone(zone).date()):
            found[review.week] = max(ended, found.get(review.week, ended))
    return sorted(found.items())


def list_twice_reviewed(paths: Iterable[str]) -> list[str]:
    """The weeks of which a second review is among the files, in order."""
    names = (
        path.removeprefix(REVIEWS_FOLDER).removesuffix(".yaml") for path in paths if path.startswith(REVIEWS_FOLDER)
    )
    found = (REVIEW_ID.fullmatch(name) for name in names)
    return sorted({match[1] for match in found if match and match[2]})


def review_data(one: Review) -> dict[str, YamlData]:
    """The content of a review's file, or of one with its answers. Empty fields are left out, but not the rows."""
    fields: dict[str, YamlData] = {
        "week": one.week,
        "began": format_timestamp(one.began) if one.began else "",
        "ended": format_timestamp(one.ended) if one.ended else "",
        "prepared_by": one.prepared_by,
        "led_by": one.led_by,
        "present": list(one.present),
        "todos": [_outcome_data(outcome) for outcome in one.todos],
        "rows": [_row_data(row) for row in one.rows],
        "rating": _rating_data(one.rating),
        "skipped": [{"seat": skipped.seat, "why": skipped.why} for skipped in one.skipped],
    }
    return {key: value for key, value in fields.items() if value or key == "rows"}


def _outcome_data(one: TodoOutcome) -> dict[str, YamlData]:
    note: dict[str, YamlData] = {"note": one.note} if one.note else {}
    return {"todo": one.todo, "state": str(one.state), **note}


def _rating_data(rating: Decimal | None) -> YamlData:
    if rating is None:
        return None
    return int(rating) if rating == rating.to_integral_value() else rating


def _row_data(row: ReviewRow) -> dict[str, YamlData]:
    new = row.new_todo
    todo: YamlData = row.todo
    if new is not None:
        todo = {"what": new.what, "owner": new.owner, **({"due": f"{new.due}"} if new.due else {})}
    fields: dict[str, YamlData] = {
        "seat": row.seat,
        "metric": row.metric,
        "state": str(row.state or ""),
        "changed": row.changed,
        "fix": row.fix,
        "decision": str(row.decision or ""),
        "todo": todo,
    }
    return {key: value for key, value in fields.items() if value}


def _list_reviews(id_: str, one: Review, _today: date) -> Iterator[TableRow]:
    todos = {row.todo for row in one.rows if row.todo}
    facts = (one.led_by or None, one.began, one.ended, one.minutes)
    yield (id_, one.week, *facts, len(one.rows), len(one.skipped), len(todos), one.rating)


def _list_review_rows(id_: str, one: Review, _today: date) -> Iterator[TableRow]:
    for row in one.rows:
        texts = (row.state, row.changed, row.fix, row.decision, row.todo)
        yield (id_, one.week, row.seat, row.metric, *(str(text) if text else None for text in texts))


_REVIEWS = Table(
    "reviews",
    "Every weekly review that was held. With a selection: those that discussed one of its seats.",
    ("id",),
    (
        Column("id", "The id: the week, with a number if it is not the first of its week."),
        Column("week", "The week that it judged."),
        Column("led_by", "The seat that led it."),
        Column("began", "When it began.", ColumnType.TIME),
        Column("ended", "When it ended.", ColumnType.TIME),
        Column("minutes", "How long it took, in whole minutes.", ColumnType.INTEGER),
        Column("rows_discussed", "How many rows it discussed.", ColumnType.INTEGER),
        Column("skipped", "How many seats it skipped.", ColumnType.INTEGER),
        Column("todos", "How many to-dos it asked for.", ColumnType.INTEGER),
        Column("rating", "Its rating, from 1 to 10.", ColumnType.NUMBER),
    ),
    {},
)
_REVIEW_ROWS = Table(
    "review_rows",
    "What each review said about each row that it discussed.",
    ("review", "seat", "metric"),
    (
        Column("review", "The id of the review."),
        Column("week", "The week that it judged."),
        Column("seat", "The seat."),
        Column("metric", "The metric."),
        Column("state", "Why it was discussed, such as `off` or `late`."),
        Column("changed", "What changed in the inputs of the seat."),
        Column("fix", "The fix; or the reason for another decision."),
        Column("decision", "`fix`, `watch`, `case` or `no-action`."),
        Column("todo", "The id of the to-do."),
    ),
    BY_SEAT,
)
REVIEW_TABLES = (RecordTable(_REVIEWS, _list_reviews), RecordTable(_REVIEW_ROWS, _list_review_rows))
