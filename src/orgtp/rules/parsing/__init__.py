"""Rules about the file format."""

__all__ = ["form"]
