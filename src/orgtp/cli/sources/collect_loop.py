"""Collect and tick by a timetable in one process, for machines without cron."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

from orgtp.cli.error_handler import INTERRUPTED, run_with_error_handler
from orgtp.cli.session import write_stderr
from orgtp.model.schedule import Timetable

# Check the clock often, because a machine that was suspended wakes up late.
_NAP = 20.0
_QUARTER = timedelta(minutes=15)


class _LoopEnded(BaseException):
    """The loop was ended by SIGTERM. Not an `Exception`, so that no handler takes it for a failure."""


def run_collect_loop(times: Timetable, collect: Callable[[], int], tick: Callable[[], int]) -> int:
    """Collect now and at each of the times. Tick after that and every quarter of an hour. Returns the exit code.

    A failed run does not end the loop; SIGTERM or an interrupt does.
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
    """Run it and ignore failures. Raises `KeyboardInterrupt` if it is interrupted."""
    if run_with_error_handler(work) == INTERRUPTED:
        raise KeyboardInterrupt


def next_quarter_hour(now: datetime) -> datetime:
    """The next full quarter of an hour after `now`."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % _QUARTER + _QUARTER


def _wait_until(due: datetime) -> None:
    while (left := (due - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(min(left, _NAP))


def _raise_loop_ended(_signal: int, _frame: FrameType | None) -> None:
    raise _LoopEnded
