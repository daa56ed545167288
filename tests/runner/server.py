"""The server: imports orgtp once, then forks a child for each call. Single-threaded, so that a fork is safe.

It is started as a script. Its standard input is the control socket, and its argument the descriptor of a socket that
listens, to which others (`shim.py`) send the same messages. Each message carries four descriptors: the standard input,
output and error of the child, and a socket for this call alone. On that socket the server sends the child's process id
and, when the child ends, its wait status and what it used (`ENDED`); the child reads there what to run. When the
control socket closes, the server ends.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

# What commands import on first use. The MCP SDK is not among it: the MCP server is tested as a process of its own.
LIBRARIES = (
    "click.shell_completion",
    "difflib",
    "git",
    "git.cmd",
    "git.exc",
    "git.repo",
    "filelock",
    "jsonschema",
    "jsonschema_rs",
    "rich.console",
    "rich.syntax",
    "rich.table",
    "rich.text",
    "typer.core",
    "typer.main",
    "yaml",
    "zoneinfo",
    "tzdata",
)
LEFT_OUT = ("orgtp.mcp",)
INT = struct.Struct("!i")
# The wait status, the seconds of all processors, and the KiB by which the memory grew beyond the server's.
ENDED = struct.Struct("!idq")


def import_commands() -> None:
    """Import every module that a command may need."""
    import orgtp

    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    for module in pkgutil.walk_packages(orgtp.__path__, "orgtp."):
        if not module.name.startswith(LEFT_OUT) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def generate_methods() -> None:
    """Generate the methods of all `lazy_dataclass` classes, so that not every child does it for itself."""
    classes = [found for found in gc.get_objects() if isinstance(found, type)]
    for one in [found for found in classes if f"{found.__module__}".startswith("orgtp.")]:
        for method in [held for held in vars(one).values() if getattr(held, "__name__", "") == "generate_and_call"]:
            with suppress(Exception):  # it is generated, and then called with an object that is none of its class
                method(object())


class Server:
    """Accepts calls and forks a child for each."""

    def __init__(self, control: socket.socket, others: socket.socket) -> None:
        self.control = control
        self.others = others
        self.calls: dict[int, tuple[socket.socket, int]] = {}
        self.git = shutil.which("git")
        self.woken, self.wakes = os.pipe()
        os.set_blocking(self.wakes, False)

    def serve(self) -> socket.socket | None:
        """Serve until the control socket closes. In each child, return the socket of its call instead."""
        signal.set_wakeup_fd(self.wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with selectors.DefaultSelector() as ready:
            ready.register(self.control, selectors.EVENT_READ)
            ready.register(self.others, selectors.EVENT_READ)
            ready.register(self.woken, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fileobj == self.woken:
                        os.read(self.woken, 4096)
                        self._report_ended()
                        continue
                    is_other = key.fileobj == self.others
                    message, descriptors = receive_once(self.others) if is_other else receive(self.control)
                    if is_other and len(descriptors) < 4:  # it was ended before it asked
                        continue
                    if not message:
                        self._end_all()
                        return None
                    call = self._fork(descriptors)
                    if call:
                        return call

    def _fork(self, descriptors: list[int]) -> socket.socket | None:
        *standard, call_fd = descriptors
        call = socket.socket(fileno=call_fd)
        held = resident_kib()
        pid = os.fork()
        if not pid:
            self._leave(standard)
            return call
        for descriptor in standard:
            os.close(descriptor)
        # Both set the group, so that it is set before either goes on.
        with suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)
        self.calls[pid] = call, held
        with suppress(OSError):  # whoever called has given up
            call.send(INT.pack(pid))
        return None

    def _leave(self, standard: list[int]) -> None:
        """In the child: undo what makes a server of this process, and take the descriptors of the call."""
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, descriptor in enumerate(standard):
            os.dup2(descriptor, number, inheritable=True)
            os.close(descriptor)
        self.control.detach()
        self.others.close()
        for other, _ in self.calls.values():
            other.close()
        os.close(self.woken)
        os.close(self.wakes)

    def _report_ended(self) -> None:
        while self.calls:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            call, held = self.calls.pop(pid)
            with call, suppress(OSError):
                call.send(ENDED.pack(status, used.ru_utime + used.ru_stime, used.ru_maxrss - held))

    def _end_all(self) -> None:
        for pid in self.calls:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def receive(control: socket.socket) -> tuple[bytes, list[int]]:
    """A message and its descriptors."""
    message, descriptors, _, _ = socket.recv_fds(control, 1, 4)
    return message, descriptors


def receive_once(others: socket.socket) -> tuple[bytes, list[int]]:
    """The one message of whoever connects."""
    with others.accept()[0] as other:
        return receive(other)


def resident_kib() -> int:
    """The memory of this process. A fork begins with as much, so its own maximum says little by itself."""
    statm = Path("/proc/self/statm")
    if not statm.exists():  # only Linux has it
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def become(call: socket.socket, git: str | None) -> None:
    """In the child: take the arguments, environment, folder, umask and limit that the caller sent."""
    with call:
        received = b"".join(iter(lambda: call.recv(1 << 16), b""))
    asked = json.loads(received)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.umask(asked["umask"])
    if asked["seconds"]:
        resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    os.chdir(asked["folder"])
    time.tzset()
    tempfile.tempdir = None
    sys.argv = asked["words"]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    if shutil.which("git") != git:
        # GitPython looks for the git program when it is imported, and fails where there is none.
        for name in [name for name in sys.modules if name.partition(".")[0] == "git"]:
            del sys.modules[name]


def open_standards() -> None:
    """Give the child the streams that an interpreter opens over its descriptors when it starts."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        like: io.TextIOWrapper = getattr(sys, name)
        raw = io.FileIO(number, "w" if number else "r", closefd=False)
        raw.name = f"<{name}>"
        buffered = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
        by_line = raw.isatty() or name == "stderr"
        stream = io.TextIOWrapper(buffered, like.encoding, like.errors, newline="\n", line_buffering=by_line)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def start() -> bool:
    """Serve; whether this process is a child that now runs a command."""
    control = socket.socket(fileno=os.dup(0))
    os.set_inheritable(control.fileno(), False)
    import_commands()
    generate_methods()
    gc.collect()
    gc.freeze()
    others = socket.socket(fileno=int(sys.argv[1]))
    server = Server(control, others)
    call = server.serve()
    if call is None:
        return False
    become(call, server.git)
    open_standards()
    os.closerange(3, 256)
    return True


if __name__ == "__main__" and start():
    from orgtp.cli.main import main

    main()
