"""The package install."""

__all__ = ["clients"]
