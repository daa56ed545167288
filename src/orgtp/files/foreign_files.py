"""Read files and folders of others: only regular files, within limits, and no link that leads out of a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from orgtp.lazy_dataclass import dataclass
from orgtp.model.text import count_noun

# Folders with the files of other people, and of programs.
SKIPPED_FOLDERS = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        "vendor",
        "third_party",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        "site-packages",
    }
)
MOST_ENTRIES = 100_000
MOST_LEVELS = 24


class UnreadableFile(Exception):
    """A file cannot be read, or is no regular file, or is too large; the text says why."""


def read_regular_file(path: Path, most_bytes: int) -> bytes:
    """The content of a regular file of at most `most_bytes`. Raises `UnreadableFile`.

    A FIFO or a device never blocks it, and a file that grows meanwhile is not read further than the limit.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        raise UnreadableFile(getattr(error, "strerror", None) or str(error)) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnreadableFile("not a regular file")
    with os.fdopen(handle, "rb") as file:
        try:
            raw = file.read(most_bytes + 1)
        except OSError as error:
            raise UnreadableFile(error.strerror or str(error)) from error
    if len(raw) > most_bytes:
        raise UnreadableFile(f"larger than {_format_size(most_bytes)}")
    return raw


def is_file(path: Path) -> bool:
    """Whether there is a regular file, or a link to one. What cannot be told is none: a name may be too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def _format_size(size: int) -> str:
    return f"{size // 1024 // 1024} MiB" if size >= 1024 * 1024 else f"{size // 1024} KiB"


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The regular files below a folder, sorted by path, and sentences about what was not looked at."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def list_folder(root: Path) -> FolderFiles:
    """The regular files below `root`. Links are not followed, and the folders of other people are left out."""
    walk = _Walk()
    files = tuple(sorted(walk.find_files(root, 0), key=lambda path: path.parts))
    return FolderFiles(files, tuple(walk.make_notes()))


class _Walk:
    """One walk through a folder, and what it left out."""

    def __init__(self) -> None:
        self.entries = 0
        self.links = 0
        self.closed = 0
        self.deep = 0
        self.skipped = 0

    def find_files(self, folder: Path, depth: int) -> Iterator[Path]:
        try:
            with os.scandir(folder) as scanned:
                entries = self.take_entries(scanned)
        except OSError:
            self.closed += 1
            return
        for entry in entries:
            if entry.is_symlink():
                self.links += 1
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                yield from self.enter_folder(entry, depth)

    def enter_folder(self, entry: os.DirEntry[str], depth: int) -> Iterator[Path]:
        if entry.name in SKIPPED_FOLDERS:
            self.skipped += entry.name != ".git"
        elif depth < MOST_LEVELS:
            yield from self.find_files(Path(entry.path), depth + 1)
        else:
            self.deep += 1

    def take_entries(self, scanned: Iterator[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """The entries of a folder, sorted by name, until there are too many in all."""
        taken = []
        for entry in scanned:
            self.entries += 1
            if self.entries > MOST_ENTRIES:
                break
            taken.append(entry)
        return sorted(taken, key=lambda entry: entry.name)

    def make_notes(self) -> Iterator[str]:
        if self.entries > MOST_ENTRIES:
            yield f"only the first {MOST_ENTRIES:,} files and folders were looked at"
        if self.links:
            yield f"{count_noun(self.links, 'link')} not followed"
        if self.closed:
            yield f"{count_noun(self.closed, 'folder')} could not be read"
        if self.skipped:
            yield f"{count_noun(self.skipped, 'folder')} of other programs not looked at, such as node_modules"
        if self.deep:
            yield f"{count_noun(self.deep, 'folder')} deeper than {MOST_LEVELS} levels not looked at"
