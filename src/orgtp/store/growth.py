"""How score files grew: a version is proven to be the beginning of a later one by its hash, and need not be read.

A file that only ever grows is, in every version, the beginning of its last one. So the last one is read, and for each
version before it the bytes up to the next line end are hashed: where git's id comes out, these are its bytes. What does
not come out so is read, and compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from orgtp.model.audit import Entry
from orgtp.store.git import SHA256_DIGITS, Repo
from orgtp.store.git_tree import files_at
from orgtp.store.score_file import seat_of

# A commit adds a line or a few to a file; of one that adds many, the file is read.
_TRIES = 4
_NEWLINE = ord("\n")


@dataclass(frozen=True, slots=True)
class Grown:
    """What a commit added to a file: the bytes, how many there were before, and whether these ended with a newline."""

    added: bytes
    begin: int
    whole: bool


class Growth:
    """The score files of the history of the commit `tip`."""

    def __init__(self, repo: Repo, tip: str) -> None:
        self._repo, self._tip = repo, tip
        self._buffers: dict[str, bytes] = {}
        self._known: dict[str, tuple[bytes, int]] = {}

    @cached_property
    def _last(self) -> dict[str, str]:
        found = files_at(self._repo, self._tip, "scores")
        return {path: oid for path, oid in found.items() if seat_of(path)}

    def read_ahead(self) -> None:
        """Read the last version of every file at once: for a walk of a whole history. Raises `GitFailed`."""
        blobs = self._repo.proven(self._last.values())
        self._buffers = {path: blobs[oid] for path, oid in self._last.items()}

    def last(self, path: str) -> bytes:
        """The last version of a file; nothing where it is not there in the end."""
        if path not in self._buffers:
            self._buffers[path] = self.content(self._last.get(path))
        return self._buffers[path]

    def content(self, oid: str | None) -> bytes:
        """A version. Raises `GitFailed` where it is not here."""
        if oid is None:
            return b""
        if oid in self._known:
            buffer, end = self._known[oid]
            return buffer[:end]
        return self._repo.proven([oid])[oid]

    def grown(self, entry: Entry) -> Grown | None:
        """What was added to a file; nothing where the old version is not how the new one begins. Raises `GitFailed`."""
        buffer, begin = self._begun(entry)
        end, new = begin, str(entry.new)
        for _ in range(_TRIES):
            end = buffer.find(b"\n", end) + 1
            if not end:
                break
            if _hash(buffer, end, new) == new:
                self._known[new] = buffer, end
                return _grown(buffer, begin, end)
        raw = self.content(new)
        if not raw.startswith(buffer[:begin]):
            return None
        self._known[new] = raw, len(raw)
        return _grown(raw, begin, len(raw))

    def _begun(self, entry: Entry) -> tuple[bytes, int]:
        """Bytes that the old version is the beginning of, and its length; as many more of them as are known."""
        if entry.old is None:
            return self.last(entry.path), 0
        # Most versions have one that follows: what is forgotten here is read again where there is another.
        known = self._known.pop(entry.old, None)
        if known is None:
            raw, newest = self.content(entry.old), self.last(entry.path)
            return (newest if newest.startswith(raw) else raw), len(raw)
        return known


def _grown(buffer: bytes, begin: int, end: int) -> Grown:
    return Grown(buffer[begin:end], begin, not begin or buffer[begin - 1] == _NEWLINE)


def _hash(buffer: bytes, end: int, like: str) -> str:
    """The id that git gives the first `end` bytes (gitformat: `blob SIZE NUL content`)."""
    hasher = (hashlib.sha256 if len(like) == SHA256_DIGITS else hashlib.sha1)(b"blob %d\0" % end)
    hasher.update(memoryview(buffer)[:end])
    return hasher.hexdigest()
