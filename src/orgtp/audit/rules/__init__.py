"""The rules of the audit."""

__all__ = [
    "authority",
    "content_hash",
    "dates",
    "explanations",
    "followed",
    "names",
    "pages",
    "scores",
    "seats",
    "trailers",
]
