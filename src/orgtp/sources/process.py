"""Processes, and nothing else here runs one: a source's own, in a group that is ended as a whole, and its command."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

_STEP, _LINGER, _GRACE = 0.05, 0.5, 1.0
_CHUNK = 1 << 16
_ANSWER = 1 << 16
_ENDLESS = float("inf")


@dataclass(slots=True)
class Pipe:
    """What comes out of one end of a process: its last `most` bytes, and whether they were `cut` so."""

    fd: int
    most: int
    data: bytearray = field(default_factory=bytearray)
    cut: bool = False

    def read(self) -> bool:
        """Take what is there; no at the end."""
        chunk = os.read(self.fd, _CHUNK)
        self.data += chunk
        if len(self.data) > self.most:
            self.cut = True
            del self.data[: -self.most]
        return bool(chunk)


def _read_pipes(pipes: Sequence[Pipe], enough: Callable[[], bool], ended: Callable[[], bool], until: float) -> None:
    """Read until all pipes are at their end, or it is `enough`, or the process has ended and nothing comes any more.

    A pipe alone does not tell: a grandchild may hold it open for ever.
    """
    with selectors.DefaultSelector() as ends:
        for pipe in pipes:
            os.set_blocking(pipe.fd, False)
            ends.register(pipe.fd, selectors.EVENT_READ, pipe)
        last = _ENDLESS
        while ends.get_map() and not enough() and time.monotonic() < min(until, last):
            ready = ends.select(_STEP)
            for key, _ in ready:
                if not key.data.read():
                    ends.unregister(key.fd)
            if last is _ENDLESS and ended():
                last = time.monotonic() + _LINGER
            elif not ready and last is not _ENDLESS:
                return


def ask_module(module: str, fed: bytes, folder: Path, until: float, stop: Event) -> tuple[bytes, int | None]:
    """What `python -m module` writes to the pipe whose number is its argument, up to a newline, and its exit code.

    It is fed one line, and its standard input stays open for as long as we live. No exit code: it had not ended by
    `until` (on the monotonic clock), or it was to `stop`. Its whole group has ended afterwards.
    """
    read, write = os.pipe()
    try:
        child = _start_module(module, write, folder)
    except BaseException:
        os.close(read)
        raise
    finally:
        os.close(write)
    pipe = Pipe(read, _ANSWER)
    try:
        _send_line(child, fed)
        _read_pipes([pipe], lambda: b"\n" in pipe.data or pipe.cut or stop.is_set(), lambda: _has_ended(child), until)
        code = _read_exit_code(child) if _wait_for_end(child, min(until, time.monotonic() + _LINGER), pipe) else None
    finally:
        _end_group(child)
        os.close(read)
    return bytes(pipe.data), code


def _start_module(module: str, write: int, folder: Path) -> subprocess.Popen[bytes]:
    # As we were started ourselves, but never with modules from the folder that it works in.
    flags = ["-I"] if sys.flags.isolated else ["-P"]
    return subprocess.Popen(  # noqa: S603  (our own module)
        [sys.executable, *flags, "-m", module, str(write)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        pass_fds=(write,),
        process_group=0,
    )


def _send_line(child: subprocess.Popen[bytes], fed: bytes) -> None:
    with suppress(BrokenPipeError):
        if child.stdin is not None:
            child.stdin.write(fed + b"\n")
            child.stdin.flush()


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended; it is not reaped yet where that can be helped, so that its group keeps its number."""
    if child.returncode is not None or not hasattr(os, "waitid"):
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _wait_for_end(child: subprocess.Popen[bytes], until: float, pipe: Pipe) -> bool:
    """Whether it has ended, or does so soon after its pipe; where there is an answer, that is not waited for."""
    while not _has_ended(child):
        if pipe.data or time.monotonic() >= until:
            return False
        time.sleep(_STEP / 5)
    return True


def _read_exit_code(child: subprocess.Popen[bytes]) -> int:
    if child.returncode is not None or not hasattr(os, "waitid"):
        return child.returncode or 0
    found = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    killed = found is not None and found.si_code != os.CLD_EXITED
    return (-found.si_status if killed else found.si_status) if found else 0


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End the whole group: asked first, then made to."""
    alive = _signal_group(child.pid, signal.SIGTERM)
    until = time.monotonic() + _GRACE
    while alive and time.monotonic() < until:
        child.poll()
        alive = _signal_group(child.pid, 0)
        time.sleep(_STEP / 5 if alive else 0)
    if alive:
        _signal_group(child.pid, signal.SIGKILL)
    with suppress(BrokenPipeError):
        if child.stdin is not None:
            child.stdin.close()
    child.wait()


def _signal_group(group: int, number: int) -> bool:
    """Whether there was somebody in the group to hear it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command printed, and how it ended; `flooded`: it printed more than it may, and was killed."""

    out: bytes
    err: bytes
    code: int
    flooded: bool


def run_command(argv: Sequence[str], most: int) -> CommandResult:
    """Run a command to its end, in our own group, without a shell or an input. Raises `OSError`."""
    with subprocess.Popen(  # noqa: S603  (what the machine's own file says)
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        out, err = (Pipe(end.fileno(), most) for end in (child.stdout, child.stderr) if end)
        try:
            _read_pipes([out, err], lambda: out.cut, lambda: child.poll() is not None, _ENDLESS)
            # It may have closed its output long before it ends.
            code = child.wait() if not out.cut else 0
        finally:
            child.kill()
        return CommandResult(bytes(out.data), bytes(err.data), code, out.cut)
