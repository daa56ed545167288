"""The package export."""

__all__ = ["files", "handover", "history_stats", "line_origin", "report", "zip"]
