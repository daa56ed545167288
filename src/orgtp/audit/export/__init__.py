"""The audit export: a zip file with the ledger, a checkpoint and a report."""

__all__ = ["files", "handover", "history_stats", "line_origin", "report", "zip"]
