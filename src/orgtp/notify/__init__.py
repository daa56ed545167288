"""The package notify."""

__all__ = ["config", "notify"]
