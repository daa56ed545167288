"""Which recorded values a violation of the record touches, so that every page that shows one says so beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from orgtp.api import Audit, Violation

_PATH = re.compile(r"scores/([a-z][a-z0-9-]*)/[0-9]{4}-[0-9]{2}\.jsonl")


class ViolatedValue(NamedTuple):
    """A value that was rewritten, removed or added against the rules. Without a metric, any of the seat's may be."""

    seat: str
    metric: str = ""
    period: str = ""


def list_violated_values(audit: Audit | None) -> frozenset[ViolatedValue]:
    """The values that the violations of an audit touch, those that nobody explained."""
    found = audit.violations if audit else ()
    return frozenset(value for violation in found for value in _read_values(violation))


def _read_values(violation: Violation) -> Iterator[ViolatedValue]:
    match = _PATH.fullmatch(violation.path)
    if match is None:
        return
    lines = [line for text in (violation.before, violation.after) for line in (text or "").splitlines()]
    records = [record for line in lines if isinstance(record := _parse_line(line), dict)]
    named = [
        ViolatedValue(match[1], str(one["metric"]), str(one.get("period", ""))) for one in records if "metric" in one
    ]
    yield from named or [ViolatedValue(match[1])]


def _parse_line(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None
