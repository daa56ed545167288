"""The pages: one module for each. `registry` lists them, and `page` has their types."""

__all__ = ["meeting", "page", "registry", "scorecard", "short_seat"]
