"""The lock of an index: `index.lock`, which git uses, as a hard link to a token file.

The token proves after a crash that the lock is ours, whatever is checked out there by then. Only the holder of the
ledger's lock makes a token, so whoever holds that lock may release every lock that has one.
"""

from __future__ import annotations

import os
from pathlib import Path

from orgtp.git.errors import IndexBusy
from orgtp.git.lock import read_wait_seconds, retry_with_pauses, write_new_file

# File names in the git dir of a work tree. Only the holder of the ledger's lock uses them.
_TOKEN, _NEW, _OLD = "orgtp-index.token", "orgtp-index.new", "orgtp-index.old"


class IndexLock:
    """The lock of the index in `git_dir`, with the new index while it is prepared and the old one until the release."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir
        self.path = git_dir / "index.lock"
        self.index, self.new, self._old = git_dir / "index", git_dir / _NEW, git_dir / _OLD
        self._token = git_dir / _TOKEN

    @property
    def is_held(self) -> bool:
        """Whether `index.lock` is ours, that is, the same file as our token."""
        try:
            return self.path.samefile(self._token)
        except OSError:
            return False

    @property
    def has_leftovers(self) -> bool:
        """Whether an earlier process left its token."""
        return os.path.lexists(self._token)

    def acquire(self, root: Path) -> None:
        """Take the lock. Raises `IndexBusy` if another program holds it for longer than the wait.

        `root` is the folder of the work tree, for the message.
        """
        if self.is_held:
            return
        self._write_token()
        if not any(self._link() for _ in retry_with_pauses(read_wait_seconds(), lambda: str(self.path))):
            self._token.unlink()
            raise IndexBusy(root=root, lock=self.path)

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it. False also if this user may not lock it."""
        if self.is_held:
            return True
        try:
            self._write_token()
            if self._link():
                return True
            self._token.unlink()
        except OSError:
            # Without a lock, the work tree is only not protected while the branch moves.
            return False
        return False

    def _write_token(self) -> None:
        write_new_file(self._token, f"held by orgtp, process {os.getpid()}\n".encode())

    def _link(self) -> bool:
        try:
            os.link(self._token, self.path)
        except FileExistsError:
            return False
        return True

    def copy_index(self) -> None:
        """Copy the index to `new`, to be edited there."""
        for name in (self.new, self.new.with_name(f"{_NEW}.lock")):
            name.unlink(missing_ok=True)
        if self.index.exists():
            write_new_file(self.new, self.index.read_bytes())
            # Keep the time stamp: git re-reads files as recent as their index, to notice edits in the same second.
            found = self.index.stat()
            os.utime(self.new, ns=(found.st_atime_ns, found.st_mtime_ns))

    def swap_index(self) -> None:
        """Put `new` in the place of the index, and keep the old one until the release."""
        self._old.unlink(missing_ok=True)
        if self.index.exists():
            try:
                os.link(self.index, self._old)
            except PermissionError:
                # The index of another user, of which Linux allows no second name (`fs.protected_hardlinks`).
                write_new_file(self._old, self.index.read_bytes())
        self.new.replace(self.index)

    def restore_index(self) -> None:
        """Put the old index back, if a killed process swapped it and the branch did not move."""
        if self.is_held and self._old.exists():
            self._old.replace(self.index)

    def release(self) -> None:
        """Unlock the index. The lock goes last, so that after an earlier crash it is still recognised as ours."""
        for name in (self.new, self.new.with_name(f"{_NEW}.lock"), self._old):
            name.unlink(missing_ok=True)
        if self.is_held:
            self.path.unlink()
        self._token.unlink(missing_ok=True)
