"""The package parsing."""

__all__ = ["form"]
