"""The org day by day: seats, owners and marks as of the end of each day, and what changed, in words."""

__all__ = ["judge", "told", "types"]
