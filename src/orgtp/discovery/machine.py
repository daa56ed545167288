"""The machine of a scan: its places, the names of its files, and what they are called in answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from orgtp.discovery.patterns import compile_glob
from orgtp.discovery.request import ScanRequest
from orgtp.discovery.scan_log import ScanLog
from orgtp.importers.repositories import FoundRepository, RepositoryFinder
from orgtp.model.seat import DefinitionPlace

_MOST_MATCHES = 5_000
_SPOOLS = ("/var/spool", "/usr/lib/cron")


class ScannedMachine:
    """Where things are on the machine. Paths of the machine begin at its `root`, which is `/` for this machine."""

    def __init__(self, request: ScanRequest, finder: RepositoryFinder, log: ScanLog) -> None:
        self.name = request.machine
        self.finder = finder
        self.log = log
        self.is_this = os.fspath(request.root) == "/"
        self.root = "" if self.is_this else os.path.realpath(request.root)
        home = os.fspath(request.home) if request.home else os.path.expanduser("~")  # noqa: PTH111  (it never raises)
        # The home folder as the machine itself calls it.
        self.home = home.removeprefix(self.root) if self.root and home.startswith(self.root) else home

    def locate(self, path: str) -> str | None:
        """The file that the machine calls `path`; None if it leads out of the root, or cannot be named."""
        try:
            real = os.path.realpath(self.root + path)
        except (OSError, ValueError):
            return None
        return real if not self.root or real.startswith(f"{self.root}/") else None

    def expand(self, pattern: str) -> list[str]:
        """The paths that a pattern of the machine names, sorted. Each `*` is a part of one name."""
        path = self.home + pattern[1:] if pattern.startswith("~/") else pattern
        found = [self.root or "/"]
        for name in path.strip("/").split("/"):
            found = [below for folder in found for below in self._list_matches(folder, name)][:_MOST_MATCHES]
        return sorted(found)

    def _list_matches(self, folder: str, name: str) -> Iterator[str]:
        path = os.path.join(folder, name)  # noqa: PTH118
        if "*" not in name:
            if os.path.lexists(path):
                yield path
            elif self._is_closed(folder):
                self.log.skip(self.show(folder), "no permission")
            return
        if not Path(folder).is_dir():
            return
        entries = self.log.list_folder(folder, self.show(folder)) or []
        matches = compile_glob(name)
        yield from (entry.path for entry in entries if matches.fullmatch(entry.name))

    def find_closed_spool(self, pattern: str) -> str | None:
        """The folder of a pattern below one of the system's spools that this user may not list; None if there is none.

        A spool has the crontabs and jobs of all users, a file for each.
        """
        spool = next((spool for spool in _SPOOLS if pattern.startswith(f"{spool}/")), None)
        if spool is None:
            return None
        folder = self.root + spool
        for name in pattern.removeprefix(f"{spool}/").split("/")[:-1]:
            folder = f"{folder}/{name}"
            if self._is_closed(folder, os.R_OK | os.X_OK):
                return folder
        return None

    def _is_closed(self, folder: str, needed: int = os.X_OK) -> bool:
        """Whether the folder exists and cannot be entered, so that nobody knows what is in it."""
        by_effect = os.access in os.supports_effective_ids
        return os.path.isdir(folder) and not os.access(folder, needed, effective_ids=by_effect)  # noqa: PTH112

    def name_path(self, path: str) -> str:
        """The path of a file as the machine calls it."""
        return path.removeprefix(self.root) if self.root else path

    def show(self, path: str) -> str:
        """A path as people read it, with `~` for the home folder."""
        named = self.name_path(path)
        home = self.home.rstrip("/")
        return f"~{named[len(home) :]}" if home and named.startswith(f"{home}/") else named

    def place(self, path: str, digest: str, part: str = "") -> DefinitionPlace:
        """The identity of a file, or of the entry `part` in it: in its repository, or else on this machine."""
        suffix = f"#{part}" if part else ""
        repository = self.find_repository(path)
        if repository:
            inside = os.path.relpath(os.path.realpath(path), repository.root)
            return DefinitionPlace(repository.name, inside + suffix, digest)
        # As in imports: the path from the home folder, or else from the root.
        real, home = os.path.realpath(path), f"{os.path.realpath(self.root + self.home).rstrip('/')}/"
        inside = real.removeprefix(home) if real.startswith(home) else self.name_path(real).lstrip("/")
        return DefinitionPlace(self.name, inside + suffix, digest)

    def find_repository(self, path: str) -> FoundRepository | None:
        """The repository that a file is in; None if it is in none."""
        return self.finder.find(Path(os.path.realpath(path)).parent)


def hash_shown(*texts: str) -> str:
    """The hash of what is shown of an entry: nothing that is hidden can be guessed from it."""
    return sha256("\0".join(texts).encode("utf-8", "surrogateescape")).hexdigest()
