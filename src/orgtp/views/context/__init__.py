"""The package context."""

__all__ = ["build", "types"]
