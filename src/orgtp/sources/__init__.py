"""Sources of values on this machine: their configuration, the kinds of source, and how they are asked in parallel."""

__all__ = ["add", "collect", "config", "kind", "kinds", "plugin", "run", "source"]
