"""Prove by hashes that score files only grew, without reading every version.

If a file only ever grows, each version is a prefix of the last one. So only the last version is read. For each earlier
version, the bytes up to the next line end are hashed. If the hash equals git's object id, these bytes are that version.
Otherwise the version is read and compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from orgtp.audit.model import TreeChange
from orgtp.files.scores import find_seat_of_scores
from orgtp.git.repo import Repo, hash_of_width
from orgtp.git.tree import list_blob_ids

# Most commits add a few lines to a file. If a commit adds more, the version is read instead of hashed.
_MAX_LINES_TRIED = 4
# `has_time` is called once per this many hashes.
_CHECK_EVERY = 64
_NEWLINE = ord("\n")


@dataclass(slots=True)
class Appended:
    """The bytes that a commit added, the old size, and whether the old content was empty or ended in a newline."""

    added: bytes
    begin: int
    began_on_new_line: bool


class AppendProof:
    """Finds what each commit in the history of `tip` appended to a score file."""

    def __init__(self, repo: Repo, tip: str) -> None:
        self._repo, self._tip = repo, tip
        self._buffers: dict[str, bytes] = {}
        self._known: dict[str, tuple[bytes, int]] = {}

    @cached_property
    def _last_versions(self) -> dict[str, str]:
        found = list_blob_ids(self._repo, self._tip, "scores")
        return {path: oid for path, oid in found.items() if find_seat_of_scores(path)}

    def read_ahead(self) -> None:
        """Read the last version of every file at once, for an audit of the full history. Raises `GitFailed`."""
        blobs = self._repo.read_verified_blobs(self._last_versions.values())
        self._buffers = {path: blobs[oid] for path, oid in self._last_versions.items()}

    def hash_ahead(self, has_time: Callable[[], bool]) -> None:
        """Hash every prefix that ends in a newline, while `has_time()` is true."""
        for path, buffer in self._buffers.items():
            end = buffer.find(b"\n") + 1
            while end:
                if not len(self._known) % _CHECK_EVERY and not has_time():
                    return
                self._known[_hash_blob_prefix(buffer, end, self._last_versions[path])] = buffer, end
                end = buffer.find(b"\n", end) + 1

    def read_last(self, path: str) -> bytes:
        """Return the last version of a file; empty if the tip does not have it."""
        if path not in self._buffers:
            self._buffers[path] = self.read_version(self._last_versions.get(path))
        return self._buffers[path]

    def read_version(self, oid: str | None) -> bytes:
        """Return the content of a version. Raises `GitFailed` if this clone does not have it."""
        if oid is None:
            return b""
        if oid in self._known:
            buffer, end = self._known[oid]
            return buffer[:end]
        return self._repo.read_verified_blobs([oid])[oid]

    def find_appended(self, entry: TreeChange) -> Appended | None:
        """Return what was added; None if the old version is not a prefix of the new one. Raises `GitFailed`."""
        # Most versions have one successor, so the entry is dropped here. It is read again if there is another.
        known = self._known.pop(entry.old, None) if entry.old else None
        buffer, begin = known or self._find_beginning(entry)
        new = entry.new or ""
        ahead, end = self._known.get(new, (b"", 0))
        if ahead is not buffer or end < begin:
            end = _find_version_end(buffer, begin, new)
        if not end:
            old, buffer = buffer[:begin], self.read_version(new)
            if not buffer.startswith(old):
                return None
            end = len(buffer)
        self._known[new] = buffer, end
        return Appended(buffer[begin:end], begin, not begin or buffer[begin - 1] == _NEWLINE)

    def _find_beginning(self, entry: TreeChange) -> tuple[bytes, int]:
        """Return bytes that begin with the old version (as many as are known), and the length of the old version."""
        if entry.old is None:
            return self.read_last(entry.path), 0
        raw, newest = self.read_version(entry.old), self.read_last(entry.path)
        return (newest if newest.startswith(raw) else raw), len(raw)


def _find_version_end(buffer: bytes, begin: int, new: str) -> int:
    """Return where the version `new` ends if that is one of the next line ends, else 0."""
    end = begin
    for _ in range(_MAX_LINES_TRIED):
        end = buffer.find(b"\n", end) + 1
        if not end or _hash_blob_prefix(buffer, end, new) == new:
            return end
    return 0


def _hash_blob_prefix(buffer: bytes, end: int, like: str) -> str:
    """Return the id that git gives the first `end` bytes (git hashes `blob SIZE NUL content`)."""
    found = hash_of_width(len(like))(b"blob %d\0" % end)
    found.update(memoryview(buffer)[:end])
    return str(found.hexdigest())
