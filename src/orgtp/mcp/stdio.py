"""Reserves standard input and output for the protocol, whatever else this process or a child reads or prints."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from orgtp.model.errors import BadInput

_IN, _OUT, _ERR = 0, 1, 2


def take_over_stdio() -> None:
    """Move standard input and output to new descriptors, which only `sys.stdin` and `sys.stdout` use.

    From then on, descriptor 0 is empty, and 1 is standard error. Raises `BadInput` if either is closed.
    """
    try:
        reads, writes = os.dup(_IN), os.dup(_OUT)
    except OSError as error:
        raise BadInput(what="an MCP client uses standard input and output, but one is closed") from error
    _redirect_descriptor(_IN, os.open(os.devnull, os.O_RDONLY))
    try:
        os.dup2(_ERR, _OUT, inheritable=True)
    except OSError:
        _redirect_descriptor(_OUT, os.open(os.devnull, os.O_WRONLY))
    sys.stdin = io.TextIOWrapper(os.fdopen(reads, "rb", closefd=False), encoding="utf-8", errors="replace")
    sys.stdout = io.TextIOWrapper(os.fdopen(writes, "wb", closefd=False), encoding="utf-8")


def _redirect_descriptor(descriptor: int, at: int) -> None:
    """Point a standard descriptor to another file, for children too."""
    os.dup2(at, descriptor, inheritable=True)
    if at > _ERR:
        os.close(at)


def call_on_interrupt(leave: Callable[[], None]) -> None:
    """Make Ctrl-C call `leave` at once, because a thread that waits for input cannot be stopped."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        leave()

    signal.signal(signal.SIGINT, handler)
