"""The weekly review: its agenda, the reviews that were held, and what people look at in the meeting."""

__all__ = ["agenda", "held", "numbers", "row_discussion"]
