"""The scorecard, its rows in groups, and the records behind its cells."""

__all__ = ["build", "cell_records", "groups", "scores"]
