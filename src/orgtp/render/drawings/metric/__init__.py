"""The chart of one metric as SVG."""

__all__ = ["draw"]
