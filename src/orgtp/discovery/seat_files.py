"""The files that the seats of an org run from: what became of those in the places that a scan has read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from orgtp.discovery.machine import ScannedMachine
from orgtp.discovery.scan_log import ScanLog
from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.importers.repositories import FoundRepository
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.found import FoundAgent, SeatFile
from orgtp.model.seat import DefinitionPlace

# The hash of these is made from what is shown of them, so it cannot be compared with their content.
_HASHED_BY_SHOWN = (".service", ".plist")


@dataclass(frozen=True, slots=True)
class SeatFileSearch:
    """Where the files of seats may be: repositories and this machine.

    `read` has the files of the machine that were read, and `users` those whose crontab was.
    """

    machine: ScannedMachine
    log: ScanLog
    repositories: Iterable[FoundRepository]
    read: Collection[str]
    users: Collection[str]

    def find(self, places: Iterable[DefinitionPlace], agents: Sequence[FoundAgent]) -> tuple[SeatFile, ...]:
        """The files whose state is known, with their hashes now; None for one that is gone."""
        now = {(place.repo, place.path): place.sha256 for one in agents for place in (*one.copies, one.place)}
        roots: dict[str, list[Path]] = {}
        for repository in self.repositories:
            roots.setdefault(repository.name, []).append(repository.root)
        found = (self._look_up(place, now, roots) for place in dict.fromkeys(places))
        return tuple(file for file in found if file)

    def _look_up(
        self, place: DefinitionPlace, now: Mapping[tuple[str, str], str], roots: Mapping[str, list[Path]]
    ) -> SeatFile | None:
        if (place.repo, place.path) in now:
            return SeatFile(place, now[place.repo, place.path])
        path, _, part = place.path.partition("#")
        if path.startswith("/") or ".." in path.split("/"):
            return None
        if place.repo in roots:
            known, digest = self._hash_file(roots[place.repo], path, place.sha256)
            # The file may be there, without the part that the seat names.
            return SeatFile(place, None if part else digest) if known else None
        return self._look_up_on_machine(place, path, part) if place.repo == self.machine.name else None

    def _look_up_on_machine(self, place: DefinitionPlace, path: str, part: str) -> SeatFile | None:
        folder, _, user = path.partition("/")
        if folder == "crontab" and part:
            return SeatFile(place, None) if user in self.users else None
        homes = [Path(f"{self.machine.root}{self.machine.home}"), Path(self.machine.root or "/")]
        there = next((home / path for home in homes if os.path.lexists(home / path)), None)
        if there is None:
            return SeatFile(place, None)
        if part:
            return SeatFile(place, None) if os.path.realpath(there) in self.read else None
        if path.endswith(_HASHED_BY_SHOWN):
            return None
        known, digest = self._hash_file([there.parent], there.name, place.sha256)
        return SeatFile(place, digest) if known else None

    def _hash_file(self, roots: Sequence[Path], path: str, reviewed: str) -> tuple[bool, str | None]:
        """Whether it is known what became of a file, and its hash; None if it is in none of the work trees.

        Of several work trees of a repository, one with the hash that the seat knows counts before the others.
        """
        digests: list[str] = []
        for root in roots:
            file = root / path
            if not os.path.lexists(file):
                continue
            try:
                if not file.resolve().is_relative_to(root.resolve()):
                    return False, None
                digests.append(sha256(read_regular_file(file, self.log.limits.file_bytes)).hexdigest())
            except (UnreadableFile, OSError, RuntimeError, ValueError):
                self.log.skip(os.fspath(file), "the file of a seat cannot be read")
                return False, None
        return True, reviewed if reviewed in digests else digests[0] if digests else None
