"""Read any object or ref by name through one long-lived `git cat-file --batch`."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from orgtp.git.errors import GitFailed
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError

# Above this number of names, one process that receives all of them at once is faster than asking in turn.
_MAX_INTERACTIVE = 50
# The largest object that is read. No file or folder of an org is this large.
_MAX_OBJECT_BYTES = 64 * 1024 * 1024


class ObjectTooLarge(OrgtpError):
    """An object is too large to be read."""

    text = "the git object {id} has {size:,} bytes. orgtp does not read objects of that size."


@dataclass(frozen=True, slots=True)
class GitObject:
    """A git object: its id, its type (commit, tree, blob, tag) and its content."""

    id: str
    type: str
    raw: bytes


class ObjectReader:
    """Reads objects of one repository. Refs are resolved at each call. Safe to use from several threads."""

    def __init__(self, run: Callable[..., bytes], start: Callable[..., Any]) -> None:
        """`run` returns the output of a git command in the repository; `start` returns the handle of its process."""
        self._run = run
        self._start = start
        self._lock = threading.Lock()
        self._handle: Any = None
        self._pid = 0

    def start_process(self) -> None:
        """Start the process early, so that it is ready at the first read."""
        with self._lock:
            self._live_process()

    def read_object(self, name: str) -> GitObject | None:
        """The object called `name`, if it exists."""
        return next(iter(self.read_objects([name])))

    def read_objects(self, names: Iterable[str]) -> list[GitObject | None]:
        """The objects called `names`, in that order; None for each that does not exist."""
        wanted = list(names)
        if len(wanted) > _MAX_INTERACTIVE:
            return self._read_at_once(wanted)
        with self._lock:
            try:
                return self._read_in_turn(wanted)
            except (BrokenPipeError, EOFError):
                # Something ended the process. Try once more with a new one; a second failure is git's own.
                self._handle = None
                return self._read_in_turn(wanted)
            except ObjectTooLarge:
                # The rest of the object is still in the pipe, so this process cannot be used again.
                self._handle = None
                raise

    def _read_in_turn(self, names: list[str]) -> list[GitObject | None]:
        """Write one request, read one response: neither pipe can fill while the other side waits."""
        process = self._live_process()
        found = []
        try:
            for name in names:
                process.stdin.write(_format_request(name))
                process.stdin.flush()
                found.append(_read_response(process.stdout))
        except (BrokenPipeError, EOFError):
            self._raise_git_error(process)
            raise
        return found

    def _read_at_once(self, names: list[str]) -> list[GitObject | None]:
        stream = io.BytesIO(self._run("cat-file", "--batch", stdin=b"".join(map(_format_request, names))))
        return [_read_response(stream) for _ in names]

    def _live_process(self) -> Any:
        """The running process. After a fork it is a new one, because two readers would mix up the responses."""
        if self._handle is None or self._pid != os.getpid():
            self._handle, self._pid = self._start("cat-file", "--batch"), os.getpid()
        return self._handle.proc

    def _raise_git_error(self, process: Any) -> None:
        """Raise git's error message, if git ended with one."""
        words = process.stderr.read().decode(errors="replace").strip()
        if words:
            raise GitFailed(command="cat-file", words=words)


def _format_request(name: str) -> bytes:
    """A request is one line. A name with a newline would be two requests, so an empty one is sent instead."""
    return b"\n" if "\n" in name else f"{name}\n".encode(errors="replace")


def _read_response(stream: Any) -> GitObject | None:
    head = stream.readline()
    if not head.endswith(b"\n"):
        raise EOFError
    words = head.decode(errors="replace").split()
    if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004  (id, type, size)
        return None
    if int(words[2]) > _MAX_OBJECT_BYTES:
        raise ObjectTooLarge(id=words[0], size=int(words[2]))
    raw = stream.read(int(words[2]) + 1)
    if len(raw) != int(words[2]) + 1:
        raise EOFError
    return GitObject(words[0], words[1], raw[:-1])
