"""Sync: exchange commits with a remote."""

__all__ = ["status", "sync", "text"]
