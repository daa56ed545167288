"""Files of a work tree on the disk, written so that whoever looks sees the old one or the new one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

LINK, RUNNABLE = "120000", "100755"


def on_disk(path: Path) -> bytes | None:
    """What is at `path`, as git would store it: a file's bytes, a link's target; nothing for anything else."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return os.fsencode(path.readlink())
        return path.read_bytes() if stat.S_ISREG(mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None


def put(target: Path, mode: str, content: bytes) -> None:
    """Write a file or a link in one step: whoever looks sees the old one or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".orgtp-{os.getpid()}-{target.name}")
    beside.unlink(missing_ok=True)
    try:
        _make(beside, target, mode, content)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _make(beside: Path, target: Path, mode: str, content: bytes) -> None:
    if mode == LINK:
        beside.symlink_to(os.fsdecode(content))
    else:
        beside.write_bytes(content)
        kept = target.stat().st_mode & 0o777 if target.is_file() and not target.is_symlink() else 0
        beside.chmod((kept or beside.stat().st_mode & 0o777) | (0o111 if mode == RUNNABLE else 0))


def take_away(target: Path, root: Path) -> None:
    """Remove a file, and the folders that are empty then."""
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == root or any(parent.iterdir()):
            return
        parent.rmdir()


def set_mode(target: Path, mode: str) -> None:
    """Make a file runnable, or not, as git's mode says."""
    if target.is_file() and not target.is_symlink():
        now = target.stat().st_mode & 0o777
        target.chmod(now | (now & 0o444) >> 2 if mode == RUNNABLE else now & ~0o111)
