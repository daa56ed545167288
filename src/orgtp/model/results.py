"""Check the final results that a retirement record states against the scores as they were then.

A record is written once, and by the counting of its time. So each way of counting that orgtp ever had is here, and a
record is right if one of them gives its figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone

from orgtp.lazy_dataclass import dataclass
from orgtp.model.metric_row import MetricRow
from orgtp.model.org import Ending, Org, Retirement
from orgtp.model.score import Score
from orgtp.model.seat import Metric, Seat

# The number of periods on target, and the number that have a value.
Counts = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """An org with the scores that were recorded by then, and the time."""

    org: Org
    now: datetime


@dataclass(frozen=True, slots=True)
class WrongResult:
    """A metric whose final result in a record is not what the scores say, as a sentence without a period.

    `stated` and `found` are the result in the record and the one at the time, as text. If `metric` is "", the day of
    the retirement is wrong.
    """

    metric: str
    message: str
    stated: str
    found: str


def find_wrong_results(record: Retirement, moments: Iterable[Moment]) -> Iterator[WrongResult]:
    """Find the results of a record that are right at none of `moments`, and a day that it cannot have been.

    The first moment is the one that a message quotes. Without moments, nothing is known, so nothing is wrong.
    """
    fit = [moment for moment in moments if record.seat in moment.org.seats]
    wrong_day = explain_wrong_day(record, fit)
    if wrong_day:
        yield WrongResult("", wrong_day, str(record.retired_on), "")
    known = [moment for one in fit for moment in ([one] if wrong_day else _list_times(one, record))]
    for metric, stated in record.results.items() if known else ():
        if not any(is_result_right(moment, record.seat, metric, stated) for moment in known):
            yield _describe_wrong_result(known[0], record.seat, metric, stated)


def explain_wrong_day(record: Retirement, moments: Sequence[Moment]) -> str:
    """Explain why the results of the record cannot be those of its day; "" if they can, or if it gives none.

    It is not over while values are recorded, and nobody knows its results before the day has come. The day is that of
    any time zone, and the clock of whoever wrote the record may be ahead by a day.
    """
    scores = (score for moment in moments for score in moment.org.scores.get(record.seat, ()))
    newest = max((score.at for score in scores), default=None)
    if record.retired_on is None or not record.results:
        return ""
    if newest and is_recorded_after(record, newest):
        return explain_later_value(record, newest)
    last = max((moment.now.date() for moment in moments), default=date.max)
    if record.retired_on - last > timedelta(days=1):
        return f"the record says that {record.seat} was retired on {record.retired_on}, but was written by {last}"
    return ""


def is_recorded_after(record: Retirement, at: datetime) -> bool:
    """Whether a value that was recorded `at` is newer than the results of the record, wherever its day ended last."""
    day = record.retired_on
    return bool(record.results) and day is not None and at > datetime.combine(day, time.max, _LATEST_ZONE)


def explain_later_value(record: Retirement, newest: datetime) -> str:
    """Say that a value is newer than the results of the record."""
    day = f"{newest.astimezone(UTC):%Y-%m-%d}"
    return (
        f"the record says that {record.seat} was retired on {record.retired_on}, but it has a value recorded on {day}"
    )


def _list_times(moment: Moment, record: Retirement) -> Iterator[Moment]:
    """Yield the moment, and the times of the day of the retirement as they were.

    A record says on which day it was written, not when, and it may be committed or merged much later. The day is that
    of any time zone, because a person may write that of their own.
    """
    yield moment
    day = record.retired_on
    if day is None:
        return
    scores = moment.org.scores.get(record.seat, ())
    begin, end = datetime.combine(day, time.min, _EARLIEST_ZONE), datetime.combine(day, time.max, _LATEST_ZONE)
    for at in sorted({begin, *(score.at for score in scores if begin <= score.at <= end)}):
        org = replace(moment.org, scores={record.seat: tuple(score for score in scores if score.at <= at)})
        yield from (Moment(org, now) for now in (at, end))


# A day begins and ends first in the east of the Pacific's date line, and last in its west.
_EARLIEST_ZONE, _LATEST_ZONE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


def is_result_right(moment: Moment, seat: str, metric: str, stated: Ending) -> bool:
    """Whether a result is right at exactly this moment, by one of the countings."""
    held = moment.org.seats[seat].metrics.get(metric)
    if held is None:
        return False
    found = [_find_last(moment.org, moment.org.seats[seat], held), _find_last_by_text(moment.org, seat, metric)]
    if not any(stated.period == period and _is_same_value(held, stated.last, last) for last, period in found):
        return False
    counts = (stated.on_target, stated.known)
    return any(count(moment.org, moment.org.seats[seat], held, moment.now) == counts for count in COUNTINGS)


def _is_same_value(metric: Metric, one: str, other: str) -> bool:
    """Whether two values are equal, however they are written."""
    if one == other or not (one and other and metric.targets.dated):
        return one == other
    amounts = [metric.targets.unit.find_amount(text) for text in (one, other)]
    return amounts[0] is not None and amounts[0] == amounts[1]


def _find_last(org: Org, seat: Seat, metric: Metric) -> tuple[str, str]:
    """Return the last known value and its period; "" for both if there is none."""
    last = find_last_known(org, seat.id, metric.id)
    return (last.value or "", last.period) if last else ("", "")


def find_last_known(org: Org, seat: str, metric: str) -> Score | None:
    """Return the record of the newest period of a metric that has a value."""
    return max(_list_known(org, seat, metric), key=lambda score: score.period_order, default=None)


def _find_last_by_text(org: Org, seat: str, metric: str) -> tuple[str, str]:
    """Return the last known value as orgtp found it at first, which is another one if the cadence was changed."""
    last = max(_list_known(org, seat, metric), key=lambda score: score.period, default=None)
    return (last.value or "", last.period) if last else ("", "")


def _list_known(org: Org, seat: str, metric: str) -> list[Score]:
    return [score for score in org.scores_in_force(seat, metric).values() if score.value is not None]


def _describe_wrong_result(moment: Moment, seat: str, metric: str, stated: Ending) -> WrongResult:
    said = _format_result(stated.last, stated.period, (stated.on_target, stated.known))
    held = moment.org.seats[seat].metrics.get(metric)
    if held is None:
        return WrongResult(
            metric, f"the record gives a result of {metric}, a metric that {seat} did not have", said, ""
        )
    last, period = _find_last(moment.org, moment.org.seats[seat], held)
    found = _format_result(last, period, count_judged_cells(moment.org, moment.org.seats[seat], held, moment.now))
    message = f"the record says that {metric} ended with {said}, but the scores then say {found}"
    return WrongResult(metric, message, said, found)


def _format_result(last: str, period: str, counts: Counts) -> str:
    value = f"{last} in {period}" if last or period else "no value"
    return f"{value}, {counts[0]} of {counts[1]} on target"


def count_recorded_periods(org: Org, seat: Seat, metric: Metric, _: datetime) -> Counts:
    """Count as orgtp did at first: each period of the metric's cadence by itself, if it has a value and a target."""
    known = on_target = 0
    for score in org.scores_in_force(seat.id, metric.id).values():
        period = score.parsed_period
        target = metric.targets.target_for(period) if period and metric.targets.dated else None
        if target is None or score.value is None:
            continue
        amount = metric.targets.unit.find_amount(score.value)
        if amount is None:
            continue
        known, on_target = known + 1, on_target + target.is_met(amount)
    return on_target, known


def count_judged_cells(org: Org, seat: Seat, metric: Metric, now: datetime) -> Counts:
    """Count as the views do today."""
    return MetricRow(org, seat, metric, now).count_on_target()


# Every way of counting that a record may have used.
COUNTINGS: tuple[Callable[[Org, Seat, Metric, datetime], Counts], ...] = (count_judged_cells, count_recorded_periods)
