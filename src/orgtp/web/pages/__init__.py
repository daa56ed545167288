"""The pages: one module for each. `registry` lists them, and `page` has their types."""

__all__ = ["meeting", "page", "registry", "short_seat"]
