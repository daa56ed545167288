"""Moments by the clock on the wall."""

from __future__ import annotations

from datetime import datetime, tzinfo


def on_the_wall(moment: datetime, zone: tzinfo) -> datetime:
    """The moment in `zone`; in its own zone where that lies beyond all calendars, for a file may say any moment."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment
