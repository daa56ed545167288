"""The rules of the audit."""

__all__ = [
    "authority",
    "content_hash",
    "dates",
    "names",
    "pages",
    "scores",
    "seats",
    "trailers",
]
