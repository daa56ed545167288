"""The audit: what proves the record, and what may not be in it."""
