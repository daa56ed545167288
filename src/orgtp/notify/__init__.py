"""Notifies people of escalations."""

__all__ = ["config", "notify"]
