"""Actions: pure functions from an `Org` and arguments to a `Change`. They use no files, clock or git."""

__all__ = [
    "acting_seat",
    "collect",
    "escalate",
    "explain",
    "holders",
    "leave",
    "new_owners",
    "record_scores",
    "retire",
    "seat_changes",
    "seats",
    "silence",
    "upgrade",
]
