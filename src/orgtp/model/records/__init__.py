"""The records of an org that only grow, and the registry of their kinds (`kinds`)."""

__all__ = ["briefing", "escalation_merge", "kinds", "review", "table", "todo"]
