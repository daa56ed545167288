"""Actions: pure functions from an `Org` and arguments to a `Change`. They use no files, clock or git."""

__all__ = [
    "acting_seat",
    "collect",
    "delegate",
    "escalate",
    "explain",
    "holders",
    "import_scores",
    "leave",
    "metric_content",
    "metrics",
    "new_owners",
    "org_settings",
    "record_scores",
    "retire",
    "retire_check",
    "seat_changes",
    "seats",
    "silence",
    "undo",
    "upgrade",
]
