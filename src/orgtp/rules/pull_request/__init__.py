"""Rules about what a pull request changes."""

__all__ = ["additions", "base", "forbidden", "known_problems", "notices", "record_notices"]
