"""The briefing as text, Markdown and HTML, all from the same blocks."""

__all__ = ["blocks", "formats", "variances"]
