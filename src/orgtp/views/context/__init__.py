"""The package context."""

__all__ = ["build", "metrics", "types"]
