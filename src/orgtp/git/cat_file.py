"""One `git cat-file --batch` that stays: any object or ref by its name, without a process for each."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from orgtp.git.errors import GitFailed
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError

# From here on, one process that is told all at once is quicker than question and answer.
_FEW = 50
# The largest object that is read: no file of an org is as large, and no folder.
_MOST_BYTES = 64 * 1024 * 1024


class ObjectTooLarge(OrgtpError):
    """An object is too large to be read."""

    text = "the object {id} in git has {size:,} bytes, and no file of an org is so large. It is not read."


@dataclass(frozen=True, slots=True)
class Object:
    """A git object: its id, its type (commit, tree, blob, tag) and its content."""

    id: str
    type: str
    raw: bytes


class Reader:
    """Reads objects of one repository. Refs are looked up anew each time; safe to use from several threads."""

    def __init__(self, run: Callable[..., bytes], start: Callable[..., Any]) -> None:
        """`run` returns the output of a git command of the repository; `start` returns the handle of its process."""
        self._run = run
        self._start = start
        self._lock = threading.Lock()
        self._handle: Any = None
        self._pid = 0

    def start(self) -> None:
        """Start the process, so that it is ready when it is asked."""
        with self._lock:
            self._process()

    def get(self, name: str) -> Object | None:
        """The object that `name` names; nothing where there is none."""
        return next(iter(self.all([name])))

    def all(self, names: Iterable[str]) -> list[Object | None]:
        """The objects that `names` name, in their order."""
        wanted = list(names)
        if len(wanted) > _FEW:
            return self._many(wanted)
        with self._lock:
            try:
                return self._few(wanted)
            except (BrokenPipeError, EOFError):
                # The process was ended by somebody: a new one may try again, and a second failure is git's word.
                self._handle = None
                return self._few(wanted)
            except ObjectTooLarge:
                # The rest of it stands in the pipe.
                self._handle = None
                raise

    def _few(self, names: list[str]) -> list[Object | None]:
        """Asked and answered in turn, so that neither pipe can fill while the other waits."""
        process = self._process()
        found = []
        try:
            for name in names:
                process.stdin.write(_question(name))
                process.stdin.flush()
                found.append(_answer(process.stdout))
        except (BrokenPipeError, EOFError):
            self._refuse(process)
            raise
        return found

    def _many(self, names: list[str]) -> list[Object | None]:
        stream = io.BytesIO(self._run("cat-file", "--batch", stdin=b"".join(map(_question, names))))
        return [_answer(stream) for _ in names]

    def _process(self) -> Any:
        """The process; a new one after a fork, because two readers of one pipe would take each other's answers."""
        if self._handle is None or self._pid != os.getpid():
            self._handle, self._pid = self._start("cat-file", "--batch"), os.getpid()
        return self._handle.proc

    def _refuse(self, process: Any) -> None:
        """Raise what git said when it ended by itself, if it did."""
        words = process.stderr.read().decode(errors="replace").strip()
        if words:
            raise GitFailed(command="cat-file", words=words)


def _question(name: str) -> bytes:
    """A name as one line: of two, the second would be answered in place of the next one's."""
    return b"\n" if "\n" in name else f"{name}\n".encode(errors="replace")


def _answer(stream: Any) -> Object | None:
    head = stream.readline()
    if not head.endswith(b"\n"):
        raise EOFError
    words = head.decode(errors="replace").split()
    if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004  (id, type, size)
        return None
    if int(words[2]) > _MOST_BYTES:
        raise ObjectTooLarge(id=words[0], size=int(words[2]))
    raw = stream.read(int(words[2]) + 1)
    if len(raw) != int(words[2]) + 1:
        raise EOFError
    return Object(words[0], words[1], raw[:-1])
