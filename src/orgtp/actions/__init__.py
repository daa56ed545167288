"""What can be done: pure functions from an `Org` and arguments to a `Change`. They touch no file, clock or git."""

__all__ = ["collect", "escalate", "record_scores", "retire", "seats", "silence"]
