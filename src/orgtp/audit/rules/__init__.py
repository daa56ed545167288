"""The rules of the audit."""

__all__ = ["authority", "content_hash", "dates", "pages", "scores", "seats", "trailers"]
