"""Write the org as tables for other programs, and query them with SQL."""

__all__ = ["formats", "query", "write"]
