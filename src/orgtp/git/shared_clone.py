"""Permissions in a clone that several users share (git-config(1), `core.sharedRepository`).

Git gives its own files the permissions that the setting asks for, whatever the umask of the user is. orgtp does the
same for the files that it creates.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_NAMED = {
    **dict.fromkeys(("group", "true", "yes", "on", "1"), 0o660),
    **dict.fromkeys(("all", "world", "everybody", "2"), 0o664),
}
_OWNER = 0o600


def parse_shared_mode(setting: str) -> int:
    """The permissions that everyone in the setting gets, such as 0o660 for `group`; 0 if the clone is not shared."""
    if setting.lower() in _NAMED:
        return _NAMED[setting.lower()]
    try:
        mode = int(setting, 8) & 0o666 if setting.startswith("0") else 0
    except ValueError:
        return 0
    return mode if mode & _OWNER == _OWNER else 0


def share_path(path: Path, shared: int) -> None:
    """Add the permissions `shared` to a file or folder of this user. New files in a folder get the folder's group."""
    if not shared:
        return
    with suppress(OSError):
        mode = path.stat().st_mode
        more = shared | ((shared & 0o444) >> 2 if mode & 0o100 else 0)
        path.chmod(stat.S_IMODE(mode) | more | (stat.S_ISGID if stat.S_ISDIR(mode) else 0))


def keep_group(path: Path, like: os.stat_result) -> None:
    """Give a new file the group of the file that it replaces, if this user may."""
    with suppress(OSError):
        if path.stat().st_gid != like.st_gid:
            os.chown(path, -1, like.st_gid)
