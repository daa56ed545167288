"""Actions: pure functions from an `Org` and arguments to a `Change`. They use no files, clock or git."""

__all__ = [
    "acting_seat",
    "collect",
    "delegate",
    "escalate",
    "explain",
    "import_scores",
    "org_settings",
    "record_scores",
    "retire",
    "seats",
    "silence",
    "upgrade",
]
