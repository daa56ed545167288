"""One seat, the list of seats, a seat's history, and what a seat leaves behind, as text."""

__all__ = ["blame", "discovery", "discovery_json", "history", "leave", "overlap", "retire_check", "seat"]
