"""Readers of files that other tools write: people, teams, scorecards, catalogs and agents, as drafts of seats."""

__all__ = ["agent_paths", "foreign_files", "front_matter", "read", "remembered", "repositories"]
