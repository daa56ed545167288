"""Views: pure functions from an `Org` to a value that `render` shows as text or JSON."""

__all__ = [
    "blame",
    "chart",
    "context",
    "diff",
    "escalations",
    "former_verdicts",
    "log",
    "org_settings",
    "people",
    "scorecard",
    "scores",
    "seat",
    "seat_fields",
    "seat_history",
    "seat_summary",
    "selection",
    "sources",
    "stale",
    "tables",
    "todos",
]
