"""What the record says about how the org is run, as values: a closed list of measures, each over one period.

A measure is computed only when its period is over. What cannot be known has a reason instead of a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from orgtp.model.due import newest_stale_period, previous_owed_period, stale_at
from orgtp.model.escalation import Escalation, EventType
from orgtp.model.escalation_policy import silenced_until
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Org
from orgtp.model.period import Grain, Period, period_containing
from orgtp.model.records.kinds import BRIEFING, ESCALATION, REVIEW, SCORE, TODO
from orgtp.model.records.todo import Todo, TodoAction, TodoState
from orgtp.model.seat import Metric, Seat
from orgtp.model.text import did_you_mean, join_with_and
from orgtp.model.value import EXACT, Unit, ValueKind, round_mean, write_number
from orgtp.views.briefing.recipients import list_earlier_recipients
from orgtp.views.rewind import keep_values_until
from orgtp.views.stale import stale_row


class Measure(StrEnum):
    """A measure; docs/sources.md describes each."""

    STALE_TO_FLAGGED = "stale-to-flagged"
    ESCALATIONS_ROUTED = "escalations-routed"
    BRIEFING_TIME = "briefing-time"
    SCORECARD_PUSHES = "scorecard-pushes"
    REVIEWS_HELD = "reviews-held"
    TODOS_DONE = "todos-done"


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a measure in the form in which a person types it; or None, and `why` nobody can know it."""

    value: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: a period that is over, as of `now`, of one seat or ("") of all."""

    org: Org
    period: Period
    now: datetime
    seat: str

    def has(self, at: datetime | None) -> bool:
        """Whether a moment is in the period."""
        if at is None:
            return False
        begins, ends = (one(self.org.zone).astimezone(UTC) for one in (self.period.begins, self.period.ends))
        return begins <= at.astimezone(UTC) < ends

    def show(self, at: datetime) -> str:
        """A moment in the org's time zone: `2026-11-30 09:05`."""
        return at.astimezone(self.org.zone).isoformat(" ", "minutes")[:16]


def measure_record(org: Org, measure: Measure, period: Period, now: datetime, seat: str = "") -> Measured:
    """Compute a measure of a period from the record as of `now`; `seat` limits it to what is about that seat."""
    if seat and seat not in org.seats:
        return Measured(None, f'"{seat}" is not a seat. {did_you_mean(seat, org.seats)}'.strip())
    if period.ends(org.zone).astimezone(UTC) > now.astimezone(UTC):
        return Measured(None, f"{period.text} is not over")
    if unread := next((path for path in sorted(org.unreadable) if path.startswith(_READS[measure])), ""):
        return Measured(None, f"{unread} cannot be read")
    return _MEASURES[measure](_Question(org, period, now, seat))


def _measure_flagging(asked: _Question) -> Measured:
    """The longest time for which a value that became stale in the period stood before it was flagged, or arrived."""
    longest = timedelta()
    for seat, metric, late_since, period in _list_late(asked):
        ended = _find_flag(asked.org, seat, metric, late_since)
        if ended is None:
            why = f"{seat.id}/{metric.id} {period.text} is late since {asked.show(late_since)}, and nobody flagged it"
            return Measured(None, why)
        longest = max(longest, ended - late_since)
    return Measured(Unit(ValueKind.DURATION).format_stored(Decimal(longest // timedelta(seconds=1))))


def _list_late(asked: _Question) -> Iterator[tuple[Seat, Metric, datetime, Period]]:
    """The values that became stale in the period, as it was known then, and when. Silenced metrics are left out."""
    org, known = asked.org, dict[datetime, Org]()
    seats = [seat for seat in org.seats.values() if asked.seat in {"", seat.id} and not seat.is_retired]
    for seat in seats:
        for metric in seat.metrics.values():
            for period, late_since in _list_deadlines(asked, metric):
                if late_since not in known:
                    known[late_since] = keep_values_until(org, late_since)
                found = stale_row(MetricRow(known[late_since], seat, metric, late_since))
                is_new = found is not None and found.since == late_since
                if is_new and silenced_until(org, late_since, seat.id, metric.id) is None:
                    yield seat, metric, late_since, period


def _list_deadlines(asked: _Question, metric: Metric) -> Iterator[tuple[Period, datetime]]:
    """The periods of a metric whose value would become stale in the period that is asked for, newest first."""
    period = newest_stale_period(asked.org, metric, asked.period.ends(asked.org.zone))
    begins = asked.period.begins(asked.org.zone).astimezone(UTC)
    while period is not None and (late_since := stale_at(asked.org, metric, period)) >= begins:
        if asked.has(late_since):
            yield period, late_since
        period = previous_owed_period(asked.org, metric, period)


def _find_flag(org: Org, seat: Seat, metric: Metric, late_since: datetime) -> datetime | None:
    """When a late value was flagged or arrived, whichever came first; None if neither has happened."""
    about = [one for one in org.escalations.values() if (one.seat, one.metric) == (seat.id, metric.id)]
    if any(_is_open_at(one, late_since) for one in about):
        return late_since
    times = [one.opened_at for one in about if one.opened_at and one.opened_at >= late_since]
    records = org.score_records(seat.id, metric.id)
    times += [score.at for score in records if score.at > late_since and score.value is not None]
    return min(times, default=None)


def _is_open_at(one: Escalation, at: datetime) -> bool:
    resolved = next((event.at for event in one.events if event.what is EventType.RESOLVED and event.at), None)
    return one.opened_at is not None and one.opened_at <= at and (resolved is None or resolved > at)


def _measure_routing(asked: _Question) -> Measured:
    """The share of the escalations opened in the period that somebody took on by the end of the working day."""
    taken, total = 0, 0
    for one in asked.org.escalations.values():
        if one.opened_at is None or not asked.has(one.opened_at) or asked.seat not in {"", one.seat}:
            continue
        until = _find_end_of_working_day(asked.org, one.opened_at)
        is_taken = any(event.what in _TAKEN and event.at and event.at < until for event in one.events)
        if not is_taken and until > asked.now:
            return Measured(None, f"{one.id} may be taken on until {asked.show(until - timedelta(minutes=1))}")
        taken, total = taken + is_taken, total + 1
    return _format_share(taken, total)


_TAKEN = {EventType.ACKNOWLEDGED, EventType.RESOLVED}


def _find_end_of_working_day(org: Org, at: datetime) -> datetime:
    """The end of the day of a moment in working time; of any other moment, of the next working day."""
    day = org.day_of(org.work_time.add_working_time(at, timedelta(microseconds=1)))
    return datetime.combine(day + timedelta(days=1), time(), org.zone).astimezone(UTC)


def _measure_briefing(asked: _Question) -> Measured:
    """The time of day at which the last recipient had the briefing of the day; a blank if an expected one had none."""
    if asked.period.grain is not Grain.DAY:
        return _refuse_grain(asked)
    day = asked.period.start.date()
    first: dict[str, datetime] = {}
    for one in asked.org.deliveries:
        if one.day == day and asked.seat in {"", one.to}:
            first[one.to] = min(first.get(one.to, one.at), one.at)
    if not first:
        return Measured(None, f"no briefing was delivered on {day}{f' to {asked.seat}' if asked.seat else ''}")
    noon = datetime.combine(day, time(12), asked.org.zone)
    expected = [one for one in list_earlier_recipients(asked.org, day, noon) if asked.seat in {"", one}]
    if missing := [one for one in expected if one not in first]:
        return Measured(None, f"no briefing was delivered on {day} to {join_with_and(missing)}")
    local = max(first.values()).astimezone(asked.org.zone)
    # After the midnight that ends the day, the hours go on: 24:15. No time of day is before it or after 47:59.
    shift = (local.date() - day).days
    if not 0 <= shift <= 1:
        return Measured(
            None, f"the briefing of {day} was delivered at {asked.show(local)}, which is no time of that day"
        )
    return Measured(f"{local.hour + 24 * shift:02}:{local.minute:02}")


def _measure_pushes(asked: _Question) -> Measured:
    """How many times scorekeepers, or the seat, recorded values on the day.

    What one seat recorded at one time, to the second, is one push: all values of a commit have the same time.
    """
    if asked.period.grain is not Grain.DAY:
        return _refuse_grain(asked)
    names = {asked.seat} if asked.seat else {name for name in asked.org.policy.scorekeepers if name}
    if not names:
        return Measured(None, "org.yaml names no scorekeepers, and the source no seat")
    pushes = {(score.by, score.at) for score in asked.org.each_score() if score.by in names and asked.has(score.at)}
    return Measured(str(len(pushes)))


def _refuse_grain(asked: _Question) -> Measured:
    why = f"it is measured by the day, and {asked.period.text} is a {asked.period.grain}: use the cadence weekdays"
    return Measured(None, why)


def _measure_reviews(asked: _Question) -> Measured:
    """How many weekly reviews ended in the period. Two of the same week count once."""
    every = list(asked.org.reviews.values())
    if not every:
        return Measured(None, "no review is on record")
    return Measured(str(len({one.week for one in every if asked.has(one.ended)})))


def _measure_todos(asked: _Question) -> Measured:
    """The share of the to-dos due in the period that were done by their date. Dropped ones do not count."""
    due = [
        todo
        for todo in asked.org.todos.values()
        if asked.seat in {"", todo.owner}
        and todo.due is not None
        and todo.state is not TodoState.DROPPED
        and asked.has(datetime.combine(todo.due, time(12), asked.org.zone))
    ]
    done = sum(_is_done_in_time(asked.org, todo) for todo in due)
    return _format_share(done, len(due))


def _is_done_in_time(org: Org, todo: Todo) -> bool:
    ended = next((one.at for one in reversed(todo.events) if one.action is TodoAction.DONE and one.at), None)
    is_done = todo.state is TodoState.DONE and ended is not None and todo.due is not None
    return is_done and ended is not None and todo.due is not None and org.day_of(ended) <= todo.due


def _format_share(part: int, whole: int) -> Measured:
    """A share in percent with at most two places. With nothing to count, nothing was left undone: 100%."""
    share = EXACT.divide(Decimal(100 * part), Decimal(whole)) if whole else Decimal(100)
    return Measured(f"{write_number(round_mean(share))}%")


_MEASURES: Mapping[Measure, Callable[[_Question], Measured]] = {
    Measure.STALE_TO_FLAGGED: _measure_flagging,
    Measure.ESCALATIONS_ROUTED: _measure_routing,
    Measure.BRIEFING_TIME: _measure_briefing,
    Measure.SCORECARD_PUSHES: _measure_pushes,
    Measure.REVIEWS_HELD: _measure_reviews,
    Measure.TODOS_DONE: _measure_todos,
}
# The files that each measure reads. If one of them cannot be read, nobody can know the value.
_READS: Mapping[Measure, tuple[str, ...]] = {
    Measure.STALE_TO_FLAGGED: ("org.yaml", "seats/", SCORE.folder, ESCALATION.folder),
    Measure.ESCALATIONS_ROUTED: ("org.yaml", ESCALATION.folder),
    Measure.BRIEFING_TIME: ("org.yaml", BRIEFING.folder),
    Measure.SCORECARD_PUSHES: ("org.yaml", SCORE.folder),
    Measure.REVIEWS_HELD: ("org.yaml", REVIEW.folder),
    Measure.TODOS_DONE: ("org.yaml", TODO.folder),
}


def find_measured_period(org: Org, grains: Iterable[Grain], now: datetime) -> Period:
    """The newest period that is over, of the first of these sizes; without any, the day before."""
    return period_containing(now, next(iter(grains), Grain.DAY), org.zone).previous_in(org.zone)
