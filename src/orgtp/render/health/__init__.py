"""The health of seats and metrics as text, with the chart of a metric on a terminal."""

__all__ = ["metric_notes", "text", "xmr_chart"]
