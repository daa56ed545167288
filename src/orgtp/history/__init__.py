"""Read an org through time: as of a commit or date, who set what, what changed, and the log."""
