"""Choose the metrics to collect, and turn what their sources report into values or explicit blanks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orgtp.actions.record_scores import explain_outside, parse_metric_period
from orgtp.lazy_dataclass import dataclass
from orgtp.model.due import is_over, is_owed
from orgtp.model.errors import BadInput, BadValue
from orgtp.model.org import Org
from orgtp.model.period import PERIOD_EXAMPLES, Grain, parse_period, period_containing
from orgtp.model.seat import Metric, Seat
from orgtp.model.text import join_with_and


@dataclass(frozen=True, slots=True)
class CollectTarget:
    """A metric whose value comes from a source. `period` is "" until `set_period` chooses it."""

    seat: str
    metric: str
    source: str
    period: str = ""


@dataclass(frozen=True, slots=True)
class CollectedValue:
    """The result for one metric: its value as the source reports it, or None and the reason in `why`."""

    seat: str
    metric: str
    source: str
    value: str | None
    why: str = ""
    period: str = ""

    @property
    def note(self) -> str:
        """The note to record with an unavailable value, or ""."""
        return f"source broken: {self.why}" if self.value is None else ""


def list_collect_targets(org: Org, seat: str = "", metric: str = "") -> list[CollectTarget]:
    """List the metrics of active seats that name a source, sorted. You can limit them to a seat or to a metric's id.

    Raises `UnknownSeat`, `UnknownMetric`, and `BadInput` if nothing that you name has a source.
    """
    if seat:
        org.seat(seat)
    if seat and metric:
        org.metric(seat, metric)
    found = [(owner, m) for owner, m in _metrics_with_source(org) if seat in {"", owner.id} and metric in {"", m.id}]
    if not found and (seat or metric):
        raise _no_source_error(org, seat, metric)
    return [CollectTarget(owner.id, m.id, m.source) for owner, m in found]


def set_period(org: Org, now: datetime, some: Sequence[CollectTarget], period: str) -> list[CollectTarget]:
    """Return the targets that have the period that `period` names, each with its own; see `parse_metric_period`.

    A metric of working days has no current period on a day off. Raises `BadInput` if no target has the period.
    """
    name = period.strip().upper()
    named = parse_period(name)
    if name not in {"", "LAST"} and named is None:
        raise BadInput(what=f'"{period}" is not a period. Write one as {", ".join(PERIOD_EXAMPLES.values())}, or last.')
    found, first_error = [], None
    same_grain = [one for one in some if named is None or _target_grain(org, one) is named.grain]
    for one in same_grain or some:
        metric = org.metric(one.seat, one.metric)
        if not name and not is_owed(org, metric, period_containing(now, metric.cadence.grain, org.zone)):
            continue
        try:
            found.append(replace(one, period=parse_metric_period(org, one.seat, metric, period, now)))
        except BadInput as error:
            first_error = first_error or error
    if first_error and name and not found:
        raise first_error
    return found


def refuse_ended(org: Org, now: datetime, some: Sequence[CollectTarget]) -> None:
    """Raise `BadInput` with the metric that continues the first of `some`, if all of them have ended."""
    held = [(one, org.metric(one.seat, one.metric)) for one in some]
    if held and all(is_over(org, metric, now) for _, metric in held):
        one, metric = held[0]
        current = period_containing(now, metric.cadence.grain, org.zone)
        raise BadInput(what=f"nothing to collect: {explain_outside(org, one.seat, metric, current, now)}")


def _target_grain(org: Org, one: CollectTarget) -> Grain:
    return org.metric(one.seat, one.metric).cadence.grain


def targets_without_value(org: Org, some: Sequence[CollectTarget]) -> list[CollectTarget]:
    """Return the targets that have no value for their period yet."""
    scores = [(one, org.scores_in_force(one.seat, one.metric).get(one.period)) for one in some]
    return [one for one, score in scores if score is None or score.value is None]


def _metrics_with_source(org: Org) -> Iterator[tuple[Seat, Metric]]:
    for _, seat in sorted(org.seats.items()):
        for _, metric in sorted(seat.metrics.items()):
            if metric.source and seat.is_active:
                yield seat, metric


def _no_source_error(org: Org, seat: str, metric: str) -> BadInput:
    """Build the error that says why there is nothing to collect."""
    whose = f"{seat}'s {metric}" if metric else seat
    what = f"{whose} has no source" if seat else f"no metric {metric} has a source"
    if seat and not org.seats[seat].is_active:
        return BadInput(what=f"{seat} is {org.seats[seat].status}. Values are collected for active seats only.")
    known = join_with_and(sorted({f"{owner.id} {m.id}" for owner, m in _metrics_with_source(org)})[:5]) or "none"
    seats = [one.id for _, one in sorted(org.seats.items()) if metric in one.metrics] if metric else []
    set_ = f"orgtp metric set {seat or ' '.join(seats[:1]) or 'SEAT'} {metric or 'METRIC'} source=NAME"
    return BadInput(what=f"{what}. These metrics have one: {known}. Set one: {set_}")


def check_collected(
    org: Org, some: Sequence[CollectTarget], answers: Mapping[str, tuple[str | None, str]]
) -> list[CollectedValue]:
    """Return the result of each metric whose source is in `answers`, which has a value, or None and why, by source."""
    return [_check_collected_value(org, one, *answers[one.source]) for one in some if one.source in answers]


def _check_collected_value(org: Org, one: CollectTarget, value: str | None, why: str) -> CollectedValue:
    """Return the result of one metric. A value of another kind than the metric's counts as unavailable."""
    metric = org.metric(one.seat, one.metric)
    if value is not None:
        wrong = _value_fault(metric, value)
        return CollectedValue(one.seat, one.metric, one.source, None if wrong else value, wrong, one.period)
    return CollectedValue(one.seat, one.metric, one.source, None, why, one.period)


def _value_fault(metric: Metric, value: str) -> str:
    if not metric.targets.dated:
        return f"the target of {metric.id} cannot be read"
    try:
        metric.targets.unit.parse_amount(value)
    except BadValue as error:
        return str(error).rstrip(".")
    return ""
