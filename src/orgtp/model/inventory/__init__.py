"""What is known of people and agents outside the org: rows of files to import, and agents that were found."""

__all__ = ["alike", "draft", "found", "imported", "places"]
