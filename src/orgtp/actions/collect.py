"""What is to be collected, and what becomes of what sources say: a value that fits, or an honest blank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.errors import BadInput, BadValue
from orgtp.model.org import Org
from orgtp.model.period import containing
from orgtp.model.seat import Metric, Seat
from orgtp.model.words import listed


@dataclass(frozen=True, slots=True)
class Wanted:
    """A metric whose value comes from a source."""

    seat: str
    metric: str
    source: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one metric: its value as the source said it, or None and `why` nobody knows it."""

    seat: str
    metric: str
    source: str
    value: str | None
    why: str = ""

    @property
    def note(self) -> str:
        """What the record says of a value that nobody knows."""
        return f"source broken: {self.why}" if self.value is None else ""


def wanted(org: Org, now: datetime, seat: str = "", metric: str = "", *, due: bool = False) -> list[Wanted]:
    """The metrics of active seats that name a source, sorted; of one seat, or of one metric's id.

    With `due`, only those whose current period has no value yet. Raises `UnknownSeat`, `UnknownMetric`, and `BadInput`
    where what is named has no source.
    """
    if seat:
        org.seat(seat)
    if seat and metric:
        org.metric(seat, metric)
    found = [(held, one) for held, one in _sourced(org) if seat in {"", held.id} and metric in {"", one.id}]
    if not found and (seat or metric):
        raise _none(org, seat, metric)
    return [Wanted(held.id, one.id, one.source) for held, one in found if not due or _is_open(org, held, one, now)]


def _sourced(org: Org) -> Iterator[tuple[Seat, Metric]]:
    for _, seat in sorted(org.seats.items()):
        for _, metric in sorted(seat.metrics.items()):
            if metric.source and seat.is_active:
                yield seat, metric


def _none(org: Org, seat: str, metric: str) -> BadInput:
    """Why there is nothing to collect of what was named."""
    what = f"{seat}'s {metric}" if seat and metric else seat or f"a metric called {metric}"
    if seat and not org.seats[seat].is_active:
        return BadInput(what=f"{seat} is {org.seats[seat].status}: nothing is collected for a seat that is not active.")
    known = listed(sorted({f"{held.id} {one.id}" for held, one in _sourced(org)})[:5]) or "none"
    return BadInput(what=f"{what} names no source. Set metrics.{metric or 'METRIC'}.source. Those that do: {known}.")


def _is_open(org: Org, seat: Seat, metric: Metric, now: datetime) -> bool:
    period = containing(now, metric.cadence.grain, org.zone)
    score = org.in_force(seat.id, metric.id).get(period.text)
    return score is None or score.value is None


def heard(org: Org, some: Sequence[Wanted], said: Mapping[str, tuple[str | None, str]]) -> list[Heard]:
    """What came of each metric whose source was asked; `said` has a value, or None and why, for each source."""
    return [_heard(org, one, *said[one.source]) for one in some if one.source in said]


def _heard(org: Org, one: Wanted, value: str | None, why: str) -> Heard:
    """A value that is not of the metric's kind is as good as none."""
    metric = org.metric(one.seat, one.metric)
    if value is not None:
        wrong = _unfit(metric, value)
        return Heard(one.seat, one.metric, one.source, None if wrong else value, wrong)
    return Heard(one.seat, one.metric, one.source, None, why)


def _unfit(metric: Metric, value: str) -> str:
    if not metric.targets.dated:
        return f"{metric.id} has no target that can be judged"
    try:
        metric.targets.unit.read(value)
    except BadValue as error:
        return str(error).rstrip(".")
    return ""
