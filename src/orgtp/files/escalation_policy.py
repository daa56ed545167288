"""Read the escalation policy of org.yaml: the time limits of each step, and the routing tree."""

from __future__ import annotations

import re
from datetime import timedelta

from orgtp.files.key_order import ESCALATION_POLICY_KEYS, ROUTE_KEYS
from orgtp.files.mapping_reader import MappingReader
from orgtp.model.escalation import EscalationKind, EscalationPolicy, EscalationSeverity, Route
from orgtp.model.value import Unit, ValueKind

# The greatest depth of the routing tree. A deeper one would be too hard to follow.
MAX_ROUTE_DEPTH = 3
_SPAN = re.compile(r"(?=[0-9])(?:[0-9]{1,6}d)?(?:[0-9]{1,6}h)?(?:[0-9]{1,6}m)?(?:[0-9]{1,6}s)?")
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\.\.([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY = 24 * 60


def read_duration(fields: MappingReader, key: str, default: timedelta) -> timedelta:
    """The duration under `key`."""
    text = fields.text(key)
    if text and not _SPAN.fullmatch(text):
        fields.add_problem(
            "bad-duration", key, f'{key} "{text}" is not a duration', "Use a form such as 1h, 30m or 1h30m."
        )
        return default
    return timedelta(seconds=int(Unit(ValueKind.DURATION).parse_amount(text))) if text else default


def read_escalation_policy(policy: MappingReader) -> EscalationPolicy:
    """The settings of `policy.escalation`, with defaults for missing ones."""
    fields = policy.mapping("escalation")
    if fields is None:
        return EscalationPolicy()
    fields.refuse_unknown_keys(ESCALATION_POLICY_KEYS)
    plain = EscalationPolicy()
    begin, end = _read_working_hours(fields) or (plain.begin, plain.end)
    return EscalationPolicy(
        acknowledge=read_duration(fields, "acknowledge", plain.acknowledge),
        within=read_duration(fields, "within", plain.within),
        resolve=read_duration(fields, "resolve", plain.resolve),
        begin=begin,
        end=end,
    )


def _read_working_hours(fields: MappingReader) -> tuple[int, int] | None:
    """The working hours (begin, end) in minutes from midnight."""
    text = fields.text("hours")
    match = _HOURS.fullmatch(text)
    if match:
        begin, end = (int(match[number]) * 60 + int(match[number + 1]) for number in (1, 3))
        if begin < end <= _DAY:
            return begin, end
    if text:
        fields.add_problem(
            "bad-hours", "hours", f'hours "{text}" are not working hours', "Use a form such as 09:00..17:00."
        )
    return None


def read_routing(fields: MappingReader, level: int = MAX_ROUTE_DEPTH, key: str = "routing") -> tuple[Route, ...]:
    """The routes of the routing tree under `key`."""
    return tuple(_read_route(branch, level) for branch in fields.groups(key, "the route"))


def _read_route(fields: MappingReader, level: int) -> Route:
    deeper = level > 1
    fields.refuse_unknown_keys(ROUTE_KEYS if deeper else ROUTE_KEYS[:-1])
    return Route(
        seat=fields.id("seat"),
        metric=fields.id("metric"),
        kind=_read_optional_choice(fields, "kind", EscalationKind),
        severity=_read_optional_choice(fields, "severity", EscalationSeverity),
        to=fields.id("to"),
        routes=read_routing(fields, level - 1, "routes") if deeper else (),
    )


def _read_optional_choice(fields: MappingReader, key: str, options: type[EscalationKind | EscalationSeverity]) -> str:
    """One of the words of `options`; "" if the key is missing."""
    if key not in fields.data:
        return ""
    first = next(iter(options))
    return str(fields.choice(key, options, first, "bad-escalation"))
