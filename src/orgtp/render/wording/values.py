"""Values for people, with the unit of their metric."""

from __future__ import annotations

from orgtp.model.value import Unit


def format_value(value: str | None, measure: Unit | None) -> str:
    """A value for people; `unknown` for None. Hits (`4/5`) are unchanged."""
    if value is None:
        return "unknown"
    return value if measure is None or "/" in value else measure.format_shown(value)
