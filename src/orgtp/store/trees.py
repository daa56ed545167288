"""A tree: the files of an org at one moment, wherever they come from. All that loading needs is here."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FOLDERS = ("seats", "scores", "retirements")
HEAD = "org.yaml"
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a tree: its path from the org's root, its size in bytes, and whether it is a plain file."""

    path: str
    size: int
    plain: bool = True


class Tree(Protocol):
    """The files that orgtp knows of: org.yaml and all below `FOLDERS`."""

    def entries(self) -> list[Entry]:
        """Every file, sorted by path."""

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`, each of which `entries` named."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a folder, read without following a link."""

    root: Path

    def entries(self) -> list[Entry]:
        """Every file, sorted by path."""
        found = [self._entry(HEAD)] if os.path.lexists(self.root / HEAD) else []
        for folder in FOLDERS:
            found += self._below(folder) if os.path.lexists(self.root / folder) else []
        return sorted(found, key=lambda entry: entry.path)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`; one that is gone by now is left out."""
        return {path: raw for path in paths if (raw := read_plain(self.root / path)) is not None}

    def _entry(self, path: str) -> Entry:
        state = (self.root / path).lstat()
        return Entry(path, state.st_size, stat.S_ISREG(state.st_mode))

    def _below(self, folder: str) -> list[Entry]:
        top = self.root / folder
        if not stat.S_ISDIR(top.lstat().st_mode):
            return [self._entry(folder)]
        with os.scandir(top) as listing:
            names = sorted(listing, key=lambda item: item.name)
        found: list[Entry] = []
        for item in names:
            path = f"{folder}/{item.name}"
            inside = item.is_dir(follow_symlinks=False) and folder.count("/") == 0
            found += self._below(path) if inside else [self._entry(path)]
        return found


def read_plain(path: Path) -> bytes | None:
    """The bytes of a plain file; nothing where there is none (a link and a device are none)."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return path.read_bytes()
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class Files:
    """A tree held in memory: how the org will look."""

    files: Mapping[str, bytes]

    def entries(self) -> list[Entry]:
        """Every file, sorted by path."""
        return sorted((Entry(path, len(raw)) for path, raw in self.files.items()), key=lambda entry: entry.path)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of the files `paths`."""
        return {path: self.files[path] for path in paths}
