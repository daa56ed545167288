"""Dates as pages and drawings write them, the day before the month. The caller brings a time to its zone first."""

from __future__ import annotations

from datetime import date


def format_day(day: date) -> str:
    """`Fri 27 Nov 2026`."""
    return f"{day:%a} {format_date(day)}"


def format_date(day: date) -> str:
    """`27 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def format_weekday(day: date) -> str:
    """`Fri 27 Nov`, where the year is beside it or is this one."""
    return f"{day:%a} {format_short_day(day)}"


def format_short_day(day: date) -> str:
    """`27 Nov`, where the year is beside it or is this one."""
    return f"{day.day} {day:%b}"
