"""Staying, and doing at the times of a timetable what orgtp schedule does: for those without cron."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

from orgtp.cli.error_handler import INTERRUPTED, run_with_error_handler
from orgtp.cli.session import write_stderr
from orgtp.model.schedule import Timetable

# A machine that slept wakes up late; so the clock is looked at again and again.
_NAP = 20.0
_QUARTER = timedelta(minutes=15)


class _LoopEnded(BaseException):
    """Somebody ended it; nothing on the way takes that for a failure of its own."""


def run_collect_loop(times: Timetable, collect: Callable[[], int], tick: Callable[[], int]) -> int:
    """Collect now, then at each of the times; tick after that, and every quarter of an hour, until somebody ends it.

    What fails ends nothing.
    """
    signal.signal(signal.SIGTERM, _raise_loop_ended)
    try:
        while True:
            _run_guarded(collect)
            _run_guarded(tick)
            due = times.next_time(datetime.now(UTC))
            write_stderr(f"next at {due.astimezone(times.zone):%a %Y-%m-%d %H:%M} {times.zone}")
            while (quarter := next_quarter_hour(datetime.now(UTC))) < due:
                _wait_until(quarter)
                _run_guarded(tick)
            _wait_until(due)
    except _LoopEnded:
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def _run_guarded(work: Callable[[], int]) -> None:
    """Do it, whatever comes of it; who interrupts it means all of it. Raises `KeyboardInterrupt`."""
    if run_with_error_handler(work) == INTERRUPTED:
        raise KeyboardInterrupt


def next_quarter_hour(now: datetime) -> datetime:
    """The next quarter of an hour, at which cron would look."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % _QUARTER + _QUARTER


def _wait_until(due: datetime) -> None:
    while (left := (due - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(min(left, _NAP))


def _raise_loop_ended(_signal: int, _frame: FrameType | None) -> None:
    raise _LoopEnded
