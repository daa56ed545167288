"""Git's objects: those that a repository has, and new ones that are known here before they are written, all at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orgtp.store.git import GitFailed, Repo, object_id
from orgtp.store.git_lock import folder
from orgtp.store.not_now import CannotWrite


@dataclass
class Objects:
    """The objects of one repository. What is added can be read at once, and is in git after `write`."""

    repo: Repo
    _fresh: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"blob": {}, "tree": {}})
    _trees: dict[str, bytes | None] = field(default_factory=dict)

    def add(self, kind: str, raw: bytes, like: str) -> str:
        """A new object (`blob` or `tree`): its id, in the hash that the id `like` is of."""
        oid = object_id(raw, like, kind)
        self._fresh[kind][oid] = raw
        return oid

    def tree(self, oid: str) -> bytes | None:
        """The content of a tree object; nothing where the id is of none."""
        if oid not in self._fresh["tree"] and oid not in self._trees:
            found = self.repo.read(oid)
            self._trees[oid] = found.raw if found and found.type == "tree" else None
        return self._fresh["tree"].get(oid) or self._trees.get(oid)

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The content of the files with these ids. Raises `GitFailed` where one is missing."""
        wanted = set(oids)
        fresh = {oid: self._fresh["blob"][oid] for oid in wanted if oid in self._fresh["blob"]}
        return fresh | self.repo.blobs(wanted - fresh.keys())

    def write(self) -> None:
        """Put what was added into git. Raises `CannotWrite`."""
        for kind, fresh in self._fresh.items():
            if fresh:
                self._write(kind, fresh.values())
                self._trees |= fresh if kind == "tree" else {}
                fresh.clear()

    def _write(self, kind: str, contents: Iterable[bytes]) -> None:
        """All objects of a kind in one call of git, from files of ours: no filter or attribute of theirs applies."""
        try:
            folder(self.repo).mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder(self.repo), prefix="tmp-") as here:
                names = [_put(Path(here) / str(number), raw) for number, raw in enumerate(contents)]
                words = ("hash-object", "-w", "--no-filters", "-t", kind, "--stdin-paths")
                self.repo.run(*words, stdin="".join(f"{name}\n" for name in names).encode())
        except (OSError, GitFailed) as error:
            raise CannotWrite(words=error) from error


def _put(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path
