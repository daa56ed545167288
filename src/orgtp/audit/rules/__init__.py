"""The package rules."""

__all__ = ["authority", "content_hash", "dates", "pages", "scores", "seats", "trailers"]
