"""Opens the files of a scan within its limits, and remembers what was read and what was not."""

from __future__ import annotations

import os
import stat
from collections import Counter
from itertools import islice
from pathlib import Path

from orgtp.discovery.request import ScanLimits
from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.model.inventory.found import NotLookedAt
from orgtp.model.text import escape_control_chars

# So many places with the same reason are listed one by one.
_MOST_ALIKE = 50
_LONGEST = 500
_PEEK = 512


def show_path(path: str) -> str:
    """A path as people read it: on one line, without control characters, and as UTF-8, whatever its bytes are."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    shown = escape_control_chars(text).replace("\n", "\\n").replace("\t", "\\t")
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


class ScanLog:
    """What a scan has read, by what it is, and what it did not look at."""

    def __init__(self, limits: ScanLimits) -> None:
        self.limits = limits
        self._skipped: dict[tuple[str, str], None] = {}
        self._purposes: set[str] = set()
        self._read: Counter[str] = Counter()
        self._opened = 0

    def skip(self, where: str, why: str, *, on_purpose: bool = False) -> None:
        """Remember that `where` was not looked at. `on_purpose`: nothing is missing for it."""
        self._skipped[show_path(where), why] = None
        if on_purpose:
            self._purposes.add(why)

    def count(self, what: str, number: int = 1) -> None:
        """Remember that so many files or entries of `what` were read."""
        self._read[what] += number

    def read(self, path: str, where: str, what: str, *, through_link: bool = False) -> bytes | None:
        """The content of a regular file, which is counted as `what`; None if it cannot be read, which is remembered.

        A link is not followed unless `through_link`, and a FIFO or a device is never opened.
        """
        if self._opened >= self.limits.files:
            self.skip("more files", f"only {self.limits.files:,} files are opened")
            return None
        try:
            mode = Path(path).stat(follow_symlinks=through_link).st_mode
        except (OSError, ValueError) as error:
            self.skip(where, _explain(error))
            return None
        if not stat.S_ISREG(mode):
            self.skip(where, "a link" if stat.S_ISLNK(mode) else "not a regular file")
            return None
        self._opened += 1
        try:
            raw = read_regular_file(Path(path), self.limits.file_bytes)
        except UnreadableFile as error:
            self.skip(where, _REASONS.get(str(error), str(error)))
            return None
        self.count(what)
        return raw

    def peek(self, path: str) -> bytes:
        """The first bytes of a regular file; b"" if it cannot be read. It counts as neither read nor skipped."""
        try:
            if not Path(path).is_file():
                return b""
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        except (OSError, ValueError):
            return b""
        with os.fdopen(handle, "rb") as file:
            return file.read(_PEEK)

    def list_folder(self, path: str, where: str) -> list[os.DirEntry[str]] | None:
        """The entries of a folder, sorted by name; None if it cannot be opened, which is remembered."""
        try:
            with os.scandir(path) as listing:
                return sorted(islice(listing, self.limits.entries + 1), key=lambda entry: entry.name)
        except (OSError, ValueError) as error:
            self.skip(where, _explain(error))
            return None

    def list_skipped(self) -> tuple[NotLookedAt, ...]:
        """What was not looked at, sorted; of very many with the same reason the first, and how many more."""
        alike: dict[str, list[str]] = {}
        for where, why in sorted(self._skipped):
            alike.setdefault(why, []).append(where)
        found = [
            NotLookedAt(where, why, why in self._purposes)
            for why, places in alike.items()
            for where in places[:_MOST_ALIKE]
        ]
        more = {why: len(places) - _MOST_ALIKE for why, places in alike.items()}
        found += [
            NotLookedAt(f"{number:,} more places", why, why in self._purposes)
            for why, number in more.items()
            if number > 0
        ]
        return tuple(sorted(found, key=lambda one: (one.where, one.why)))

    def list_read(self) -> tuple[tuple[str, int], ...]:
        """What was read and how much of it, sorted."""
        return tuple(sorted(self._read.items()))


_REASONS = {"Permission denied": "no permission", "not a regular file": "not a regular file"}


def _explain(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission"
    if isinstance(error, FileNotFoundError):
        return "it does not exist"
    return getattr(error, "strerror", None) or "its name cannot be read"
