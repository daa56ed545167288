"""Lock files that a killed process left."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from orgtp.git.worktrees import read_file_stamp

# Far longer than a running git needs for a ref.
STILL_SECONDS = 1.0


def remove_still_locks(locks: Sequence[Path]) -> None:
    """Remove those of the lock files that no process has open and that do not change during one second."""
    left = [lock for lock in locks if os.path.lexists(lock)]
    if not left:
        return
    before = [read_file_stamp(lock) for lock in left]
    time.sleep(STILL_SECONDS)
    for lock, state in zip(left, before, strict=True):
        if state is not None and state == read_file_stamp(lock) and not _is_file_open(lock):
            lock.unlink(missing_ok=True)


def _is_file_open(path: Path) -> bool:
    """Whether a process has the file open. Only known where /proc exists (Linux)."""
    target = str(path.resolve())
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == target:  # noqa: PTH115  (a Path for each of thousands costs too much)
                return True
        except OSError:
            continue
    return False
