"""The org as tables: their columns, their rows, and the dates that matter."""

__all__ = ["build", "columns", "dates"]
