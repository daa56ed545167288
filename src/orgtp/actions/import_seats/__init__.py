"""Import seats: what becomes of each row that a source describes, and the change that records it."""

__all__ = ["groups", "plan", "request", "result"]
