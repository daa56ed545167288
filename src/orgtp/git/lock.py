"""The ledger's one lock: a file in the common git dir, so that linked work trees share it.

The kernel frees it when its holder dies, and the git processes that the holder started with it: each inherits the
descriptor, so a git that outlives its parent is waited for.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from orgtp.git.errors import CannotWrite, LedgerBusy
from orgtp.git.repo import Repo
from orgtp.model.errors import BadInput


class Waits:
    """Told once a wait takes longer than a moment; nobody is, unless a door says who."""

    tell: ClassVar[Callable[[str], None] | None] = None


_WAIT_SECONDS = 20.0
_FIRST_PAUSE, _LAST_PAUSE = 0.001, 0.02
_MOMENT = 2.0


def patience() -> float:
    """How many seconds to wait for others: ORGTP_WAIT, else 20. Raises `BadInput`."""
    text = os.environ.get("ORGTP_WAIT", "")
    try:
        seconds = float(text or _WAIT_SECONDS)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= threading.TIMEOUT_MAX:
        raise BadInput(what=f'ORGTP_WAIT "{text}" is not a number of seconds. Write it as 20 or 0.5.')
    return seconds


def folder(repo: Repo) -> Path:
    """Where orgtp keeps what is this clone's own: the lock, the journal, the outbox.

    Raises `CannotWrite` where somebody put a link there, behind which anything could be written over.
    """
    found = repo.common_dir / "orgtp"
    if found.is_symlink():
        raise CannotWrite(words=f"{found} is a link")
    return found


def write_own(path: Path, raw: bytes) -> None:
    """Write a new file of ours in a git dir: what is there by that name goes, and no link is followed."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as out:
        out.write(raw)


class Lock:
    """A lock of one repository, for one thread of one process at a time."""

    def __init__(self, repo: Repo, name: str = "lock") -> None:
        self._repo, self._name = repo, name
        self._path = folder(repo) / name
        self._file: int | None = None
        self._taken = False

    def attempt(self) -> bool:
        """Take the lock if it is free. Raises `CannotWrite` where no lock can be made."""
        self._file = self._opened() if self._file is None else self._file
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            # Some file systems say the second of what is locked.
            return False
        with suppress(OSError):
            # On a full disk nobody can say who they are, and that is no reason not to write.
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, _who().encode(), 0)
        self._taken = True
        if self._name == "lock":
            self._repo.held = self._file
        return True

    def _opened(self) -> int:
        try:
            self._path.parent.mkdir(exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise CannotWrite(words=f"{self._path}: {error.strerror}") from error

    def release(self) -> None:
        """Let the next one have it."""
        if self._file is not None and self._taken:
            self._taken = False
            if self._name == "lock":
                self._repo.held = None
            os.ftruncate(self._file, 0)
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release the lock, and forget its file."""
        self.release()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @property
    def is_free(self) -> bool:
        """Whether nobody holds it at this moment; a name that a killed holder left says nothing."""
        try:
            return self.attempt()
        except CannotWrite:
            return True
        finally:
            self.close()

    @property
    def holder(self) -> str:
        """Who holds the lock, in words; "" where nobody says so."""
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""


def _who() -> str:
    command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:3]])
    return f"process {os.getpid()} ({command}) since {time.strftime('%H:%M:%S')}\n"


def pauses(seconds: float, holder: Callable[[], str]) -> Iterator[None]:
    """Yield at once and then after growing pauses, for so many seconds. `holder` says in words who is waited for."""
    pause, begin, told = _FIRST_PAUSE, time.monotonic(), False
    until = begin + seconds
    yield
    while time.monotonic() < until:
        if not told and time.monotonic() - begin > _MOMENT:
            told = True
            if Waits.tell:
                Waits.tell(f"waiting for {holder() or 'another program'} …")
        time.sleep(min(pause, max(0.0, until - time.monotonic())))
        pause = min(pause * 1.5, _LAST_PAUSE)
        yield


@contextmanager
def locked(repo: Repo, name: str = "lock") -> Iterator[None]:
    """Hold a lock, after waiting as long as patience lasts. Raises `LedgerBusy` with its holder.

    `lock` is the ledger's; `sync` keeps two of one clone from talking to the remote at the same time.
    """
    lock = Lock(repo, name)
    try:
        if not any(lock.attempt() for _ in pauses(patience(), lambda: lock.holder)):
            raise LedgerBusy(holder=lock.holder or "it does not say who it is")
        yield
    finally:
        lock.close()
