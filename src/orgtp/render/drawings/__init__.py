"""Drawings as SVG: the org chart, the chart of a metric, and the small lines of the scorecard."""

__all__ = ["chart", "chart_data", "chart_words", "metric", "sparkline", "wall", "xmr"]
