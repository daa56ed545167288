"""Git's objects: those that a repository has, and new ones that are known here before they are written, all at once.

New objects go into git as they would come over the wire: as one pack (gitformat-pack(5)), which git takes apart into
loose objects, or keeps whole where it holds many. One process for all of them, no filter or attribute anywhere near,
and one sync to disk for many.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import field

from orgtp.git.errors import CannotWrite, GitFailed
from orgtp.git.repo import Repo, hasher, object_id
from orgtp.lazy_dataclass import dataclass

_TYPES = {"commit": 1, "tree": 2, "blob": 3}
# Git's own limit for what it fetches (transfer.unpackLimit).
_LOOSE_AT_MOST = 100
_FAST = 1
# The tree of a folder with thousands of entries. Most of it is ids, which do not shrink, however long one tries; so it
# travels as a delta, is stored as it is, and the last few are kept: an id stands for one content, wherever it is.
_LARGE_BYTES = 64 * 1024
_STORED = 0
_MOST_KEPT = 8
_kept: dict[str, bytes] = {}
_DELTA = 7
_AT_ONCE = 0xFFFF


@dataclass
class Objects:
    """The objects of one repository. What is added can be read at once, and is in git after `write`."""

    repo: Repo
    _fresh: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    _trees: dict[str, bytes | None] = field(default_factory=dict, repr=False)
    _bases: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)

    def add(self, kind: str, raw: bytes, like: str, base: str = "") -> str:
        """A new object (`blob`, `tree` or `commit`): its id, in the hash that the id `like` is of.

        `base` is the id of a tree that it is made of.
        """
        oid = object_id(raw, like, kind)
        old = self.tree(base) if base and len(raw) > _LARGE_BYTES else None
        if old and oid not in self._fresh and oid not in {base, *(known for known, _ in self._bases.values())}:
            self._bases[oid] = (base, old)
        self._fresh[oid] = (kind, raw)
        return oid

    def tree(self, oid: str) -> bytes | None:
        """The content of a tree object; nothing where the id is of none."""
        if oid in self._fresh:
            return self._fresh[oid][1]
        if oid not in self._trees:
            self._trees[oid] = _kept.get(oid) or self._read(oid)
        return self._trees[oid]

    def _read(self, oid: str) -> bytes | None:
        found = self.repo.read(oid)
        raw = found.raw if found and found.type == "tree" else None
        _keep(oid, raw or b"")
        return raw

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The content of the files with these ids. Raises `GitFailed` where one is missing."""
        wanted = set(oids)
        fresh = {oid: self._fresh[oid][1] for oid in wanted if oid in self._fresh}
        return fresh | self.repo.blobs(wanted - fresh.keys())

    def write(self) -> None:
        """Put what was added into git. Raises `CannotWrite`."""
        if not self._fresh:
            return
        many = len(self._fresh) >= _LOOSE_AT_MOST
        command = ["index-pack", "--stdin", "--fix-thin"] if many else ["unpack-objects", "-q"]
        level = ["-c", f"core.looseCompression={_STORED}"] if self._bases else []
        try:
            self.repo.run(*level, *command, stdin=self._pack())
        except (OSError, GitFailed) as error:
            raise CannotWrite(words=error) from error
        self._trees |= {oid: raw for oid, (kind, raw) in self._fresh.items() if kind == "tree"}
        for oid in self._bases:
            _keep(oid, self._fresh[oid][1])
        self._fresh.clear()
        self._bases.clear()

    def _pack(self) -> bytes:
        """What is new as a pack, version 2."""
        parts = [b"PACK", (2).to_bytes(4), len(self._fresh).to_bytes(4), *map(self._packed, self._fresh)]
        body = b"".join(parts)
        digest: bytes = hasher(len(next(iter(self._fresh))))(body).digest()
        return body + digest

    def _packed(self, oid: str) -> bytes:
        kind, raw = self._fresh[oid]
        if oid not in self._bases:
            return bytes(_head(_TYPES[kind], len(raw))) + zlib.compress(raw, _FAST)
        base, old = self._bases[oid]
        delta = _delta(old, raw)
        return bytes(_head(_DELTA, len(delta))) + bytes.fromhex(base) + zlib.compress(delta, _FAST)


def _keep(oid: str, raw: bytes) -> None:
    if len(raw) > _LARGE_BYTES:
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[oid] = raw


def _delta(old: bytes, new: bytes) -> bytes:
    """How `new` is made of `old`: how both begin, what is new, how both end (gitformat-pack(5), "Deltified")."""
    begin = _alike(old, new)
    end = _alike(old[begin:][::-1], new[begin:][::-1])
    fresh = new[begin : len(new) - end]
    parts = [bytes(_number(len(old))), bytes(_number(len(new))), *_copies(0, begin)]
    parts += [bytes([len(piece)]) + piece for at in range(0, len(fresh), 127) if (piece := fresh[at : at + 127])]
    return b"".join([*parts, *_copies(len(old) - end, end)])


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _copies(begin: int, size: int) -> Iterator[bytes]:
    """The instructions to copy from the old one, at most 64 KiB at a time: four bytes of where, two of how many."""
    for at in range(begin, begin + size, _AT_ONCE):
        count = min(_AT_ONCE, begin + size - at)
        yield b"\xbf" + at.to_bytes(4, "little") + count.to_bytes(2, "little")


def _number(value: int) -> Iterator[int]:
    """A number, seven bits a byte, the lowest first, the highest bit saying "more"."""
    while value > 127:  # noqa: PLR2004
        yield value & 127 | 128
        value >>= 7
    yield value


def _head(kind: int, size: int) -> Iterator[int]:
    """An object's type and size: four bits of it beside the type, then seven a byte, the highest bit saying "more"."""
    rest = size >> 4
    yield kind << 4 | size & 15 | (128 if rest else 0)
    if rest:
        yield from _number(rest)
