"""Durations in a sources file, such as `30s`, `2m` and `1d12h`: timeouts and maximum ages."""

from __future__ import annotations

import re
from datetime import timedelta

from orgtp.model.value import Unit, ValueKind

# The usual form of durations, above zero. schema/sources.schema.json holds the same pattern.
SPAN = r"(?=[0-9])(?=.*[1-9])(?:[0-9]{1,6}d)?(?:[0-9]{1,6}h)?(?:[0-9]{1,6}m)?(?:[0-9]{1,6}s)?"
_SPAN = re.compile(SPAN)


def parse_duration(text: str) -> timedelta | None:
    """Parse a duration; None if `text` is not one."""
    return timedelta(seconds=int(Unit(ValueKind.DURATION).parse_amount(text))) if _SPAN.fullmatch(text) else None
