"""One seat's life: what became of it, commit by commit, and how much was recorded between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from orgtp.model.cell import CellState, MetricRow
from orgtp.model.org import Org, Retirement
from orgtp.model.score import Score
from orgtp.views.diff.build import Diff, diff
from orgtp.views.diff.types import CapabilityHanded, MetricHanded

# What of a difference is part of a life, in the order in which it is told.
_TOLD = (
    "added", "removed", "statuses", "owners", "moved", "fields", "capabilities", "metrics", "targets", "metric_fields",
    "waivers", "retired", "records",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeatCommit:
    """A commit that touched the seat: those that it touched as each of its parents has them, and as it left them.

    `by` is the seat that acted, where one is known, and `who` its name or the author's.
    """

    commit: str
    at: datetime
    action: str | None
    by: str | None
    author: str
    who: str
    before: tuple[Org, ...]
    after: Org


@dataclass(frozen=True, slots=True)
class Became:
    """One thing that changed: `sort` is the list of a difference that `item` would be in."""

    sort: str
    item: Any


@dataclass(frozen=True, slots=True)
class RecordedScores:
    """What was recorded in a stretch of time, of one metric or of all (null).

    `unavailable` of the records say that nobody knows, `corrected` were put right by a later one. Of the periods whose
    record counts, `known` have a value that a target judges, and `on_target` are on it.
    """

    metric: str | None
    records: int
    unavailable: int
    corrected: int
    on_target: int
    known: int


@dataclass(frozen=True, slots=True)
class Event:
    """A commit that changed something about the seat, and what was recorded from then until the next one."""

    commit: str
    at: datetime
    action: str | None
    by: str | None
    author: str
    who: str
    changes: tuple[Became, ...]
    recorded: tuple[RecordedScores, ...] = ()


@dataclass(frozen=True, slots=True)
class Life:
    """A seat's life, oldest event first; `retirement` is its record, if it has one."""

    seat: str
    name: str
    role: str
    status: str
    events: tuple[Event, ...]
    retirement: Retirement | None


def life(org: Org, seat: str, steps: Iterable[SeatCommit], now: datetime) -> Life:
    """The life of a seat of `org`, from the commits that touched it, oldest first."""
    held = org.seats[seat]
    told = list(events(seat, steps))
    values = _recorded(org, seat, [event.at for event in told], now)
    whole = tuple(replace(event, recorded=recorded) for event, recorded in zip(told, values, strict=True))
    return Life(seat, held.name, held.role, held.status, whole, org.retirements.get(seat))


def events(seat: str, steps: Iterable[SeatCommit]) -> Iterator[Event]:
    """Those of the commits that changed something about the seat, with what they changed, as they come."""
    for step in steps:
        if changes := tuple(_became(step, seat)):
            yield Event(step.commit, step.at, step.action, step.by, step.author, step.who, changes)


def _became(step: SeatCommit, seat: str) -> Iterator[Became]:
    """What the commit changed about the seat: what differs from every parent, told as it differs from the first."""
    found = [diff(before, step.after) for before in step.before]
    others = [{_what(change) for change in _about(other, seat)} for other in found[1:]]
    for change in _about(found[0], seat):
        if all(_what(change) in other for other in others):
            yield change


def _about(found: Diff, seat: str) -> Iterator[Became]:
    for sort in _TOLD:
        for item in getattr(found, sort):
            if seat in (item.ends if hasattr(item, "ends") else (item.seat,)) and not _within(item, seat, found):
                yield Became(sort, item)


def _within(item: Any, seat: str, found: Diff) -> bool:
    """Whether a capability or metric is told of with the seat's coming, its going or its retirement."""
    if not isinstance(item, (CapabilityHanded, MetricHanded)):
        return False
    came = item.before is None and any(added.seat == seat for added in found.added)
    went = item.after is None and any(removed.seat == seat for removed in found.removed)
    return came or went or (item.before == seat and item.retirement)


def _what(change: Became) -> tuple[object, ...]:
    """What a change is, however it was before."""
    names = (field.name for field in fields(change.item) if not field.name.startswith("before"))
    return (change.sort, *(getattr(change.item, name) for name in names))


def _recorded(org: Org, seat: str, begins: Sequence[datetime], now: datetime) -> list[tuple[RecordedScores, ...]]:
    """What was recorded from each moment on until the next; what came before the first is told of with it."""
    stretches: list[dict[str, list[Score]]] = [{} for _ in begins]
    for score in org.scores.get(seat, ()) if begins else ():
        place = max(0, bisect_right(begins, score.at) - 1)
        stretches[place].setdefault(score.metric, []).append(score)
    return [tuple(_counted(org, seat, metrics, now)) for metrics in stretches]


def _counted(org: Org, seat: str, metrics: dict[str, list[Score]], now: datetime) -> Iterator[RecordedScores]:
    """What was recorded of all metrics together, then of each."""
    each = [_of_metric(org, seat, metric, scores, now) for metric, scores in sorted(metrics.items())]
    if each:
        names = [field.name for field in fields(RecordedScores)[1:]]
        yield RecordedScores(None, *(sum(getattr(one, name) for one in each) for name in names))
        yield from each


def _of_metric(org: Org, seat: str, metric: str, scores: list[Score], now: datetime) -> RecordedScores:
    in_force = org.scores_in_force(seat, metric)
    counting = [score for score in scores if in_force[score.period] is score]
    corrected = [score for score in scores if in_force[score.period].value != score.value]
    held = org.seats[seat].metrics.get(metric)
    periods = [period for score in counting if (period := score.parsed_period)]
    states = [MetricRow(org, org.seats[seat], held, now).cell_at(period).state for period in periods] if held else []
    return RecordedScores(
        metric=metric,
        records=len(scores),
        unavailable=sum(score.value is None for score in scores),
        corrected=len(corrected),
        on_target=sum(state is CellState.ON for state in states),
        known=sum(state in {CellState.ON, CellState.OFF} for state in states),
    )
