"""What changed around a seat, from the record alone: evidence for a conversation, and no verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from orgtp.model.metric_row import MetricRow, list_rows_since
from orgtp.model.org import Org
from orgtp.model.period import Grain, period_containing_local
from orgtp.views.diff.types import Made
from orgtp.views.seats.fields import Spot
from orgtp.views.why.changes import list_changes
from orgtp.views.why.records import list_escalation_evidence, list_review_evidence, list_todo_evidence
from orgtp.views.why.start import Flags, find_change_start, find_flags
from orgtp.views.why.types import ChangeStart, Evidence, SeatPast, Why, Window
from orgtp.views.why.unseen import list_unseen
from orgtp.views.why.values import list_same_source_evidence, list_upstream_evidence, list_value_evidence

# How far back the evidence reaches before a change began, or before now if nothing changed.
_REACH = timedelta(weeks=13)


def build_why(
    org: Org,
    now: datetime,
    seat: str,
    metric: str = "",
    since: str = "",
    past: SeatPast | None = None,
    flags: Flags | None = None,
) -> Why:
    """What changed around a seat, or around one metric of it, as of `now`.

    `since` is the period in which the change began; without it, `find_change_start` finds it. `past` is what the
    commits say. `flags` has the metrics that are drifting, with the period since which they are; without it, they are
    judged as in `orgtp health`.

    Raises `UnknownSeat`, `UnknownMetric` and `BadInput`.
    """
    held, known = org.seat(seat), past or SeatPast(is_recorded=False)
    flagged = find_flags(org, seat, now) if flags is None else flags
    start = find_change_start(org, seat, metric, since, now, flagged)
    window = _find_window(org, start, now)
    evidence = list_evidence(org, known, seat, metric, start, window, flagged)
    unseen = tuple(list_unseen(org, seat, _choose_rows(org, seat, metric, window), window, known))
    name = held.name_on(org.day_of(now))
    return Why(seat, name, metric or None, now, window.since, start, evidence, unseen)


def _find_window(org: Org, start: ChangeStart | None, now: datetime) -> Window:
    since = org.day_of((start.begins if start else now) - _REACH)
    return Window(since, datetime.combine(since, time(), org.zone), now)


def _choose_rows(org: Org, seat: str, metric: str, window: Window) -> list[MetricRow]:
    """The metric, or all of the seat that were measured in the window."""
    held = org.seat(seat)
    if metric:
        return [MetricRow(org, held, org.metric(seat, metric), window.now)]
    week = period_containing_local(window.begins.replace(tzinfo=None), Grain.WEEK)
    return list_rows_since(org, held, window.now, week)


def list_evidence(
    org: Org,
    past: SeatPast,
    seat: str,
    metric: str,
    start: ChangeStart | None,
    window: Window,
    flags: Flags,
) -> tuple[Evidence, ...]:
    """All evidence in the window, newest first. What is not a change of the seat has no commit yet: see `add_commits`.

    With `metric`, evidence that is only about another metric of the seat is left out.
    """
    found = sorted(_list_all(org, past, seat, metric, start, window, flags), key=lambda one: (one.kind, one.what))
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _list_all(
    org: Org,
    past: SeatPast,
    seat: str,
    metric: str,
    start: ChangeStart | None,
    window: Window,
    flags: Flags,
) -> Iterator[Evidence]:
    rows = _choose_rows(org, seat, metric, window)
    yield from list_changes(past.events, seat, metric, start, window)
    for row in rows:
        yield from list_value_evidence(row, start, window)
    yield from list_upstream_evidence(org, seat, start, window, flags)
    yield from list_same_source_evidence(org, seat, (row.metric.source for row in rows), start, window)
    for list_records in (list_escalation_evidence, list_review_evidence, list_todo_evidence):
        yield from list_records(org, seat, metric, start, window)


def list_wanted_spots(why: Why) -> dict[Spot, object]:
    """The facts whose commits are still to be found, each with its value."""
    return {one.spot: True for one in why.evidence if one.spot}


def add_commits(why: Why, made: Mapping[Spot, Made]) -> Why:
    """The evidence with the commits that were found, and who made them."""
    return replace(
        why, evidence=tuple(_add_commit(one, made.get(one.spot) if one.spot else None) for one in why.evidence)
    )


def _add_commit(one: Evidence, made: Made | None) -> Evidence:
    if made is None:
        return one
    who = made.by_name or made.author
    return replace(one, commit=made.commit, by=made.by, who=who, by_claimed=made.by_claimed)
