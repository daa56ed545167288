"""Git objects: those in the repository, and new ones that stay in memory until all are written at once.

New objects are written as one pack (gitformat-pack(5)). Git unpacks it into loose objects, or keeps the pack if it is
large. That takes one process and one sync to disk for all objects, and no filter or attribute applies.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import field

from orgtp.git.errors import CannotWrite, GitFailed
from orgtp.git.repo import Repo, compute_object_id, hash_of_width
from orgtp.lazy_dataclass import dataclass

_TYPES = {"commit": 1, "tree": 2, "blob": 3}
# Git's own limit for fetched objects (transfer.unpackLimit).
_LOOSE_AT_MOST = 100
_FAST = 1
# The tree of a folder with thousands of entries consists mostly of ids, which do not compress. It is sent as a delta
# and stored uncompressed. The last few such trees are cached for the whole process, by id.
_LARGE_BYTES = 64 * 1024
_STORED = 0
_MAX_CACHED_TREES = 8
_tree_cache: dict[str, bytes] = {}
_DELTA = 7
_MAX_COPY = 0xFFFF


@dataclass
class ObjectStore:
    """The objects of one repository. Added objects can be read at once, and are stored by `write_objects`.

    `sound` has the trees (path and id) that were found to have only entries that git writes.
    """

    repo: Repo
    sound: set[tuple[str, str]] = field(default_factory=set, repr=False)
    _fresh: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    _trees: dict[str, bytes] = field(default_factory=dict, repr=False)
    _bases: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)

    def add_object(self, kind: str, raw: bytes, like: str, base: str = "") -> str:
        """Add an object (`blob`, `tree` or `commit`) and return its id, in the same hash as the id `like`.

        `base` is the id of the tree that it was edited from, if any.
        """
        oid = compute_object_id(raw, like, kind)
        old = self.read_tree(base) if base and len(raw) > _LARGE_BYTES else None
        if old and oid not in self._fresh and oid not in {base, *(known for known, _ in self._bases.values())}:
            self._bases[oid] = (base, old)
        self._fresh[oid] = (kind, raw)
        return oid

    def read_tree(self, oid: str) -> bytes:
        """The content of the tree with this id. Raises `GitFailed` if it is missing."""
        if oid in self._fresh:
            return self._fresh[oid][1]
        if oid not in self._trees:
            self._trees[oid] = _tree_cache.get(oid) or self._read_stored_tree(oid)
        return self._trees[oid]

    def read_trees(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Object id to content of these trees. Many are read at once. Raises `GitFailed` if one is missing."""
        wanted = list(dict.fromkeys(oids))
        stored = [oid for oid in wanted if oid not in self._fresh and oid not in self._trees]
        for oid, found in zip(stored, self.repo.read_all(stored), strict=True):
            if found and found.type == "tree":
                self._trees[oid] = found.raw
        return {oid: self.read_tree(oid) for oid in wanted}

    def _read_stored_tree(self, oid: str) -> bytes:
        found = self.repo.require(oid)
        if found.type != "tree":
            raise GitFailed(command="cat-file", words=f"the object {oid} is not a folder. See: git fsck --full")
        _cache_tree(oid, found.raw)
        return found.raw

    def read_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Object id to content of these blobs. Raises `GitFailed` if one is missing."""
        wanted = set(oids)
        fresh = {oid: self._fresh[oid][1] for oid in wanted if oid in self._fresh}
        return fresh | self.repo.read_blobs(wanted - fresh.keys())

    def write_objects(self) -> None:
        """Store the added objects in git. Raises `CannotWrite`."""
        if not self._fresh:
            return
        many = len(self._fresh) >= _LOOSE_AT_MOST
        command = ["index-pack", "--stdin", "--fix-thin"] if many else ["unpack-objects", "-q"]
        level = ["-c", f"core.looseCompression={_STORED}"] if self._bases else []
        try:
            self.repo.run(*level, *command, stdin=self._build_pack())
        except (OSError, GitFailed) as error:
            raise CannotWrite(words=error) from error
        self._trees |= {oid: raw for oid, (kind, raw) in self._fresh.items() if kind == "tree"}
        for oid in self._bases:
            _cache_tree(oid, self._fresh[oid][1])
        self._fresh.clear()
        self._bases.clear()

    def _build_pack(self) -> bytes:
        """The new objects as a pack, version 2."""
        parts = [b"PACK", (2).to_bytes(4), len(self._fresh).to_bytes(4), *map(self._pack_object, self._fresh)]
        body = b"".join(parts)
        digest: bytes = hash_of_width(len(next(iter(self._fresh))))(body).digest()
        return body + digest

    def _pack_object(self, oid: str) -> bytes:
        kind, raw = self._fresh[oid]
        if oid not in self._bases:
            return bytes(_encode_header(_TYPES[kind], len(raw))) + zlib.compress(raw, _FAST)
        base, old = self._bases[oid]
        delta = _encode_delta(old, raw)
        return bytes(_encode_header(_DELTA, len(delta))) + bytes.fromhex(base) + zlib.compress(delta, _FAST)


def _cache_tree(oid: str, raw: bytes) -> None:
    if len(raw) > _LARGE_BYTES:
        while len(_tree_cache) >= _MAX_CACHED_TREES:
            _tree_cache.pop(next(iter(_tree_cache)), None)
        _tree_cache[oid] = raw


def _encode_delta(old: bytes, new: bytes) -> bytes:
    """The delta from `old` to `new`: common start, new bytes, common end (gitformat-pack(5), "Deltified")."""
    begin = _count_common_prefix(old, new)
    end = _count_common_prefix(old[begin:][::-1], new[begin:][::-1])
    fresh = new[begin : len(new) - end]
    parts = [bytes(_encode_number(len(old))), bytes(_encode_number(len(new))), *_encode_copies(0, begin)]
    parts += [bytes([len(piece)]) + piece for at in range(0, len(fresh), 127) if (piece := fresh[at : at + 127])]
    return b"".join([*parts, *_encode_copies(len(old) - end, end)])


def _count_common_prefix(one: bytes, other: bytes) -> int:
    """The length of the common prefix in bytes."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _encode_copies(begin: int, size: int) -> Iterator[bytes]:
    """Copy instructions, at most 64 KiB each: four bytes of offset, two bytes of length."""
    for at in range(begin, begin + size, _MAX_COPY):
        count = min(_MAX_COPY, begin + size - at)
        yield b"\xbf" + at.to_bytes(4, "little") + count.to_bytes(2, "little")


def _encode_number(value: int) -> Iterator[int]:
    """A number in groups of seven bits, lowest first; the highest bit of a byte means that more follow."""
    while value > 127:  # noqa: PLR2004
        yield value & 127 | 128
        value >>= 7
    yield value


def _encode_header(kind: int, size: int) -> Iterator[int]:
    """Type and size of an object: four bits of the size next to the type, the rest as in `_encode_number`."""
    rest = size >> 4
    yield kind << 4 | size & 15 | (128 if rest else 0)
    if rest:
        yield from _encode_number(rest)
