"""How score files grew: a version is proven to be the beginning of a later one by its hash, and need not be read.

A file that only ever grows is, in every version, the beginning of its last one. So the last one is read, and for each
version before it the bytes up to the next line end are hashed: where git's id comes out, these are its bytes. What does
not come out so is read, and compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from orgtp.audit.model import Entry
from orgtp.files.scores import seat_of
from orgtp.git.repo import Repo, hasher
from orgtp.git.tree import files_at

# A commit adds a line or a few to a file; of one that adds many, the file is read.
_TRIES = 4
# So many are hashed between two looks whether there is time.
_A_FEW = 64
_NEWLINE = ord("\n")


@dataclass(slots=True)
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

    def hash_ahead(self, is_time: Callable[[], bool]) -> None:
        """Hash what would be a version if each commit had added a line, for as long as there is time."""
        for path, buffer in self._buffers.items():
            end = buffer.find(b"\n") + 1
            while end:
                if not len(self._known) % _A_FEW and not is_time():
                    return
                self._known[_hash(buffer, end, self._last[path])] = buffer, end
                end = buffer.find(b"\n", end) + 1

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
        # Most versions have one that follows: what is forgotten here is read again where there is another.
        known = self._known.pop(entry.old, None) if entry.old else None
        buffer, begin = known or self._begun(entry)
        new = entry.new or ""
        ahead, end = self._known.get(new, (b"", 0))
        if ahead is not buffer or end < begin:
            end = _end(buffer, begin, new)
        if not end:
            old, buffer = buffer[:begin], self.content(new)
            if not buffer.startswith(old):
                return None
            end = len(buffer)
        self._known[new] = buffer, end
        return Grown(buffer[begin:end], begin, not begin or buffer[begin - 1] == _NEWLINE)

    def _begun(self, entry: Entry) -> tuple[bytes, int]:
        """Bytes that the old version is the beginning of, and its length; as many more of them as are known."""
        if entry.old is None:
            return self.last(entry.path), 0
        raw, newest = self.content(entry.old), self.last(entry.path)
        return (newest if newest.startswith(raw) else raw), len(raw)


def _end(buffer: bytes, begin: int, new: str) -> int:
    """Where the version `new` ends, if that is one of the next line ends; else 0."""
    end = begin
    for _ in range(_TRIES):
        end = buffer.find(b"\n", end) + 1
        if not end or _hash(buffer, end, new) == new:
            return end
    return 0


def _hash(buffer: bytes, end: int, like: str) -> str:
    """The id that git gives the first `end` bytes (gitformat: `blob SIZE NUL content`)."""
    found = hasher(len(like))(b"blob %d\0" % end)
    found.update(memoryview(buffer)[:end])
    return str(found.hexdigest())
