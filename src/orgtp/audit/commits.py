"""The whole history as one stream of deeds, oldest first: `git log --raw` for what changed, `cat-file` for who says so.

What a commit did is taken from the trees (git-log(1), `--raw`, each parent by itself), never from a diff that an
attribute, a driver or a rename could colour. Who made it, when, and from which parents, is read from the commit object
itself and hashed again, so that no replace ref, graft or commit-graph stands between the object and us.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Self

from orgtp.audit.model import CommitChanges, CommitObject, TreeChange
from orgtp.git.repo import Repo, object_id
from orgtp.model.errors import OrgtpError

# A merge is shown against each of its parents, a first commit against nothing, and no configuration has a say.
_LOG = (
    "-c", "log.showRoot=true", "-c", "core.commitGraph=false", "log", "--reverse", "--topo-order", "--children", "-z",
    "--diff-merges=separate", "--raw", "--no-abbrev", "--no-renames", "--no-relative", "--ignore-submodules=none",
    "-O/dev/null", "--pretty=oneline", "--no-abbrev-commit", "--no-decorate", "--no-notes", "--no-color",
)  # fmt: skip
_LOG_HEADER = re.compile(r"([0-9a-f]+)((?: (?:[0-9a-f]{64}|[0-9a-f]{40}))*)(?: \(from ([0-9a-f]+)\))? ")
_COMMIT = re.compile(
    rb"tree [0-9a-f]+\n(?:parent ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*))?"
    rb"author ([^\n]*>) [^\n]*\ncommitter [^\n]*> (-?[0-9]{1,18}) [-+][0-9]+\n"
)
_ENCODING = re.compile(rb"^encoding ([^\n]+)$", re.MULTILINE)
_NO_MODE = "000000"
_CHUNK_SIZE = 1 << 20
# git hands over its rows many at a time, not one commit at a time (git(1), `GIT_FLUSH`).
_NO_FLUSH = {"GIT_FLUSH": "0"}
# So many ids fit into a pipe at once, and git answers while we look at the ones before.
_BATCH_SIZE = 500


class UnreadableCommit(OrgtpError):
    """An object of the history is not here, or is not what its name says."""

    text = "{what}"


@dataclass(slots=True)
class LogRecord:
    """What the log tells of one commit: its id, how many follow it directly, and what changed from which parent.

    The key of `changes` is the parent; "" where there is but one, or none. `twice` are paths that were told more than
    once: a tree has two entries of one name, and each reader sees another.
    """

    id: str
    children: int
    changes: Mapping[str, Mapping[str, TreeChange]]
    duplicates: tuple[str, ...] = ()


class CommitLog:
    """What git tells of each commit of `tip` that none of the `known` ones leads back to, parents first.

    With `paths`, only of those that touched one of them, and with git's own way of leaving out sides of a merge. git
    sets to work at once; it reads a whole history before its first word.
    """

    def __init__(self, repo: Repo, tip: str, known: Iterable[str] = (), paths: Iterable[str] = ()) -> None:
        words = (*_LOG, "--end-of-options", tip, *(f"^{commit}" for commit in known), "--", *paths)
        self._handle = enlarge_pipe(repo.start(*words, env=_NO_FLUSH))

    def is_silent(self) -> bool:
        """Whether nothing is told yet: there is time for other things."""
        return not select.select([self._handle.proc.stdout], [], [], 0)[0]

    def read_records(self) -> Iterator[LogRecord]:
        """One commit after the other. Raises `Unreadable` where git cannot go on, with git's own words."""
        process = self._handle.proc
        process.stdin.close()
        try:
            last: LogRecord | None = None
            for one in _parse_log(_split_stream(process.stdout)):
                if last:
                    yield last
                last = one
            said = process.stderr.read().decode(errors="replace").strip()
            if process.wait():
                # Of the last one, only a part may have been told.
                raise UnreadableCommit(what=said or "git log ended early")
            if last:
                yield last
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def enlarge_pipe(handle: Any) -> Any:
    """A git process that need not wait for us after every few rows, where the system gives its output such a pipe."""
    with suppress(OSError):
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(handle.proc.stdout, fcntl.F_SETPIPE_SZ, _CHUNK_SIZE)
    return handle


def _split_stream(stream: Any) -> Iterator[str]:
    """The pieces of a NUL-separated stream, as Python writes the names of files."""
    rest = b""
    while piece := os.read(stream.fileno(), _CHUNK_SIZE):
        whole, nul, rest = (rest + piece).rpartition(b"\0")
        if nul:
            yield from os.fsdecode(whole).split("\0")
    if rest:
        yield os.fsdecode(rest)


def _parse_log(parts: Iterator[str]) -> Iterator[LogRecord]:
    """Heads and entries put together: the rows of a merge stand under a head for each parent."""
    id_, children, changes = "", 0, dict[str, dict[str, TreeChange]]()
    rows: dict[str, TreeChange] = {}
    twice: list[str] = []
    for part in parts:
        if part.startswith(":"):
            path = next(parts, "")
            if path in rows:
                twice.append(path)
            rows[path] = _parse_change(part, path)
            continue
        match = _LOG_HEADER.match(part)
        if match is None:
            raise UnreadableCommit(what=f"git log said something else than a commit: {part[:80]!r}")
        found, rows = match[1], {}
        if found != id_:
            if id_:
                yield LogRecord(id_, children, changes, tuple(twice))
            id_, children, changes, twice = found, match[2].count(" "), {}, []
        changes[match[3] or ""] = rows
    if id_:
        yield LogRecord(id_, children, changes, tuple(twice))


def _parse_change(meta: str, path: str) -> TreeChange:
    old_mode, new_mode, old, new, _ = meta[1:].split(" ")
    if old_mode == _NO_MODE:
        return TreeChange(path, None, new_mode, None, new)
    if new_mode == _NO_MODE:
        return TreeChange(path, old_mode, None, old, None)
    return TreeChange(path, old_mode, new_mode, old, new)


class CommitReader:
    """The commit objects of many ids, asked of one git process, a little ahead of the reader."""

    def __init__(self, repo: Repo) -> None:
        self._handle = enlarge_pipe(repo.start("cat-file", "--batch=%(objecttype) %(objectsize)"))
        self._broken: UnreadableCommit | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.proc.kill()
        self._handle.proc.communicate()

    def read_commits(self, stories: Iterator[LogRecord]) -> Iterator[list[tuple[LogRecord, CommitObject]]]:
        """Some at a time, each with its commit object. Raises `Unreadable`."""
        ahead = self._request_commits(stories)
        while ahead:
            following = self._request_commits(stories)
            yield [(one, parse_commit(one.id, self._read_commit(one.id))) for one in ahead]
            ahead = following
        if self._broken:
            raise self._broken

    def _request_commits(self, stories: Iterator[LogRecord]) -> list[LogRecord]:
        found: list[LogRecord] = []
        try:
            # One by one: what was told before git could not go on is kept.
            for one in islice(stories, _BATCH_SIZE):
                found.append(one)  # noqa: PERF402
        except UnreadableCommit as error:
            self._broken = error
        process = self._handle.proc
        process.stdin.write("".join(f"{one.id}\n" for one in found).encode())
        process.stdin.flush()
        return found

    def _read_commit(self, id_: str) -> bytes:
        stream = self._handle.proc.stdout
        kind, _, size = stream.readline().partition(b" ")
        if kind != b"commit":
            raise UnreadableCommit(what=f"the commit {id_} is not here")
        raw: bytes = stream.read(int(size) + 1)[:-1]
        return raw


def parse_commit(id_: str, raw: bytes) -> CommitObject:
    """A commit object as a value. Raises `Unreadable` where its content is not what its id stands for."""
    if object_id(raw, id_, "commit") != id_:
        raise UnreadableCommit(what=f"the commit {id_} is corrupt: its content has another hash. See: git fsck")
    match = _COMMIT.match(raw)
    return _parse_irregular(id_, raw) if match is None else _parse_regular(id_, raw, match)


def _parse_regular(id_: str, raw: bytes, match: re.Match[bytes]) -> CommitObject:
    parent, others, who, at = match.groups()
    parents: tuple[str, ...] = (parent.decode(),) if parent else ()
    if others:
        parents += tuple(others.decode().replace("parent ", "").split())
    # An empty line ends what is said of the commit; its message may have others.
    end = raw.find(b"\n\n", match.end() - 1)
    head, message = (raw, b"") if end < 0 else (raw[:end], raw[end + 2 :])
    return CommitObject(id_, parents, _decode_author(who), int(at), _decode_message(head, message), raw)


def _parse_irregular(id_: str, raw: bytes) -> CommitObject:
    """A commit that git itself would not write: its parents and its message are all that is taken from it."""
    head, _, message = raw.partition(b"\n\n")
    parents = tuple(row[7:].decode() for row in head.split(b"\n") if row.startswith(b"parent "))
    return CommitObject(id_, parents, "", 0, _decode_message(head, message), raw)


@lru_cache(maxsize=4096)
def _decode_author(who: bytes) -> str:
    return who.decode(errors="replace")


def _decode_message(head: bytes, message: bytes) -> str:
    """The message as text, in the encoding that the commit names (git-commit(1), `i18n.commitEncoding`).

    Some readers heed that, some take the bytes as they are. Where only the latter would see trailers of ours, so do we.
    """
    named = _ENCODING.search(head) if b"\nencoding " in head else None
    plain = message.decode("utf-8", "surrogateescape")
    if named is None:
        return plain
    try:
        told = message.decode(named[1].decode("ascii"))
    except (ValueError, LookupError):
        return plain
    return plain if _count_trailers(plain) > _count_trailers(told) else told


def _count_trailers(text: str) -> int:
    return text.lower().count("orgtp-")


def changes_of_commit(one: LogRecord, commit: CommitObject) -> CommitChanges:
    """What a commit did against each of its parents, in the order that its object names them. Raises `Unreadable`.

    A subject may look like what git says of a parent, `(from 1a2b…)`; so of one parent, whatever was told is meant.
    """
    if len(commit.parents) < 2 and len(one.changes) == 1:  # noqa: PLR2004
        return CommitChanges(commit, tuple(one.changes.values()))
    if any(rows and parent not in commit.parents for parent, rows in one.changes.items()):
        raise UnreadableCommit(what=f"git tells of other parents of the commit {one.id} than the commit itself")
    return CommitChanges(commit, tuple(one.changes.get(parent, {}) for parent in commit.parents))
