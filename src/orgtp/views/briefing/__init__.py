"""The briefing: what a recipient has to know before the day begins, in a fixed order."""

__all__ = ["build", "scope", "types", "variances"]
