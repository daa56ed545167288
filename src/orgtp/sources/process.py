"""Run processes: the process of a source, whose whole group is terminated, and the command that it runs.

No other module of this package starts a process.
"""

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
    """Output of a process: the last `most` bytes, and whether earlier bytes were `cut` off."""

    fd: int
    most: int
    data: bytearray = field(default_factory=bytearray)
    cut: bool = False

    def read(self) -> bool:
        """Read what is available. False at the end."""
        chunk = os.read(self.fd, _CHUNK)
        self.data += chunk
        if len(self.data) > self.most:
            self.cut = True
            del self.data[: -self.most]
        return bool(chunk)


def _read_pipes(pipes: Sequence[Pipe], enough: Callable[[], bool], ended: Callable[[], bool], until: float) -> None:
    """Read until all pipes are closed, `enough` is true, or the process has ended and no more output arrives.

    Waiting for the pipes is not enough: a grandchild may hold one open forever.
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
    """Run `python -m module FD` and return what it writes to the pipe FD, up to a newline, and its exit code.

    `fed` is written to its standard input, which stays open as long as this process lives. The exit code is None if the
    process had not ended by `until` (monotonic clock) or `stop` was set. Its process group is terminated in any case.
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
        with suppress(BrokenPipeError):
            if child.stdin is not None:
                child.stdin.write(fed + b"\n")
                child.stdin.flush()
        _read_pipes([pipe], lambda: b"\n" in pipe.data or pipe.cut or stop.is_set(), lambda: _has_ended(child), until)
        code = _read_exit_code(child) if _wait_for_end(child, min(until, time.monotonic() + _LINGER), pipe) else None
    finally:
        _end_group(child)
        os.close(read)
    return bytes(pipe.data), code


def _start_module(module: str, write: int, folder: Path) -> subprocess.Popen[bytes]:
    # Started like this process, but never with modules from its working folder.
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


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended. It is not reaped if possible, so that the id of its group is not reused."""
    if child.returncode is not None or not hasattr(os, "waitid"):
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _wait_for_end(child: subprocess.Popen[bytes], until: float, pipe: Pipe) -> bool:
    """Whether it ends by `until`. Does not wait if there is already an answer."""
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
    """Terminate the whole group: SIGTERM first, then SIGKILL after a second."""
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
    """Whether the group still had a process to signal."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Output and exit code of a command. `flooded`: it printed more than allowed and was killed."""

    out: bytes
    err: bytes
    code: int
    flooded: bool


def run_command(argv: Sequence[str], most: int) -> CommandResult:
    """Run a command to its end in this process group, without a shell or input. Raises `OSError`."""
    with subprocess.Popen(  # noqa: S603  (what the machine's own file says)
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        out, err = (Pipe(end.fileno(), most) for end in (child.stdout, child.stderr) if end)
        try:
            _read_pipes([out, err], lambda: out.cut, lambda: child.poll() is not None, _ENDLESS)
            # A command may close its output long before it ends.
            code = child.wait() if not out.cut else 0
        finally:
            child.kill()
        return CommandResult(bytes(out.data), _drop_first_word(err) if err.cut else bytes(err.data), code, out.cut)


def _drop_first_word(pipe: Pipe) -> bytes:
    """The output without its first word, of which a part was cut off. It may be the rest of a secret."""
    return bytes((pipe.data.split(maxsplit=1)[1:] or [bytearray()])[0])
