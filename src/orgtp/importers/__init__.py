"""Readers of files that other tools write: people, teams, scorecards, catalogs and agents, as drafts of seats."""

__all__ = [
    "agent_files",
    "agent_paths",
    "bad_rows",
    "draft_texts",
    "formats",
    "front_matter",
    "read",
    "remembered",
    "repositories",
]
