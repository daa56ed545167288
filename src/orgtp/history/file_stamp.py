"""Whether an org may have changed since it was read, without reading it: by the state of its files on disk.

Nothing is opened. A commit moves the ledger branch, and git replaces the file of a branch when it moves, so a look at a
few files tells whether there is a new one. Whether somebody edited the work tree takes a look at all files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from orgtp.files.tree import READ_FOLDERS, SINGLE
from orgtp.history.locate import OrgSnapshot

# What the system says about a file: its place on the disk, its size, and when it was last written.
FileStamp = tuple[str, int, int, int]
_MISSING = (-1, -1, -1)


def stamp_branch(snapshot: OrgSnapshot) -> tuple[FileStamp, ...]:
    """The state of the files in which git keeps what HEAD and the ledger branch are (gitrepository-layout(5))."""
    if snapshot.repo is None:
        return ()
    common = snapshot.repo.common_dir
    names = (f"refs/heads/{snapshot.head.branch}", "packed-refs", "reftable/tables.list")
    places = [snapshot.repo.git_dir / "HEAD", *(common / name for name in names)]
    return tuple(_stamp_file(str(place)) for place in places)


def stamp_work_tree(snapshot: OrgSnapshot) -> int:
    """A number that differs if a file of the org was added, removed or written since; 0 for a bare repository."""
    if snapshot.commit is not None:
        return 0
    root = snapshot.root
    found = [_stamp_file(str(root / name)) for name in SINGLE]
    found += [stamp for folder in READ_FOLDERS for stamp in _list_stamps(root / folder)]
    return hash(tuple(found))


def _list_stamps(folder: Path) -> Iterator[FileStamp]:
    """The stamps of all files in a folder and below, in a stable order."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda one: one.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _list_stamps(Path(entry.path))
        else:
            yield _stamp_file(entry.path)


def _stamp_file(path: str) -> FileStamp:
    try:
        found = os.lstat(path)
    except OSError:
        return (path, *_MISSING)
    return path, found.st_ino, found.st_size, found.st_mtime_ns
