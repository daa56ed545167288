"""The package context."""

__all__ = ["markdown"]
