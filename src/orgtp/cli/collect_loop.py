"""Staying, and doing at the times of a timetable what orgtp schedule does: for those without cron."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

from orgtp.cli.error_handler import INTERRUPTED, guarded
from orgtp.cli.session import tell
from orgtp.model.schedule import Timetable

# A machine that slept wakes up late; so the clock is looked at again and again.
_NAP = 20.0
_QUARTER = timedelta(minutes=15)


class _Ended(BaseException):
    """Somebody ended it; nothing on the way takes that for a failure of its own."""


def watching(times: Timetable, collect: Callable[[], int], tick: Callable[[], int]) -> int:
    """Collect now, then at each of the times; tick after that, and every quarter of an hour, until somebody ends it.

    What fails ends nothing.
    """
    signal.signal(signal.SIGTERM, _ended)
    try:
        while True:
            _done(collect)
            _done(tick)
            due = times.next_time(datetime.now(UTC))
            tell(f"next at {due.astimezone(times.zone):%a %Y-%m-%d %H:%M} {times.zone}")
            while (quarter := quarter_after(datetime.now(UTC))) < due:
                _wait_until(quarter)
                _done(tick)
            _wait_until(due)
    except _Ended:
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def _done(work: Callable[[], int]) -> None:
    """Do it, whatever comes of it; who interrupts it means all of it. Raises `KeyboardInterrupt`."""
    if guarded(work) == INTERRUPTED:
        raise KeyboardInterrupt


def quarter_after(now: datetime) -> datetime:
    """The next quarter of an hour, at which cron would look."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % _QUARTER + _QUARTER


def _wait_until(due: datetime) -> None:
    while (left := (due - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(min(left, _NAP))


def _ended(_signal: int, _frame: FrameType | None) -> None:
    raise _Ended
