"""Files of a work tree, replaced atomically: a reader sees the old content or the new one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from orgtp.git.shared_clone import keep_group, share_path

LINK_MODE, EXECUTABLE_MODE = "120000", "100755"


def read_work_tree_file(path: Path) -> bytes | None:
    """The content at `path` as git would store it: a file's bytes or a link's target. None for anything else."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return os.fsencode(path.readlink())
        return path.read_bytes() if stat.S_ISREG(mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None


def replace_file(target: Path, mode: str, content: bytes, shared: int = 0) -> None:
    """Write a file or a link atomically. `mode` is git's mode (octal), `shared` the permissions in a shared clone."""
    if not target.parent.exists():
        new = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        for folder in new:
            share_path(folder, shared)
    temporary = target.with_name(f".orgtp-{os.getpid()}-{target.name}")
    temporary.unlink(missing_ok=True)
    try:
        _write_temporary(temporary, target, mode, content, shared)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _write_temporary(temporary: Path, target: Path, mode: str, content: bytes, shared: int) -> None:
    if mode == LINK_MODE:
        temporary.symlink_to(os.fsdecode(content))
    else:
        temporary.write_bytes(content)
        replaced = target.stat() if target.is_file() and not target.is_symlink() else None
        permissions = (replaced or temporary.stat()).st_mode & 0o777
        temporary.chmod(permissions | (0o111 if mode == EXECUTABLE_MODE else 0))
        if replaced:
            keep_group(temporary, replaced)
        else:
            share_path(temporary, shared)


def remove_file(target: Path, root: Path) -> None:
    """Remove a file, and the folders that this leaves empty."""
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == root:
            return
        try:
            # This fails for a folder that is not empty, without reading thousands of names first.
            parent.rmdir()
        except OSError:
            return


def set_executable_bit(target: Path, mode: str) -> None:
    """Make a file executable or not, according to git's `mode`."""
    if target.is_file() and not target.is_symlink():
        now = target.stat().st_mode & 0o777
        target.chmod(now | (now & 0o444) >> 2 if mode == EXECUTABLE_MODE else now & ~0o111)
