"""What changed around a seat before and after one of its numbers changed: candidates, not causes."""

__all__ = ["build", "changes", "types", "unseen"]
