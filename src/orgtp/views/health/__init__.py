"""Which seats are healthy and which drift: every metric judged by its variation and its assurance."""

__all__ = ["assess", "chart", "seats", "types", "unknown_run"]
