"""Where the boxes, frames and lines of the chart go: pure geometry, in whole pixels."""

__all__ = ["draw_types", "folding", "layout", "wall"]
