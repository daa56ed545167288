"""The sources that an org names, what a machine knows of each, and how a metric reads a value from one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from orgtp.model.due import is_over
from orgtp.model.errors import BadValue
from orgtp.model.org import Org
from orgtp.model.seat import Metric, Seat
from orgtp.model.text import find_nearest


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What a machine knows of a source: its kind, and what is wrong with its definition."""

    kind: str
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class SourceUse:
    """A metric that names a source."""

    seat: str
    metric: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source and the metrics that use it. `kind` is null if this machine does not define it.

    `near` is a source of this machine with a similar name.
    """

    source: str
    kind: str | None
    wrong: str | None
    metrics: tuple[SourceUse, ...]
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a metric reads a value: as it would be stored, or why it would be refused."""

    seat: str
    metric: str
    name: str
    unit: str | None
    stored: str | None
    shown: str | None
    why: str | None


def source_lines(org: Org, known: Mapping[str, KnownSource], now: datetime) -> list[SourceLine]:
    """The sources that a current metric names or that this machine defines, by name."""
    used: dict[str, list[SourceUse]] = {}
    for seat, metric in _list_metrics(org, now):
        used.setdefault(metric.source, []).append(SourceUse(seat.id, metric.id, metric.name))
    lines = []
    for name in sorted({*used, *known}):
        uses, defined = tuple(used.get(name, ())), known.get(name)
        if defined is None:
            lines.append(SourceLine(name, None, None, uses, find_nearest(name, known)))
        else:
            lines.append(SourceLine(name, defined.kind or None, defined.wrong or None, uses))
    return lines


def readings(org: Org, source: str, value: str, now: datetime) -> list[Reading]:
    """How each current metric that names `source` reads `value`."""
    return [_read_value(seat, metric, value) for seat, metric in _list_metrics(org, now) if metric.source == source]


def _read_value(seat: Seat, metric: Metric, value: str) -> Reading:
    if not metric.targets.dated:
        why = "its target cannot be read. See: orgtp validate"
        return Reading(seat.id, metric.id, metric.name, None, None, None, why)
    unit = metric.targets.unit
    try:
        stored = unit.format_stored(unit.parse_amount(value))
    except BadValue as error:
        return Reading(seat.id, metric.id, metric.name, unit.text, None, None, str(error))
    return Reading(seat.id, metric.id, metric.name, unit.text, stored, unit.format_shown(stored), None)


def _list_metrics(org: Org, now: datetime) -> Iterator[tuple[Seat, Metric]]:
    """The metrics with a source that have not ended, of seats that are not retired, by seat and metric."""
    for _, seat in sorted(org.seats.items()):
        for _, metric in sorted(seat.metrics.items()):
            if metric.source and not seat.is_retired and not is_over(org, metric, now):
                yield seat, metric
