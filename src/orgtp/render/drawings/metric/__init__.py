"""The chart of one metric as SVG: a line or bars, on axes of time and of values, with labels that cover nothing."""

__all__ = ["draw", "plot", "words"]
