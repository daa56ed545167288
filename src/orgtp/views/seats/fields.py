"""A seat as fields with dotted keys, and the meaning of each field, whatever its spelling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from orgtp.model.seat import Metric, Seat
from orgtp.model.target import Target
from orgtp.views.seats.people import describe_people

_PLAIN = (
    "name", "role", "kind", "status", "owner", "reports_to", "mission", "since", "email", "retire_when", "review_by",
)  # fmt: skip
_OF_METRIC = (
    "name",
    "outcome",
    "cadence",
    "per",
    "due",
    "rollup",
    "allow_misses",
    "source",
    "ends",
    "continues",
    "leads_to",
)

# A path and a key in that file. The key THERE says whether the file exists.
Spot = tuple[str, str]
THERE = ""


class Field(NamedTuple):
    """The text of a field, and its meaning, which is equal for two spellings of the same value."""

    text: str
    meaning: object


def fields_of(seat: Seat) -> dict[str, Field]:
    """The fields of the seat by dotted key, in the order of the file."""
    found = {key: _make_plain(str(getattr(seat, key) or "")) for key in _PLAIN}
    found |= {key: _make_plain(text) for key, text in describe_people(seat).items()}
    found["delegate"] = _make_plain(seat.delegate_text)
    found |= {f"capabilities.{name}": _make_plain(text) for name, text in seat.capabilities.items()}
    for metric in seat.metrics.values():
        found |= {f"metrics.{metric.id}.{key}": field for key, field in _list_metric_fields(metric)}
    found |= {key: _make_plain(text) for key, text in seat.own.items()}
    return {key: field for key, field in found.items() if field.text}


def facts_of(seat: Seat) -> dict[str, object]:
    """The meaning of each field. Each metric and the file itself have an entry that says that they exist."""
    whole = {f"metrics.{name}": True for name in seat.metrics}
    return {THERE: True, **whole, **{key: field.meaning for key, field in fields_of(seat).items()}}


def _make_plain(text: str) -> Field:
    return Field(text, text)


def _list_metric_fields(metric: Metric) -> Iterator[tuple[str, Field]]:
    yield from ((key, _make_plain(str(getattr(metric, key)))) for key in _OF_METRIC[:2])
    for begin, target in metric.targets.dated:
        yield f"target.{begin.text}" if begin else "target", Field(target.text, target_meaning(target))
    yield from ((key, _make_plain(metric.get_text(key))) for key in _OF_METRIC[2:])
    yield from ((f"rebase.{period.text}", _make_plain(why)) for period, why in metric.rebase)
    yield from ((f"waive.{rule}", _make_plain(why)) for rule, why in metric.waive.items())


def target_meaning(target: Target | None) -> tuple[object, ...]:
    """The meaning of a target, whatever its spelling."""
    return (target.unit, target.operator, target.low, target.high) if target else ()
