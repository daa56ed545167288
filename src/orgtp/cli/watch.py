"""Staying, and collecting at the times of a timetable: for those without cron."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from types import FrameType

from orgtp.cli.door import tell
from orgtp.cli.failure import guarded
from orgtp.model.timetable import USUAL, timetable

# A machine that slept wakes up late; so the clock is looked at again and again.
_NAP = 20.0


def watching(zone: tzinfo, once: Callable[[], int]) -> int:
    """Collect now, then at each time of the usual timetable, until somebody ends it; a run that fails ends nothing."""
    signal.signal(signal.SIGTERM, _ended)
    times = timetable(USUAL, zone)
    while True:
        guarded(once)
        due = times.after(datetime.now(UTC))
        tell(f"next at {due.astimezone(zone):%a %Y-%m-%d %H:%M}")
        _wait_until(due)


def _wait_until(due: datetime) -> None:
    while (left := (due - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(min(left, _NAP))


def _ended(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
