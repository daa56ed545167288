"""The ledger's lock: one file in the common git dir, which linked work trees share.

The kernel frees the lock when its holder and all git processes that the holder started have ended: each of them
inherits the descriptor.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from orgtp.git.errors import CannotWrite, GitFailed, LedgerBusy
from orgtp.git.repo import Repo
from orgtp.git.shared_clone import parse_shared_mode, share_path
from orgtp.model.errors import BadInput


class WaitNotice:
    """How an interface waits for other processes: it sets these.

    `on_wait` is called with a message when a wait takes longer than two seconds. `seconds` is how long to wait, unless
    ORGTP_WAIT says something else.
    """

    on_wait: ClassVar[Callable[[str], None] | None] = None
    seconds: ClassVar[float] = 20.0


_FIRST_PAUSE, _LAST_PAUSE = 0.001, 0.02
_SILENT_SECONDS = 2.0


def read_wait_seconds() -> float:
    """How many seconds to wait for other processes: ORGTP_WAIT, else 20, or what the interface says.

    Raises `BadInput`.
    """
    text = os.environ.get("ORGTP_WAIT", "")
    try:
        seconds = float(text or WaitNotice.seconds)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= threading.TIMEOUT_MAX:
        raise BadInput(what=f'ORGTP_WAIT "{text}" is not a number of seconds. Use a number such as 20 or 0.5.')
    return seconds


def private_git_dir(repo: Repo) -> Path:
    """The folder for the files of this clone: the lock, the journal, the outbox.

    Raises `CannotWrite` if it is a link, through which any file could be overwritten.
    """
    found = repo.common_dir / "orgtp"
    if found.is_symlink():
        raise CannotWrite(words=f"{found} is a link")
    return found


def make_private_dir(repo: Repo, name: str = "") -> Path:
    """The folder, or one in it, with the permissions of a shared clone; it is created if it is missing.

    Raises `OSError`, `CannotWrite`.
    """
    found = private_git_dir(repo)
    for folder in (found, found / name) if name else (found,):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            share_private_file(repo, folder)
    return found / name


def share_private_file(repo: Repo, path: Path) -> None:
    """Give a new file or folder of this clone the permissions of a shared clone. If git fails, do nothing."""
    with suppress(GitFailed):
        share_path(path, parse_shared_mode(repo.config("core.sharedrepository")))


def open_private_file(repo: Repo, path: Path, flags: int) -> int:
    """The descriptor of a file of this clone, which is created if it is missing. No link is followed.

    Raises `OSError`.
    """
    try:
        found = os.open(path, flags | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    except FileExistsError:
        return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    share_private_file(repo, path)
    return found


def explain_denied(repo: Repo, error: OSError) -> str:
    """Why this user may not write in the git dir, and how its owner can share the clone."""
    git_dir = shlex.quote(str(repo.common_dir))
    group = repo.common_dir.stat().st_gid
    # A folder gives its group to what is created in it only with the bit g+s.
    share = (
        f"git -C {git_dir} config core.sharedRepository group && chgrp -R {group} {git_dir} && "
        f"chmod -R g+rwX {git_dir} && find {git_dir} -type d -exec chmod g+s {{}} +"
    )
    why = f"{error.filename or git_dir}: {error.strerror}"
    return f"{why}. If users of one group share this clone, its owner runs once: {share}"


def write_new_file(path: Path, raw: bytes) -> None:
    """Write a new file in a git dir. A file of that name is replaced; no link is followed."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as out:
        out.write(raw)


class Lock:
    """A lock of one repository, for one thread of one process at a time."""

    def __init__(self, repo: Repo, name: str = "lock") -> None:
        self._repo, self._name = repo, name
        self._path = private_git_dir(repo) / name
        self._file: int | None = None
        self._taken = False

    def try_acquire(self) -> bool:
        """Take the lock if it is free. Raises `CannotWrite` if the lock file cannot be created."""
        self._file = self._open_file() if self._file is None else self._file
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            # Some file systems report PermissionError for a file that is locked.
            return False
        with suppress(OSError):
            # On a full disk the holder's name cannot be written, which is no reason to give up the lock.
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, _describe_process().encode(), 0)
        self._taken = True
        if self._name == "lock":
            self._repo.lock_descriptor = self._file
        return True

    def _open_file(self) -> int:
        try:
            make_private_dir(self._repo)
            return open_private_file(self._repo, self._path, os.O_RDWR)
        except PermissionError as error:
            raise CannotWrite(words=explain_denied(self._repo, error)) from error
        except OSError as error:
            raise CannotWrite(words=f"{self._path}: {error.strerror}") from error

    def release(self) -> None:
        """Release the lock, and keep its file open."""
        if self._file is not None and self._taken:
            self._taken = False
            if self._name == "lock":
                self._repo.lock_descriptor = None
            os.ftruncate(self._file, 0)
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release the lock, and close its file."""
        self.release()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @property
    def is_free(self) -> bool:
        """Whether nobody holds the lock now. The name that a killed holder left in the file does not matter."""
        try:
            return self.try_acquire()
        except CannotWrite:
            return True
        finally:
            self.close()

    @property
    def holder(self) -> str:
        """A description of the process that holds the lock; "" if there is none."""
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""


def _describe_process() -> str:
    command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:3]])
    return f"process {os.getpid()} ({command}) since {time.strftime('%H:%M:%S')}\n"


def retry_with_pauses(seconds: float, holder: Callable[[], str]) -> Iterator[None]:
    """Yield at once, then after growing pauses, for `seconds`. `holder` describes the process that holds the lock."""
    pause, begin, notified = _FIRST_PAUSE, time.monotonic(), False
    until = begin + seconds
    yield
    while time.monotonic() < until:
        if not notified and time.monotonic() - begin > _SILENT_SECONDS:
            notified = True
            if WaitNotice.on_wait:
                WaitNotice.on_wait(f"waiting for {holder() or 'another program'} …")
        time.sleep(min(pause, max(0.0, until - time.monotonic())))
        pause = min(pause * 1.5, _LAST_PAUSE)
        yield


@contextmanager
def hold_lock(repo: Repo, name: str = "lock", most: float | None = None) -> Iterator[None]:
    """Hold a lock; wait for it as long as ORGTP_WAIT allows, and for `most` seconds at most, if that is given.

    Raises `LedgerBusy` with the name of its holder.

    `lock` is the ledger's lock. `sync` keeps two processes of one clone from using the remote at the same time.
    """
    lock = Lock(repo, name)
    allowed = read_wait_seconds()
    seconds = allowed if most is None else max(0.0, min(allowed, most))
    try:
        if not any(lock.try_acquire() for _ in retry_with_pauses(seconds, lambda: lock.holder)):
            raise LedgerBusy(holder=lock.holder or "an unknown process")
        yield
    finally:
        lock.close()
