"""Trees: the files of an org at one point in time, from a folder, from memory, or a part of another tree."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import MAILMAP_PATH
from orgtp.model.escalation import SILENCED_FOLDER
from orgtp.model.records.kinds import RECORD_FILES, RECORD_FOLDERS
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH

SCORES = "scores"
FOLDERS = ("seats", *RECORD_FOLDERS)
# The folders that a part of an org is read from, with those inside others. The folder of a seat's scores is apart.
READ_FOLDERS = (*FOLDERS, SILENCED_FOLDER.rstrip("/"))
HEAD = "org.yaml"
# The single files that orgtp knows. Other files in policy/ and audit/ are the user's own.
SINGLE = (HEAD, ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, MAILMAP_PATH, *RECORD_FILES)
# What git does with the files: how it merges and compares them. Only `validate --base` reads this.
ATTRIBUTES = ".gitattributes"
# The largest file that is read, in bytes. Score files, with one month of one seat, are the largest.
MAX_BYTES = 8 * 1024 * 1024
# Open only the file itself: follow no link, and do not block on a pipe.
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file of a tree: its path from the org's root, its size in bytes, and whether it is a plain file."""

    path: str
    size: int
    plain: bool = True


class Readable(Protocol):
    """Files that can be read by their paths."""

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Path to content for those of the files `paths` that exist and can be read."""


class Tree(Readable, Protocol):
    """The files that orgtp knows: those of `SINGLE` and all below `FOLDERS`."""

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""


class StoredTree(Tree, Protocol):
    """A tree on disk or in git, of which any part can be read on its own."""

    def without_scores(self) -> Tree:
        """The same tree without the files in `scores`. If `scores` is not a folder, it stays as a file."""

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Those of the files `paths` that exist, in the order given."""

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """(name, is a folder) for each entry of a folder; empty if it does not exist.

        None if the path is not a folder, or cannot be opened.
        """

    def find_closed(self, folders: Iterable[str]) -> list[str]:
        """Those of `folders` that exist and cannot be opened as a folder, such as a link. They hide all below them."""


# The names at the top of an org that orgtp knows.
TOP_NAMES = frozenset({HEAD, *FOLDERS, *(path.partition("/")[0] for path in SINGLE)})


def find_case_twins(names: Iterable[str]) -> list[FileInfo]:
    """Top-level names that differ from the org's own only by case: a file system may not distinguish them."""
    top = set(names)
    odd = (name for name in top - TOP_NAMES if name.casefold() in TOP_NAMES and name.casefold() in top)
    return [FileInfo(name, 0) for name in sorted(odd)]


def find_twins_of(tree: StoredTree, paths: Iterable[str]) -> list[FileInfo]:
    """The top-level names, and the files beside `paths`, that differ from the org's own or from these only by case."""
    wanted: dict[str, set[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        wanted.setdefault(folder, set()).add(name)
    found = find_case_twins(name for name, _ in tree.list_folder("") or ())
    for folder in wanted.keys() - {""}:
        folded = {name.casefold() for name in wanted[folder]}
        names = [name for name, _ in tree.list_folder(folder) or () if name != name.casefold()]
        found += [FileInfo(f"{folder}/{name}", 0) for name in names if name.casefold() in folded]
    return found


@dataclass(frozen=True, slots=True)
class FolderTree:
    """The files of a folder, read without following a link."""

    root: Path
    with_scores: bool = True

    def without_scores(self) -> FolderTree:
        """The same tree without the files in `scores`. If `scores` is not a folder, it stays as a file."""
        return FolderTree(self.root, with_scores=False)

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Those of the files `paths` that exist, in the order given."""
        return [self._stat_file(path) for path in paths if self._path_exists(path)]

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """(name, is a folder) for each entry; empty if it does not exist, None if it cannot be opened as a folder."""
        path = f"{os.fspath(self.root)}/{folder}"
        return _list_folder(path) if self._path_exists(folder) else []

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        found = [self._stat_file(path) for path in SINGLE if self._path_exists(path)]
        for folder in FOLDERS:
            if os.path.lexists(self.root / folder) and (folder != SCORES or self.with_scores):
                found += self._list_files_below(folder)
        if not self.with_scores and os.path.lexists(self.root / SCORES) and _list_folder(self.root / SCORES) is None:
            found.append(self._stat_file(SCORES))
        with contextlib.suppress(OSError), os.scandir(self.root) as listing:
            found += find_case_twins(item.name for item in listing)
        return sorted(found, key=lambda entry: entry.path)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Path to content for those of the files `paths` that exist and can be read."""
        # Join strings: creating ten thousand Path objects costs more than opening the files.
        root, wanted = os.fspath(self.root), list(paths)
        linked = {folder for folder in {path.rpartition("/")[0] for path in wanted} if self._is_linked(folder)}
        wanted = [path for path in wanted if path.rpartition("/")[0] not in linked] if linked else wanted
        return {path: raw for path in wanted if (raw := read_plain_file(f"{root}/{path}")) is not None}

    def find_closed(self, folders: Iterable[str]) -> list[str]:
        """Those of `folders` that exist and cannot be opened as a folder."""
        root = os.fspath(self.root)
        return [name for name in folders if self._path_exists(name) and not _is_open_folder(f"{root}/{name}")]

    def _path_exists(self, path: str) -> bool:
        """Whether something exists at `path`. Paths below a link do not exist, as in git."""
        return not self._is_linked(path.rpartition("/")[0]) and os.path.lexists(f"{os.fspath(self.root)}/{path}")

    def _is_linked(self, folder: str) -> bool:
        """Whether the folder, or one above it within the org, is a link."""
        return any(os.path.islink(f"{os.fspath(self.root)}/{part}") for part in _list_parents(folder))  # noqa: PTH114  (quicker than a Path for each)

    def _stat_file(self, path: str) -> FileInfo:
        try:
            state = os.lstat(f"{os.fspath(self.root)}/{path}")
        except OSError:
            return FileInfo(path, 0, plain=False)
        return FileInfo(path, state.st_size, stat.S_ISREG(state.st_mode))

    def _list_files_below(self, top: str) -> list[FileInfo]:
        """Every file below the folder `top` at any depth. A path that cannot be listed counts as a file."""
        found: list[FileInfo] = []
        folders = [top]
        while folders:
            folder = folders.pop()
            names = _list_folder(self.root / folder)
            if names is None:
                found.append(self._stat_file(folder))
            for name, is_folder in names or ():
                path = f"{folder}/{name}"
                folders += [path] if is_folder else []
                found += [] if is_folder else [self._stat_file(path)]
        return found


def _list_parents(folder: str) -> Iterator[str]:
    """The folder and those above it, from the top down; nothing for the org itself."""
    return accumulate(folder.split("/"), "{}/{}".format) if folder else iter(())


def _is_open_folder(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode) and os.access(path, os.R_OK | os.X_OK)


def _list_folder(folder: str | Path) -> list[tuple[str, bool]] | None:
    """(name, is a folder) for each entry of a folder; None if it is not a folder or cannot be opened."""
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            return None
        with os.scandir(folder) as listing:
            return [(item.name, item.is_dir(follow_symlinks=False)) for item in listing]
    except OSError:
        return None


def read_plain_file(path: str | Path) -> bytes | None:
    """The content of a regular file of at most `MAX_BYTES`; None for anything else, such as a link or a device."""
    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        return None
    try:
        return _read_descriptor(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _read_descriptor(descriptor: int) -> bytes | None:
    """The content of an open file; None if it is not a regular file, or longer than `MAX_BYTES`."""
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_BYTES:
        return None
    raw = piece = os.read(descriptor, state.st_size + 1)
    while piece and len(raw) <= MAX_BYTES:
        piece = os.read(descriptor, 65536)
        raw += piece
    return raw if len(raw) <= MAX_BYTES else None


@dataclass(frozen=True, slots=True)
class MemoryTree:
    """A tree in memory."""

    files: Mapping[str, bytes]

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        return sorted((FileInfo(path, len(raw)) for path, raw in self.files.items()), key=lambda entry: entry.path)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        return {path: self.files[path] for path in paths}


@dataclass(frozen=True, slots=True)
class SelectedTree:
    """The files `paths` of a tree. Of the others, only names that a file system may take for those are noticed."""

    tree: StoredTree
    paths: Sequence[str]

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        found = [*self.tree.find(self.paths), *find_twins_of(self.tree, self.paths)]
        return sorted({entry.path: entry for entry in found}.values(), key=lambda entry: entry.path)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        return self.tree.read(paths)
