"""Tables as CSV, and the rows of a query as text."""

__all__ = ["csv", "query", "views"]
