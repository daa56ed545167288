"""The package diff."""

__all__ = ["markdown", "sections", "text"]
