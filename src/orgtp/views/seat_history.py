"""The history of a seat: its changes by commit, and the values recorded between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from orgtp.model.cell import CellState
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org, Retirement
from orgtp.model.period import Period
from orgtp.model.problem import Problem
from orgtp.model.score import Score
from orgtp.model.seat import retirement_path, seat_path
from orgtp.views.diff.build import Diff, diff
from orgtp.views.diff.wording import is_part_of_file, is_part_of_retirement

# The lists of a diff that are part of the history of a seat, in the order in which they are shown.
_LISTS = (
    "added", "removed", "statuses", "owners", "moved", "fields", "capabilities", "metrics", "ended", "targets",
    "metric_fields", "waivers", "retired", "records",
)  # fmt: skip
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SeatCommit:
    """A commit that touched the seat, with the seats that it touched in each parent (`before`) and in it (`after`).

    `by` is the seat that acted, if known, and `who` its name or the author's. `by_claimed`: only the commit says that
    it acted, so `who` is the author. `unread` says why the seat's own files could not be read in it.
    """

    commit: str
    at: datetime
    action: str | None
    by: str | None
    author: str
    who: str
    before: tuple[Org, ...]
    after: Org
    unread: tuple[Problem, ...] = ()
    by_claimed: bool = False


@dataclass(frozen=True, slots=True)
class FileUnread:
    """A file of the seat that could not be read before or after the commit, so that its changes are not known."""

    seat: str
    path: str


@dataclass(frozen=True, slots=True)
class SeatChange:
    """A change. `sort` is the list of a diff that contains `item`."""

    sort: str
    item: Any


@dataclass(frozen=True, slots=True)
class RecordedScores:
    """The records of a span of time, of one metric or of all (null).

    `unavailable` of the records have no value, `corrected` were corrected or withdrawn later, and `withdrawn` withdraw
    an earlier one. Of the cells whose newest record is among them, `known` are on or off target, and `on_target` are on
    target.
    """

    metric: str | None
    records: int
    unavailable: int
    corrected: int
    on_target: int
    known: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Event:
    """A commit that changed the seat, and what was recorded from then until the next one."""

    commit: str
    at: datetime
    action: str | None
    by: str | None
    author: str
    who: str
    changes: tuple[SeatChange, ...]
    recorded: tuple[RecordedScores, ...] = ()
    by_claimed: bool = False


@dataclass(frozen=True, slots=True)
class SeatHistory:
    """The history of a seat, oldest event first; `retirement` is its record, if it has one."""

    seat: str
    name: str
    role: str
    status: str
    events: tuple[Event, ...]
    retirement: Retirement | None


def build_seat_history(org: Org, seat: str, steps: Iterable[SeatCommit], now: datetime) -> SeatHistory:
    """The history of a seat of `org`, from the commits that touched it, oldest first."""
    held = org.seats[seat]
    found = list(events(seat, steps))
    values = _count_by_span(org, seat, [event.at for event in found], now)
    whole = tuple(replace(event, recorded=recorded) for event, recorded in zip(found, values, strict=True))
    return SeatHistory(seat, held.name, held.role, held.status, whole, org.retirements.get(seat))


def events(seat: str, steps: Iterable[SeatCommit]) -> Iterator[Event]:
    """The commits that changed the seat, with their changes, in the order of `steps`."""
    for step in steps:
        if changes := tuple(_list_changes(step, seat)):
            facts = (step.commit, step.at, step.action, step.by, step.author, step.who)
            yield Event(*facts, changes, by_claimed=step.by_claimed)


def _list_changes(step: SeatCommit, seat: str) -> Iterator[SeatChange]:
    """The changes of the seat in a commit: from the first parent, and only what differs from every parent."""
    found = [diff(before, step.after) for before in step.before]
    others = [{_get_identity(change) for change in _list_seat_changes(other, seat)} for other in found[1:]]
    for change in _list_seat_changes(found[0], seat):
        if all(_get_identity(change) in other for other in others):
            yield change


def _list_seat_changes(found: Diff, seat: str) -> Iterator[SeatChange]:
    for sort in _LISTS:
        for item in getattr(found, sort):
            if seat not in (item.ends if hasattr(item, "ends") else (item.seat,)) or is_part_of_file(item, found):
                continue
            # Its retirement says what becomes of what the seat had.
            if not (is_part_of_retirement(item) and item.before == seat):
                yield SeatChange(sort, item)
    own = {seat_path(seat), retirement_path(seat)}
    yield from (SeatChange(UNREADABLE, FileUnread(seat, path)) for path in found.unreadable if path in own)


def _get_identity(change: SeatChange) -> tuple[object, ...]:
    """A change without its old value."""
    names = (field.name for field in fields(change.item) if not field.name.startswith("before"))
    return (change.sort, *(getattr(change.item, name) for name in names))


def _count_by_span(org: Org, seat: str, begins: Sequence[datetime], now: datetime) -> list[tuple[RecordedScores, ...]]:
    """The records from each time in `begins` until the next; earlier ones count to the first."""
    stretches: list[dict[str, list[Score]]] = [{} for _ in begins]
    for score in org.scores.get(seat, ()) if begins else ():
        place = max(0, bisect_right(begins, score.at) - 1)
        stretches[place].setdefault(score.metric, []).append(score)
    return [tuple(_count_by_metric(org, seat, metrics, now)) for metrics in stretches]


def _count_by_metric(org: Org, seat: str, metrics: dict[str, list[Score]], now: datetime) -> Iterator[RecordedScores]:
    """The records of all metrics together, then of each metric."""
    each = [_count_metric(org, seat, metric, scores, now) for metric, scores in sorted(metrics.items())]
    if each:
        names = [field.name for field in fields(RecordedScores)[1:]]
        yield RecordedScores(None, *(sum(getattr(one, name) for one in each) for name in names))
        yield from each


def _count_metric(org: Org, seat: str, metric: str, scores: list[Score], now: datetime) -> RecordedScores:
    newest = org.newest_scores(seat, metric)
    counting = [score for score in scores if newest.get(score.period) is score and not score.void]
    corrected = [
        score
        for score in scores
        if (last := newest.get(score.period)) and last.outcome != score.outcome and not score.void
    ]
    held = org.seats[seat].metrics.get(metric)
    states = _list_verdicts(MetricRow(org, org.seats[seat], held, now), newest, counting) if held else []
    return RecordedScores(
        metric=metric,
        records=len(scores),
        unavailable=sum(score.value is None and not score.void for score in scores),
        corrected=len(corrected),
        on_target=sum(state is CellState.ON for state in states),
        known=sum(state in {CellState.ON, CellState.OFF} for state in states),
        withdrawn=sum(score.void for score in scores),
    )


def _list_verdicts(row: MetricRow, records: Mapping[str, Score], counting: list[Score]) -> list[CellState]:
    """The states of the cells whose newest record is one of `counting`."""
    newest: dict[Period, Score] = {}
    for score in records.values():
        period = score.parsed_period
        if period and period.grain is row.metric.cadence.grain:
            cell = period.widen(row.metric.cell_grain)
            newest[cell] = max(newest.get(cell, score), score, key=lambda one: one.at)
    ids = {score.id for score in counting}
    return [row.judged_cell(cell).state for cell, score in newest.items() if score.id in ids]
