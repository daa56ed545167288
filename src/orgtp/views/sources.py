"""Sources as an org names them: what a machine knows of each, and how what one says reads against its metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orgtp.model.errors import BadValue
from orgtp.model.org import Org
from orgtp.model.seat import Metric, Seat
from orgtp.model.text import find_nearest


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What a machine knows of a source: its kind, and why it cannot be asked, if so."""

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
    """One source: what is known of it here (`kind` is null where nothing is), and who waits for what it says.

    `near` is the source that is known here and may be meant.
    """

    source: str
    kind: str | None
    wrong: str | None
    metrics: tuple[SourceUse, ...]
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value reads against one metric: as it would be stored, or why it would be refused."""

    seat: str
    metric: str
    name: str
    unit: str | None
    stored: str | None
    shown: str | None
    why: str | None


def source_lines(org: Org, known: Mapping[str, KnownSource]) -> list[SourceLine]:
    """Every source that a metric names or that is known here, by name."""
    used: dict[str, list[SourceUse]] = {}
    for seat, metric in _metrics(org):
        used.setdefault(metric.source, []).append(SourceUse(seat.id, metric.id, metric.name))
    return [_line(name, known, tuple(used.get(name, ()))) for name in sorted({*used, *known})]


def _line(name: str, known: Mapping[str, KnownSource], uses: tuple[SourceUse, ...]) -> SourceLine:
    here = known.get(name)
    if here is None:
        return SourceLine(name, None, None, uses, find_nearest(name, known))
    return SourceLine(name, here.kind or None, here.wrong or None, uses)


def readings(org: Org, source: str, value: str) -> list[Reading]:
    """How `value` reads against each metric that names `source`."""
    return [_reading(seat, metric, value) for seat, metric in _metrics(org) if metric.source == source]


def _reading(seat: Seat, metric: Metric, value: str) -> Reading:
    if not metric.targets.dated:
        why = "its target cannot be read. See: orgtp validate"
        return Reading(seat.id, metric.id, metric.name, None, None, None, why)
    unit = metric.targets.unit
    try:
        stored = unit.format_stored(unit.parse_amount(value))
    except BadValue as error:
        return Reading(seat.id, metric.id, metric.name, unit.text, None, None, str(error))
    return Reading(seat.id, metric.id, metric.name, unit.text, stored, unit.format_shown(stored), None)


def _metrics(org: Org) -> Iterator[tuple[Seat, Metric]]:
    """The metrics with a source, of all who are not retired, by seat and metric."""
    for _, seat in sorted(org.seats.items()):
        for _, metric in sorted(seat.metrics.items()):
            if metric.source and not seat.is_retired:
                yield seat, metric
