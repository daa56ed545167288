"""Actions: pure functions from an `Org` and arguments to a `Change`. They use no files, clock or git."""

__all__ = [
    "acting_seat",
    "collect",
    "escalate",
    "explain",
    "record_scores",
    "retire",
    "seats",
    "silence",
    "undo",
    "upgrade",
]
