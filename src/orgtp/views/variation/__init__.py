"""Whether one metric changes, and whether it can meet its target: limits, rules and odds."""

__all__ = ("binomial", "judge", "odds", "readings", "xmr")
