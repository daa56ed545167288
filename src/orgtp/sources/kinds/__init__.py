"""The built-in kinds of source."""

__all__ = ["command"]
