"""The rules of the audit."""

__all__ = [
    "authority",
    "content_hash",
    "dates",
    "explanations",
    "names",
    "pages",
    "scores",
    "seats",
    "trailers",
]
