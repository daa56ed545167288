"""What org.yaml says of escalations: how long until one goes a step up, and the routing tree."""

from __future__ import annotations

import re
from datetime import timedelta

from orgtp.files.key_order import BRANCH_KEYS, LADDER_KEYS
from orgtp.files.mapping_reader import Fields
from orgtp.model.escalation import EscalationKind, EscalationPolicy, EscalationSeverity, Route
from orgtp.model.value import Unit, ValueKind

# So deep may branches stand below each other: who needs more will not find out where trouble goes.
LEVELS = 3
_SPAN = re.compile(r"(?=[0-9])(?:[0-9]{1,6}d)?(?:[0-9]{1,6}h)?(?:[0-9]{1,6}m)?(?:[0-9]{1,6}s)?")
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\.\.([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY = 24 * 60


def span(fields: Fields, key: str, default: timedelta) -> timedelta:
    """The duration under `key`."""
    text = fields.text(key)
    if text and not _SPAN.fullmatch(text):
        fields.problem("bad-duration", key, f'{key} "{text}" is not a duration', "Write it as 1h, 30m or 1h30m.")
        return default
    return timedelta(seconds=int(Unit(ValueKind.DURATION).parse_amount(text))) if text else default


def read_ladder(policy: Fields) -> EscalationPolicy:
    """What `policy.escalation` says, with defaults for what it does not."""
    fields = policy.below("escalation")
    if fields is None:
        return EscalationPolicy()
    fields.only(LADDER_KEYS)
    plain = EscalationPolicy()
    begin, end = _hours(fields) or (plain.begin, plain.end)
    return EscalationPolicy(
        acknowledge=span(fields, "acknowledge", plain.acknowledge),
        within=span(fields, "within", plain.within),
        resolve=span(fields, "resolve", plain.resolve),
        begin=begin,
        end=end,
    )


def _hours(fields: Fields) -> tuple[int, int] | None:
    """The working hours as minutes from midnight."""
    text = fields.text("hours")
    match = _HOURS.fullmatch(text)
    if match:
        begin, end = (int(match[number]) * 60 + int(match[number + 1]) for number in (1, 3))
        if begin < end <= _DAY:
            return begin, end
    if text:
        fields.problem("bad-hours", "hours", f'hours "{text}" are no working hours', "Write them as 09:00..17:00.")
    return None


def read_routing(fields: Fields, level: int = LEVELS, key: str = "routing") -> tuple[Route, ...]:
    """The branches of the routing tree under `key`."""
    return tuple(_branch(branch, level) for branch in fields.groups(key, "the route"))


def _branch(fields: Fields, level: int) -> Route:
    deeper = level > 1
    fields.only(BRANCH_KEYS if deeper else BRANCH_KEYS[:-1])
    return Route(
        seat=fields.id("seat"),
        metric=fields.id("metric"),
        kind=_word(fields, "kind", EscalationKind),
        severity=_word(fields, "severity", EscalationSeverity),
        to=fields.id("to"),
        routes=read_routing(fields, level - 1, "routes") if deeper else (),
    )


def _word(fields: Fields, key: str, options: type[EscalationKind | EscalationSeverity]) -> str:
    """One of the words, "" where there is none."""
    if key not in fields.data:
        return ""
    first = next(iter(options))
    return str(fields.choice(key, options, first, "bad-escalation"))
