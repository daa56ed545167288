"""Run `orgtp` in a fork of a server process that has already imported it: like a new process, but ten times faster.

Each test worker has one server (`server.py`), started at the first call. In a line of shell, the `orgtp` of the folder
`Runner.path` uses the same server (`shim.py`). A test that is about the process itself (its
start, its end, a terminal, signals) starts a real one: `shell.process(...)`, or `subprocess` with `SCRIPT`.
"""

from __future__ import annotations

import json
import os
import selectors
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SERVER, SHIM = (Path(__file__).with_name(name) for name in ("server.py", "shim.py"))
# What the server sends (`server.py`): a process id; then wait status, processor seconds and KiB of memory.
INT, ENDED = struct.Struct("!i"), struct.Struct("!idq")
# The interpreter and GitPython read these when they start or are imported, so a fork cannot change them.
READ_AT_START = ("PYTHON", "GIT_PYTHON_", "LC_", "LANG", "LD_", "MALLOC_", "COVERAGE_")


def read_at_start(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of an environment that a program sees only when it starts."""
    return {name: value for name, value in env.items() if name.startswith(READ_AT_START)}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (minus a signal's number), what it printed, and what it used.

    `mib` is the memory by which it grew beyond the server, which has everything imported already.
    """

    code: int
    out: bytes
    err: bytes
    seconds: float
    mib: float


class Runner:
    """One server, and the calls to it."""

    def __init__(self, env: Callable[[], Mapping[str, str]]) -> None:
        """Prepare to start a server when it is first needed, in the environment that `env` returns then."""
        self._env = env
        self._control: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._parent = 0
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def can_run(self, env: Mapping[str, str]) -> bool:
        """Whether a fork would see this environment as a new process does."""
        forks = hasattr(os, "fork") and not os.environ.get("ORGTP_REAL_PROCESSES")
        return forks and read_at_start(env) == read_at_start(self._env())

    def run(
        self,
        words: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        stdin: bytes,
        timeout: float,
        processor_seconds: int = 0,
    ) -> Ended:
        """Run a command to its end, which comes after `processor_seconds` at the latest (0: no limit).

        Raises `subprocess.TimeoutExpired` after `timeout` seconds, once the command and its children are killed.
        """
        pipes = [os.pipe() for _ in range(3)]
        ours = [pipes[0][1], pipes[1][0], pipes[2][0]]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        call, their_call = socket.socketpair()
        try:
            with self._lock:
                socket.send_fds(self._connect(), [b"."], [*theirs, their_call.fileno()])
        finally:
            their_call.close()
            for descriptor in theirs:
                os.close(descriptor)
        asked = {"words": list(words), "env": dict(env), "folder": str(folder), "umask": _umask()}
        asked["seconds"] = processor_seconds
        call.sendall(json.dumps(asked).encode())
        call.shutdown(socket.SHUT_WR)
        with call:
            pid = INT.unpack(self._receive(call, INT.size))[0]
            try:
                out, err = _communicate(ours, stdin, time.monotonic() + timeout)
                call.settimeout(timeout)
                status, seconds, kib = ENDED.unpack(self._receive(call, ENDED.size))
            except TimeoutError as error:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), timeout) from error
        return Ended(os.waitstatus_to_exitcode(status), out, err, seconds, kib / 1024)

    def _receive(self, call: socket.socket, size: int) -> bytes:
        received = call.recv(size, socket.MSG_WAITALL)
        if len(received) < size:
            message = f"the server of the test runner ended: {self._server and self._server.poll()}"
            raise RuntimeError(message)
        return received

    def _connect(self) -> socket.socket:
        """The control socket of the server; a server is started where this process has none yet."""
        if self._control is None or self._parent != os.getpid():
            self._control, theirs = socket.socketpair()
            self._parent = os.getpid()
            # A path may be too long for the address of a socket, so this one is not below the folders of the tests.
            self._folder = tempfile.TemporaryDirectory(prefix="orgtp-", dir="/tmp")
            with theirs, socket.socket(socket.AF_UNIX) as others:
                others.bind(f"{self._folder.name}/socket")
                others.listen(16)
                self._server = subprocess.Popen(
                    [sys.executable, str(SERVER), str(others.fileno())],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=self._env(),
                    start_new_session=True,
                    pass_fds=[others.fileno()],
                )
        return self._control

    def path(self, program: Path) -> str:
        """A PATH for lines of shell, in which `orgtp` runs `program` in a fork, where that is like a process."""
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        if not self.can_run(self._env()):
            return path
        with self._lock:
            self._connect()
        assert self._folder is not None
        shim = Path(self._folder.name, "bin", program.name)
        if not shim.exists():
            shim.parent.mkdir()
            held = json.dumps(read_at_start(self._env()))
            words = [sys.executable, "-IS", str(SHIM), f"{self._folder.name}/socket", str(program)]
            words += [",".join(READ_AT_START), held]
            shim.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
            shim.chmod(0o755)
        return f"{shim.parent}{os.pathsep}{path}"

    def close(self) -> None:
        """End the server, and whatever it still runs."""
        if self._control and self._server and self._parent == os.getpid():
            self._control.close()
            self._server.wait(30)
            if self._folder:
                self._folder.cleanup()
        self._control = None


def _umask() -> int:
    """The umask of this process. Where /proc has it, it is read there, because `os.umask` sets it for every thread."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    umask = os.umask(0o022)
    os.umask(umask)
    return umask


def _communicate(ours: Sequence[int], stdin: bytes, until: float) -> tuple[bytes, bytes]:
    """Write standard input while reading output and errors to their end. Closes all three. Raises `TimeoutError`."""
    write, out, err = ours
    left = {write: memoryview(stdin)}
    read: dict[int, list[bytes]] = {out: [], err: []}
    waiting = set(ours)

    def go_on(descriptor: int) -> bool:
        """Read or write once; whether more is to come."""
        if descriptor == write:
            left[write] = _write_some(write, left[write])
            return bool(left[write])
        read[descriptor].append(os.read(descriptor, 1 << 16))
        return bool(read[descriptor][-1])

    os.set_blocking(write, False)
    try:
        with selectors.DefaultSelector() as ready:
            for descriptor in ours:
                ready.register(descriptor, selectors.EVENT_WRITE if descriptor == write else selectors.EVENT_READ)
            while waiting:
                for descriptor in _wait(ready, until):
                    if not go_on(descriptor):
                        ready.unregister(descriptor)
                        waiting.remove(descriptor)
                        os.close(descriptor)
    finally:
        for descriptor in waiting:
            os.close(descriptor)
    return b"".join(read[out]), b"".join(read[err])


def _wait(ready: selectors.BaseSelector, until: float) -> list[int]:
    """The descriptors that can be read or written now. Raises `TimeoutError` after `until`."""
    events = ready.select(max(until - time.monotonic(), 0))
    if not events:
        raise TimeoutError
    return [key.fd for key, _ in events]


def _write_some(descriptor: int, left: memoryview) -> memoryview:
    """Write what a pipe takes now; what is left. A reader that has gone takes everything, as in `communicate`."""
    try:
        return left[os.write(descriptor, left[:65536]) :] if left else left
    except BrokenPipeError:
        return left[:0]
