"""What can be seen: pure functions from an `Org` to a view, a value that renderers and JSON show."""

__all__ = [
    "blame",
    "chart",
    "context",
    "diff",
    "escalations",
    "log",
    "scorecard",
    "scores",
    "seat",
    "seat_fields",
    "seat_history",
    "sources",
    "stale",
]
