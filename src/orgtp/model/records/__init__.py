"""The records of an org that only grow, and the registry of their kinds (`kinds`)."""

__all__ = ["escalation_merge", "kinds", "review", "todo"]
