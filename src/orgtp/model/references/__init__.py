"""What names what: every place of an org that can name a seat or a metric, and the people that seats name."""

__all__ = [
    "find",
]
