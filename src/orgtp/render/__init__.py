"""Renderers: a view becomes text, JSON, Markdown, Mermaid, DOT or SVG. Text of users passes `terminal.safe_text`."""
