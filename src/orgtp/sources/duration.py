"""How long something may take or be old, as a sources file writes it: `30s`, `2m`, `1d12h`."""

from __future__ import annotations

import re
from datetime import timedelta

from orgtp.model.value import Unit, ValueKind

# As durations are written everywhere, and not nothing. The same stands in schema/sources.schema.json.
SPAN = r"(?=[0-9])(?=.*[1-9])(?:[0-9]{1,6}d)?(?:[0-9]{1,6}h)?(?:[0-9]{1,6}m)?(?:[0-9]{1,6}s)?"
_SPAN = re.compile(SPAN)


def parse_duration(text: str) -> timedelta | None:
    """The span that `text` writes; None where it is none."""
    return timedelta(seconds=int(Unit(ValueKind.DURATION).parse_amount(text))) if _SPAN.fullmatch(text) else None
