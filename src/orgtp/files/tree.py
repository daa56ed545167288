"""A tree: the files of an org at one moment, wherever they come from. All that loading needs is here."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from orgtp.lazy_dataclass import dataclass
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH

SCORES = "scores"
FOLDERS = ("seats", SCORES, "retirements", "escalations")
HEAD = "org.yaml"
# The files that are known one by one: beside them in policy/ may lie what is the user's own.
SINGLE = (HEAD, ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH)
# The largest file that is read: a score file, which holds one seat's month.
MAX_BYTES = 8 * 1024 * 1024
# What is opened is the file itself: no link is followed, and nobody waits for a pipe's other end.
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
        """The content of the files `paths`; one that is gone by now is left out."""


class Tree(Readable, Protocol):
    """The files that orgtp knows of: those of `SINGLE` and all below `FOLDERS`. It reads what `entries` names."""

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""


class StoredTree(Tree, Protocol):
    """A tree that is stored somewhere, of which a part can be read alone: `read` takes any paths."""

    def without_scores(self) -> Tree:
        """The same without the files in `scores`; what is no folder there stays, as a file."""

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Those of the files `paths` that are there, in the order given."""

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """The names in a folder, and which are folders themselves; empty where nothing is there.

        None where what is there is no folder, or a closed one.
        """


def twins(names: Iterable[str]) -> list[FileInfo]:
    """Those of the names at the top that are the org's own but for their case: a disk may take the two for one."""
    known = {HEAD, *FOLDERS}
    top = set(names)
    odd = (name for name in top - known if name.casefold() in known and name.casefold() in top)
    return [FileInfo(name, 0) for name in sorted(odd)]


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a folder, read without following a link."""

    root: Path
    with_scores: bool = True

    def without_scores(self) -> Folder:
        """The same without the files in `scores`; what is no folder there stays, as a file."""
        return Folder(self.root, with_scores=False)

    def find(self, paths: Iterable[str]) -> list[FileInfo]:
        """Those of the files `paths` that are there, in the order given."""
        return [self._entry(path) for path in paths if self._is_there(path)]

    def list_folder(self, folder: str) -> list[tuple[str, bool]] | None:
        """The names in a folder, and which are folders themselves; None where it is no folder, or a closed one."""
        path = f"{os.fspath(self.root)}/{folder}"
        return _listed(path) if self._is_there(folder) else []

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        found = [self._entry(path) for path in SINGLE if self._is_there(path)]
        for folder in FOLDERS:
            if os.path.lexists(self.root / folder) and (folder != SCORES or self.with_scores):
                found += self._below(folder)
        if not self.with_scores and os.path.lexists(self.root / SCORES) and _listed(self.root / SCORES) is None:
            found.append(self._entry(SCORES))
        with contextlib.suppress(OSError), os.scandir(self.root) as listing:
            found += twins(item.name for item in listing)
        return sorted(found, key=lambda entry: entry.path)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`; one that is gone by now is left out."""
        # A path of text: to make a Path of each of ten thousand costs more than to open them.
        root = os.fspath(self.root)
        return {path: raw for path in paths if (raw := read_plain(f"{root}/{path}")) is not None}

    def _is_there(self, path: str) -> bool:
        """Whether there is something at `path`; behind a link there is nothing, as in git."""
        root, folder = os.fspath(self.root), path.rpartition("/")[0]
        is_link = bool(folder) and os.path.islink(f"{root}/{folder}")  # noqa: PTH114  (quicker than a Path for each)
        return not is_link and os.path.lexists(f"{root}/{path}")

    def _entry(self, path: str) -> FileInfo:
        try:
            state = os.lstat(f"{os.fspath(self.root)}/{path}")
        except OSError:
            return FileInfo(path, 0, plain=False)
        return FileInfo(path, state.st_size, stat.S_ISREG(state.st_mode))

    def _below(self, top: str) -> list[FileInfo]:
        """Every file below the folder `top`, however deep; what is no folder, or a closed one, as itself."""
        found: list[FileInfo] = []
        folders = [top]
        while folders:
            folder = folders.pop()
            names = _listed(self.root / folder)
            if names is None:
                found.append(self._entry(folder))
            for name, is_folder in names or ():
                path = f"{folder}/{name}"
                folders += [path] if is_folder else []
                found += [] if is_folder else [self._entry(path)]
        return found


def _listed(folder: str | Path) -> list[tuple[str, bool]] | None:
    """The names in a folder, and which are folders themselves; nothing where it is none, or is closed."""
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            return None
        with os.scandir(folder) as listing:
            return [(item.name, item.is_dir(follow_symlinks=False)) for item in listing]
    except OSError:
        return None


def read_plain(path: str | Path) -> bytes | None:
    """The bytes of a plain file of at most `MAX_BYTES`; nothing where there is none (a link and a device are none)."""
    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        return None
    try:
        return _content(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes | None:
    """All that an open file holds, read no further than it may be long."""
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_BYTES:
        return None
    raw = piece = os.read(descriptor, state.st_size + 1)
    while piece and len(raw) <= MAX_BYTES:
        piece = os.read(descriptor, 65536)
        raw += piece
    return raw if len(raw) <= MAX_BYTES else None


@dataclass(frozen=True, slots=True)
class Files:
    """A tree held in memory: how the org will look."""

    files: Mapping[str, bytes]

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        return sorted((FileInfo(path, len(raw)) for path, raw in self.files.items()), key=lambda entry: entry.path)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        return {path: self.files[path] for path in paths}


@dataclass(frozen=True, slots=True)
class Filtered:
    """Those files of a tree whose paths are `kept`."""

    tree: Tree
    kept: Callable[[str], bool]

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        return [entry for entry in self.tree.entries() if self.kept(entry.path)]

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        return self.tree.read(paths)


@dataclass(frozen=True, slots=True)
class Selected:
    """Those of the files `paths` that a tree has, and nothing else of it looked at."""

    tree: StoredTree
    paths: Sequence[str]

    def entries(self) -> list[FileInfo]:
        """Every file, sorted by path."""
        return self.tree.find(sorted(self.paths))

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        return self.tree.read(paths)
