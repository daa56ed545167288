"""Renderers: a view becomes text, JSON, Markdown, Mermaid, DOT or SVG. Text of users passes `terminal.safe_text`."""

__all__ = [
    "blame",
    "change",
    "chart",
    "chart_graph",
    "context",
    "diff",
    "escalations",
    "json",
    "log",
    "problems",
    "rules",
    "schedule",
    "scorecard",
    "seat",
    "seat_history",
    "sources",
    "spans",
    "stale",
    "svg",
    "terminal",
]
