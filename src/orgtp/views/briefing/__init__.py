"""The briefing: what a recipient has to know before the day begins, in a fixed order."""

__all__ = ["build", "recipients", "scope", "types", "variances"]
