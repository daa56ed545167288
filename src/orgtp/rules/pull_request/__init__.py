"""Rules about what a pull request changes."""

__all__ = ["additions", "base", "forbidden", "notices", "record_notices"]
