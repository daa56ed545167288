"""Read an org through time: as of a commit or date, who set what, what changed, and the log."""

__all__ = [
    "authors",
    "days",
    "diff",
    "evidence",
    "file_stamp",
    "locate",
    "merge_base",
    "proposals",
    "queries",
    "redacted",
    "retirement_moments",
    "score_commits",
    "seat_context",
    "worktree_check",
]
