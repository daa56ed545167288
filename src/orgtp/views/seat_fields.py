"""A seat as fields, each under its dotted key: what somebody can have set, and what it means however it is spelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from orgtp.model.seat import Metric, Seat
from orgtp.model.target import Target

_PLAIN = (
    "name", "role", "kind", "status", "owner", "reports_to", "mission", "since", "email", "retire_when", "review_by",
)  # fmt: skip
_OF_METRIC = ("name", "outcome", "cadence", "due", "rollup", "source", "leads_to")


# A path and a key in that file; under this key stands whether there is a file at all.
Spot = tuple[str, str]
THERE = ""


class Field(NamedTuple):
    """What a field says, as text; and what it means, which is the same for two spellings of one thing."""

    text: str
    meaning: object


def fields_of(seat: Seat) -> dict[str, Field]:
    """Every field that the seat has, by its dotted key, in the order of the file."""
    found = {key: _said(str(getattr(seat, key) or "")) for key in _PLAIN}
    found |= {f"capabilities.{name}": _said(text) for name, text in seat.capabilities.items()}
    for metric in seat.metrics.values():
        found |= {f"metrics.{metric.id}.{key}": field for key, field in _of_metric(metric)}
    found |= {key: _said(text) for key, text in seat.own.items()}
    return {key: field for key, field in found.items() if field.text}


def facts_of(seat: Seat) -> dict[str, object]:
    """What the seat's file says, by what it means; beside the fields, each metric as a whole, and that it is there."""
    whole = {f"metrics.{name}": True for name in seat.metrics}
    return {THERE: True, **whole, **{key: field.meaning for key, field in fields_of(seat).items()}}


def _said(text: str) -> Field:
    return Field(text, text)


def _of_metric(metric: Metric) -> Iterator[tuple[str, Field]]:
    yield from ((key, _said(str(getattr(metric, key)))) for key in _OF_METRIC[:2])
    for begin, target in metric.targets.dated:
        yield f"target.{begin.text}" if begin else "target", Field(target.text, target_meaning(target))
    yield from ((key, _said(str(getattr(metric, key)))) for key in _OF_METRIC[2:])
    yield from ((f"waive.{rule}", _said(why)) for rule, why in metric.waive.items())


def target_meaning(target: Target | None) -> tuple[object, ...]:
    """What a target asks for, however it is spelled."""
    return (target.unit, target.operator, target.low, target.high) if target else ()
