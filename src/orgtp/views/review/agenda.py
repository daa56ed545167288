"""The agenda of the weekly review: what needs a person in the last week that is over, in a fixed order.

First the open to-dos, then the rows that need a person, the open escalations, the dates, and the ratings so far.
People and agents are alike. A row on target is only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import Cell, CellState
from orgtp.model.due import next_owed_period, stale_at
from orgtp.model.metric_row import A_SECOND, MetricRow, list_rows_since
from orgtp.model.org import Org
from orgtp.model.period import Period, parse_period, period_containing_local
from orgtp.model.records.review import (
    NEEDING_A_PERSON,
    Review,
    ReviewDecision,
    ReviewRow,
    ReviewState,
    find_last_week,
    find_review_before,
    list_reviews_of,
    list_weeks_overdue,
)
from orgtp.model.records.todo import Todo
from orgtp.model.seat import Seat
from orgtp.model.value import Unit
from orgtp.views.chart import target_now, unit_of
from orgtp.views.escalations import EscalationView, escalations
from orgtp.views.health.assess import assess_health
from orgtp.views.health.types import HealthRow
from orgtp.views.health.unknown_run import UnknownRun, find_unknown_run
from orgtp.views.review.held import Completion, count_completion
from orgtp.views.seats.overlap.find import list_alike_seats
from orgtp.views.seats.overlap.types import describe_alike
from orgtp.views.selection import (
    EVERYTHING,
    NOTHING_OMITTED,
    Omitted,
    RowFacts,
    Selection,
    SortOrder,
    count_omitted,
    select_places,
    select_rows,
)
from orgtp.views.stale import Stale, stale_row
from orgtp.views.variation.judge import Assurance

WEEKS = 13
_MANY_MISSES = 3
_SOON = timedelta(weeks=4)
_RATINGS = 4


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """Something that changed around a row's seat: a candidate, not a cause.

    `commit` is where it happened, and `when` says whether it came before the change began, within its period or after.
    `letter` marks it on the chart of the row. `is_review`: it is what an earlier review said.
    """

    day: date
    text: str
    commit: str = ""
    when: str = ""
    letter: str = ""
    is_review: bool = False


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """A row that needs a person. `state` says why, and `reasons` are all reasons in words.

    `reason_states` has the state that each reason stands for, so the first one is `state`.

    `verdict` and `value` are those of the week that is reviewed, or of the newest week before it that has a verdict,
    `period`. `cells` are the last 13 weeks, the reviewed one last. `last` is what the review before said about it.
    """

    seat: str
    owner: str | None
    metric: str
    name: str
    outcome: str
    target: str | None
    unit: str | None
    state: ReviewState
    reasons: tuple[str, ...]
    reason_states: tuple[ReviewState, ...]
    verdict: CellState
    value: str | None
    period: str
    cells: tuple[Cell, ...]
    misses_in_a_row: int
    late_since: datetime | None
    health: HealthRow | None
    todos: tuple[str, ...]
    last: ReviewRow | None
    human_owner: str | None
    source: str | None
    measure: Unit | None
    seat_name: str

    @property
    def key(self) -> tuple[str, str]:
        """The metric: its seat, and its own id."""
        return self.seat, self.metric

    @property
    def is_off(self) -> bool:
        """Whether it is off target in the week, or in the newest week before it that has a verdict."""
        return self.verdict is CellState.OFF


@dataclass(frozen=True, slots=True)
class QuietRow:
    """A row that needs nobody: on target, or without a verdict for the week."""

    seat: str
    metric: str
    name: str
    state: ReviewState
    seat_name: str


@dataclass(frozen=True, slots=True)
class AgendaDate:
    """A date to talk about: `kind` is review_by, pause, delegate, ends or check-in (a row that was to be watched)."""

    date: date | None
    kind: str
    seat: str
    metric: str | None
    what: str
    overdue: bool
    seat_name: str


@dataclass(frozen=True, slots=True)
class AgendaTodo:
    """An open to-do: `overdue` is computed. `reviews_overdue` counts the reviews at which it was overdue, this one too.

    `owner_name` is the name of the seat that does it.
    """

    todo: str
    what: str
    owner: str
    owner_name: str | None
    due: date | None
    state: str
    overdue: bool
    reviews_overdue: int
    from_: str | None


@dataclass(frozen=True, slots=True)
class PastRating:
    """The rating of an earlier review."""

    week: str
    rating: Decimal


@dataclass(frozen=True, slots=True)
class Agenda:
    """The agenda of the review of `week`, the last one that is over. `held` are its reviews, if it has any already.

    `on_target` counts the rows that need nobody; `no_verdict` lists those without a verdict for the week.
    """

    week: str
    first_day: date
    last_day: date
    columns: tuple[str, ...]
    held: tuple[str, ...]
    completion: Completion
    todos: tuple[AgendaTodo, ...]
    rows: tuple[AgendaRow, ...]
    on_target: tuple[QuietRow, ...]
    no_verdict: tuple[QuietRow, ...]
    escalations: tuple[EscalationView, ...]
    dates: tuple[AgendaDate, ...]
    ratings: tuple[PastRating, ...]
    left_out: Omitted = NOTHING_OMITTED

    def row_about(self, seat: str, metric: str) -> AgendaRow | None:
        """The row about a metric; None if it needs nobody."""
        return next((row for row in self.rows if row.key == (seat, metric)), None)

    def list_states(self) -> dict[tuple[str, str], ReviewState]:
        """The state of each metric of the agenda, those that need nobody too."""
        rows: list[AgendaRow | QuietRow] = [*self.rows, *self.on_target, *self.no_verdict]
        return {(row.seat, row.metric): row.state for row in rows}

    def list_off(self) -> frozenset[tuple[str, str]]:
        """The metrics that are off target."""
        return frozenset(row.key for row in self.rows if row.is_off)

    def state_of(self, seat: str, metric: str) -> ReviewState | None:
        """The state of any metric of the agenda; None if it is not on it."""
        return self.list_states().get((seat, metric))


def build_agenda(
    org: Org,
    now: datetime,
    selection: Selection = EVERYTHING,
) -> Agenda:
    """The agenda as of `now`, of the seats and metrics of a selection. Raises `UnknownSeat`.

    To-dos and escalations are those of the selected seats: that they own, and that are about or with them.
    """
    week = find_last_week(now, org.zone)
    columns = list_weeks_until(week, WEEKS)
    places = select_places(org, selection)
    seats = [place.seat for place in places]
    before = find_review_before(org.reviews, week.text)
    where = replace(selection, states=(), sort=None)
    # As of the end of the week: what came for it since counts, and the current week does not.
    ended = min(now, week.ends(org.zone) - A_SECOND)
    health = {(one.seat, one.metric): one for one in assess_health(org, ended, where).metrics}
    todos = list_agenda_todos(org, now, week)
    about = _group_todos(org, todos)
    found = [
        _judge_row(org, row, columns, health.get(row.key), before, about)
        for seat in seats
        for row in list_rows_since(org, seat, now, week)
    ]
    kept = select_rows(found, selection, _describe_for_selection)
    labels = org.label_seats({one.seat for one in kept}, now)
    names = {seat.id for seat in seats}
    is_all = not selection.text
    rows = [one for one in kept if one.state.needs_person]
    rows = rows if selection.sort not in {None, SortOrder.CHART} else sorted(rows, key=_rank_row)
    every = {
        seat.id: len(list_rows_since(org, seat, now, week))
        for seat in org.seats.values()
        if seat.metrics and not seat.is_retired
    }
    return Agenda(
        week=week.text,
        first_day=week.start.date(),
        last_day=week.next().start.date() - timedelta(days=1),
        columns=tuple(column.text for column in columns),
        held=tuple(id_ for id_, _ in list_reviews_of(org.reviews, week.text)),
        completion=count_completion(org, week.text, now),
        todos=tuple(one for one in todos if is_all or one.owner in names),
        rows=tuple(_with_label(one, labels) for one in rows),
        on_target=tuple(_to_quiet(one, labels) for one in kept if one.state is ReviewState.ON),
        no_verdict=tuple(
            _to_quiet(one, labels) for one in kept if not one.state.needs_person and one.state is not ReviewState.ON
        ),
        escalations=tuple(
            one for one in escalations(org, now) if is_all or not names.isdisjoint({one.seat, one.with_})
        ),
        dates=tuple(_list_dates(org, now, seats, before, labels)),
        ratings=tuple(_list_ratings(org, week)),
        left_out=count_omitted(every, Counter(one.seat for one in kept)),
    )


def list_weeks_until(last: Period, count: int) -> list[Period]:
    """So many weeks, up to the `last` one."""
    weeks = [last]
    while len(weeks) < count:
        weeks.append(weeks[-1].previous())
    return weeks[::-1]


def find_newest_verdict(cells: Sequence[Cell]) -> Cell:
    """The cell of the newest week that has a verdict; the last one if none has."""
    return next((cell for cell in reversed(cells) if cell.state.is_verdict), cells[-1])


def _judge_row(
    org: Org,
    row: MetricRow,
    columns: Sequence[Period],
    health: HealthRow | None,
    before: Review | None,
    about: Mapping[tuple[str, str], Sequence[str]],
) -> AgendaRow:
    cells = tuple(row.column_cell(column) for column in columns)
    verdict = find_newest_verdict(cells)
    late, misses = _find_late(row, columns[-1]), _count_misses(row, columns[-1])
    has_verdict = verdict.state.is_verdict
    silence = find_unknown_run(row, columns[-1]) if has_verdict else None
    found = list(_list_reasons(cells, verdict, misses, health, silence))
    if late:
        silent = [one for one in found if one[0] is ReviewState.SILENT]
        since = late.since.astimezone(org.zone)
        reason = f"late since {since:%Y-%m-%d}: {late.why}"
        rest = [one for one in found if one[0] not in {ReviewState.SILENT, ReviewState.LATE}]
        found = [*silent, (ReviewState.LATE, reason), *rest]
    state = found[0][0] if found else ReviewState(verdict.state.value)
    return AgendaRow(
        seat=row.seat.id,
        owner=row.seat.owner or None,
        metric=row.metric.id,
        name=row.metric.name,
        outcome=row.metric.outcome,
        target=target_now(org, row.metric, row.now),
        unit=unit_of(row.metric),
        state=state,
        reasons=tuple(text for _, text in found),
        reason_states=tuple(one for one, _ in found),
        verdict=verdict.state,
        value=verdict.value,
        period=verdict.period,
        cells=cells,
        misses_in_a_row=misses,
        late_since=late.since if late else None,
        health=health,
        todos=tuple(about.get(row.key, ())),
        last=before.row_about(*row.key) if before else None,
        human_owner=org.owner_name(row.seat, row.now),
        source=row.metric.source or None,
        measure=row.metric.targets.unit if row.metric.targets.dated else None,
        seat_name=org.name_at(row.seat.id, row.now),
    )


def _list_reasons(
    cells: Sequence[Cell], verdict: Cell, misses: int, health: HealthRow | None, silence: UnknownRun | None
) -> Iterator[tuple[ReviewState, str]]:
    """Why a row needs a person, in the order of the agenda. A late value is added by the caller."""
    if silence and silence.is_silent:
        yield ReviewState.SILENT, silence.text
    elif verdict.state is CellState.MISSING and verdict is cells[-1]:
        yield ReviewState.LATE, f"no value for {verdict.period}"
    if health and health.is_drifting:
        yield ReviewState.DRIFTING, f"drifting{f' since {health.since}' if health.since else ''}"
    if verdict.state is CellState.OFF:
        of = "" if verdict is cells[-1] else f" in {verdict.period}"
        run = f", {misses} in a row" if misses >= _MANY_MISSES else ""
        yield ReviewState.OFF, f"off target{of}{run}"
    if health and health.assurance is Assurance.HIT_OR_MISS:
        is_count = health.facts.is_count
        why = "at times on target and at times off" if is_count else "the target is within the limits"
        yield ReviewState.HIT_OR_MISS, f"hit or miss: {why}, so luck decides"


def _find_late(row: MetricRow, week: Period) -> Stale | None:
    """The lateness of the values for the week and before it. What is due for the current week is not judged yet.

    It is as it was before a value of a later period became late.
    """
    in_progress = period_containing_local(week.next().start, row.metric.cadence.grain)
    first = next_owed_period(row.org, row.metric, in_progress)
    late_then = stale_at(row.org, row.metric, first) - A_SECOND
    found = stale_row(row if row.now < late_then else MetricRow(row.org, row.seat, row.metric, late_then))
    period = parse_period(found.period) if found else None
    return found if period and period.next().start <= week.next().start else None


def _count_misses(row: MetricRow, week: Period) -> int:
    """How many cells were off target in a row, up to the last that ended in the week; a blank does not count."""
    misses = 0
    for period in row.recorded_cells():
        if period.next().start > week.next().start:
            continue
        state = row.judged_cell(period).state
        if state is CellState.ON:
            break
        misses += state is CellState.OFF
    return misses


def _rank_row(row: AgendaRow) -> tuple[int, bool, int]:
    """The order of the agenda; off three or more in a row comes before off."""
    return NEEDING_A_PERSON.index(row.state), row.misses_in_a_row < _MANY_MISSES, -row.misses_in_a_row


def _describe_for_selection(row: AgendaRow) -> RowFacts:
    owner = row.human_owner or row.owner or ""
    drifting = frozenset({row.metric} if row.health and row.health.is_drifting else ())
    return RowFacts(
        (row.seat, row.metric), row.name, owner, [row.verdict], row.misses_in_a_row, row.late_since, drifting
    )


def _with_label(row: AgendaRow, labels: Mapping[str, str]) -> AgendaRow:
    return replace(row, seat_name=labels[row.seat])


def _to_quiet(row: AgendaRow, labels: Mapping[str, str]) -> QuietRow:
    return QuietRow(row.seat, row.metric, row.name, row.state, labels[row.seat])


def _list_ratings(org: Org, week: Period) -> list[PastRating]:
    """The ratings of the last reviews before this one, the newest first."""
    rated = [PastRating(one.week, one.rating) for one in org.reviews.values() if one.rating and one.week < week.text]
    return sorted(rated, key=lambda one: one.week, reverse=True)[:_RATINGS]


def _list_dates(
    org: Org, now: datetime, seats: Sequence[Seat], before: Review | None, labels: Mapping[str, str]
) -> list[AgendaDate]:
    """What is due within four weeks or overdue, the earliest first; then what the last review said to watch."""
    today = org.day_of(now)
    names = {seat.id: labels.get(seat.id) or org.name_at(seat.id, now) for seat in seats}
    found = [
        AgendaDate(day, kind, seat.id, metric, what, day < today, names[seat.id])
        for seat in seats
        for day, kind, metric, what in _list_seat_dates(seat, today)
        if day <= today + _SOON
    ]
    alike = list_alike_seats(org, [one.seat for one in found if one.kind == "review_by"])
    found = [
        replace(one, what=f"{one.what}. {describe_alike(one.seat, alike[one.seat])}")
        if one.kind == "review_by" and alike.get(one.seat)
        else one
        for one in found
    ]
    return [*sorted(found, key=lambda one: (one.date, one.seat, one.kind)), *_list_check_ins(org, names, before)]


def _list_seat_dates(seat: Seat, today: date) -> Iterator[tuple[date, str, str | None, str]]:
    """The dates of a seat: the day, the kind, the metric, and what it is in words."""
    if seat.is_reviewed and seat.review_by:
        yield seat.review_by, "review_by", None, "the seat is due for review"
    if seat.pause and seat.pause.until:
        yield seat.pause.until, "pause", None, "the pause ends"
    if seat.delegate and seat.delegate.until >= today:
        yield seat.delegate.until, "delegate", None, f"last day with {seat.delegate.to} as the delegate"
    for metric in seat.metrics.values() if not seat.is_retired else ():
        end = metric.ends.next().start.date() - timedelta(days=1) if metric.ends else None
        if end and end >= today:
            yield end, "ends", metric.id, f"the last period of {metric.name}"


def _list_check_ins(org: Org, names: Mapping[str, str], before: Review | None) -> Iterator[AgendaDate]:
    """The rows that the last review said to watch."""
    for row in before.rows if before else ():
        if before and row.decision is ReviewDecision.WATCH and row.seat in names and not org.seats[row.seat].is_retired:
            what = f"watched since {before.week}: {row.fix or row.changed}"
            yield AgendaDate(None, "check-in", row.seat, row.metric, what, overdue=False, seat_name=names[row.seat])


def list_agenda_todos(org: Org, now: datetime, week: Period) -> list[AgendaTodo]:
    """The to-dos that are open in the review of a week, overdue ones first, then by date."""
    found = [_view_todo(org, now, one, week) for one in org.todos.values() if not one.is_closed]
    return sorted(found, key=lambda one: (not one.overdue, one.due or date.max, one.todo))


def _view_todo(org: Org, now: datetime, one: Todo, week: Period) -> AgendaTodo:
    overdue = one.is_overdue(org.day_of(now))
    weeks = {held for held, _ in list_weeks_overdue(org.reviews, one, now, org.zone)} | {week.text}
    return AgendaTodo(
        todo=one.id,
        what=one.what,
        owner=one.owner,
        owner_name=org.name_at(one.owner, now) if one.owner in org.seats else None,
        due=one.due,
        state=one.state.value,
        overdue=overdue,
        reviews_overdue=len(weeks) if overdue else 0,
        from_=one.from_ or None,
    )


def _group_todos(org: Org, todos: Sequence[AgendaTodo]) -> dict[tuple[str, str], list[str]]:
    """The open to-dos of each metric: those that a review asked for when it discussed the metric."""
    open_ = {one.todo for one in todos}
    found: dict[tuple[str, str], list[str]] = {}
    for review in org.reviews.values():
        for row in review.rows:
            if row.todo in open_ and row.todo not in found.get(row.key, ()):
                found.setdefault(row.key, []).append(row.todo)
    return found
