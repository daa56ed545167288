"""The drawing of the chart: what its boxes say, and where boxes, frames and lines go, in whole pixels."""

__all__ = ["boxes", "draw_types", "folding", "layout", "wall"]
