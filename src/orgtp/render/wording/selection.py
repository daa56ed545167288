"""Show what a selection leaves out, in the same words in every view."""

from __future__ import annotations

from orgtp.model.text import count_noun, join_with_and, one_line
from orgtp.render.spans import Line
from orgtp.render.terminal import wrap_line
from orgtp.views.selection import Omitted


def left_out_lines(left_out: Omitted, by: str, width: int, *, noun: str = "metric") -> list[Line]:
    """`left out by --state off: 9 seats and 14 metrics`, below an empty line; nothing if nothing is left out.

    `by` are the options that leave it out, and `noun` is what the view lists of a metric.
    """
    text = describe_left_out(left_out, by, noun=noun)
    return [[], *wrap_line([(text, "dim")], width)] if text else []


def describe_left_out(left_out: Omitted, by: str, *, noun: str = "metric") -> str:
    """The same as a text; "" if nothing is left out, or if that was not asked for with options."""
    if not by:
        return ""
    other = "other seat" if left_out.metrics is None else "seat"
    counts = {other: left_out.seats or 0, noun: left_out.metrics or 0}
    parts = [count_noun(number, name) for name, number in counts.items() if number]
    return f"left out by {one_line(by)}: {join_with_and(parts)}" if parts else ""
