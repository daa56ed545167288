"""What other views say about a seat: its fields, its holders, and who set each field."""

__all__ = ["blame", "discovery", "fields", "imported", "overlap", "people", "summary"]
