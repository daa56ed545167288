"""Git's objects: those that a repository has, and new ones that are known here before they are written, all at once.

New objects go into git as they would come over the wire: as one pack (gitformat-pack(5)), which git takes apart into
loose objects, or keeps whole where it holds many. One process for all of them, no filter or attribute anywhere near,
and one sync to disk for many.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from orgtp.store.git import SHA256_DIGITS, GitFailed, Repo, object_id
from orgtp.store.not_now import CannotWrite

_TYPES = {"commit": 1, "tree": 2, "blob": 3}
# Git's own limit for what it fetches (transfer.unpackLimit).
_LOOSE_AT_MOST = 100
_FAST = 1


@dataclass
class Objects:
    """The objects of one repository. What is added can be read at once, and is in git after `write`."""

    repo: Repo
    _fresh: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    _trees: dict[str, bytes | None] = field(default_factory=dict, repr=False)

    def add(self, kind: str, raw: bytes, like: str) -> str:
        """A new object (`blob`, `tree` or `commit`): its id, in the hash that the id `like` is of."""
        oid = object_id(raw, like, kind)
        self._fresh[oid] = (kind, raw)
        return oid

    def tree(self, oid: str) -> bytes | None:
        """The content of a tree object; nothing where the id is of none."""
        if oid in self._fresh:
            return self._fresh[oid][1]
        if oid not in self._trees:
            found = self.repo.read(oid)
            self._trees[oid] = found.raw if found and found.type == "tree" else None
        return self._trees[oid]

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The content of the files with these ids. Raises `GitFailed` where one is missing."""
        wanted = set(oids)
        fresh = {oid: self._fresh[oid][1] for oid in wanted if oid in self._fresh}
        return fresh | self.repo.blobs(wanted - fresh.keys())

    def write(self) -> None:
        """Put what was added into git. Raises `CannotWrite`."""
        if not self._fresh:
            return
        command = ["unpack-objects", "-q"] if len(self._fresh) < _LOOSE_AT_MOST else ["index-pack", "--stdin"]
        try:
            self.repo.run(*command, stdin=_pack(self._fresh))
        except (OSError, GitFailed) as error:
            raise CannotWrite(words=error) from error
        self._trees |= {oid: raw for oid, (kind, raw) in self._fresh.items() if kind == "tree"}
        self._fresh.clear()


def _pack(objects: dict[str, tuple[str, bytes]]) -> bytes:
    """A pack, version 2, of whole objects."""
    parts = [b"PACK", (2).to_bytes(4), len(objects).to_bytes(4)]
    for kind, raw in objects.values():
        parts += [bytes(_head(_TYPES[kind], len(raw))), zlib.compress(raw, _FAST)]
    body = b"".join(parts)
    hasher = hashlib.sha256 if len(next(iter(objects))) == SHA256_DIGITS else hashlib.sha1
    return body + hasher(body).digest()


def _head(kind: int, size: int) -> Iterator[int]:
    """An object's type and size: four bits of it beside the type, then seven a byte, the highest bit saying "more"."""
    byte, rest = kind << 4 | size & 15, size >> 4
    while rest:
        yield byte | 128
        byte, rest = rest & 127, rest >> 7
    yield byte
