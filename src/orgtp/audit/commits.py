"""Stream the history, oldest commit first: the changes from `git log --raw`, and the commit objects from `cat-file`.

The changes are differences of trees (git-log(1), `--raw`, against each parent separately). Attributes, diff drivers and
rename detection do not affect them. The author, the date and the parents come from the commit object itself. Its hash
is computed again, so replace refs, grafts and the commit-graph cannot alter it.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Self

from orgtp.audit.model import CommitChanges, CommitObject, TreeChange
from orgtp.git.repo import Repo, compute_object_id
from orgtp.model.errors import OrgtpError

# Compare a merge with each parent and a root commit with the empty tree, whatever the user's configuration says.
_LOG = (
    "-c", "log.showRoot=true", "-c", "core.commitGraph=false", "log", "--reverse", "--topo-order", "--children", "-z",
    "--diff-merges=separate", "--raw", "-t", "--no-abbrev", "--no-renames", "--no-relative", "--ignore-submodules=none",
    "-O/dev/null", "--pretty=oneline", "--no-abbrev-commit", "--no-decorate", "--no-notes", "--no-color",
)  # fmt: skip
_LOG_HEADER = re.compile(r"([0-9a-f]+)((?: (?:[0-9a-f]{64}|[0-9a-f]{40}))*)(?: \(from ([0-9a-f]+)\))? ")
_COMMIT = re.compile(
    rb"tree [0-9a-f]+\n(?:parent ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*))?"
    rb"author ([^\n]*>) [^\n]*\ncommitter [^\n]*> (-?[0-9]{1,18}) [-+][0-9]+\n"
)
_ENCODING = re.compile(rb"^encoding ([^\n]+)$", re.MULTILINE)
_NO_MODE = "000000"
# The rows of folders (`-t`): changed, added and removed.
_FOLDER_ROWS = (":040000 040000", ":000000 040000", ":040000 000000")
_CHUNK_SIZE = 1 << 20
# Let git buffer its output instead of flushing after each commit (git(1), `GIT_FLUSH`).
_NO_FLUSH = {"GIT_FLUSH": "0"}
# The ids of one batch fit into a pipe. git reads the next batch while we process the previous one.
_BATCH_SIZE = 500


class UnreadableCommit(OrgtpError):
    """An object of the history is missing, or its content does not match its id."""

    text = "{what}"


@dataclass(slots=True)
class LogRecord:
    """One commit in the log: its id, its number of children, and its changes against each parent.

    `changes` is keyed by parent, or by "" if there is at most one parent. `reshaped` lists the paths, folders included,
    that were added, removed or got another mode. A folder without one has the same names as before, in the same order.
    """

    id: str
    children: int
    changes: Mapping[str, Mapping[str, TreeChange]]
    reshaped: Sequence[str] = ()


class CommitLog:
    """The log of the commits that `tip` reaches and no `known` commit reaches, parents before children.

    With `paths`, only commits that touched them, with git's history simplification. git starts at once; it reads the
    full history before it prints the first commit.
    """

    def __init__(self, repo: Repo, tip: str, known: Iterable[str] = (), paths: Iterable[str] = ()) -> None:
        words = (*_LOG, "--end-of-options", tip, *(f"^{commit}" for commit in known), "--", *paths)
        self._handle = enlarge_pipe(repo.start(*words, env=_NO_FLUSH))

    def is_silent(self) -> bool:
        """Whether git has not printed anything yet, so there is time for other work."""
        return not select.select([self._handle.proc.stdout], [], [], 0)[0]

    def read_records(self) -> Iterator[LogRecord]:
        """Read one commit after the other. Raises `UnreadableCommit` with git's message if git fails."""
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
                # The last commit may be incomplete, so it is not returned.
                raise UnreadableCommit(what=said or "git log ended early")
            if last:
                yield last
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def enlarge_pipe(handle: Any) -> Any:
    """Enlarge the output pipe of a git process where the system allows it, so that git waits for us less often."""
    with suppress(OSError):
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(handle.proc.stdout, fcntl.F_SETPIPE_SZ, _CHUNK_SIZE)
    return handle


def _split_stream(stream: Any) -> Iterator[str]:
    """Split a NUL-separated stream into strings, decoded as file names."""
    rest = b""
    while piece := os.read(stream.fileno(), _CHUNK_SIZE):
        whole, nul, rest = (rest + piece).rpartition(b"\0")
        if nul:
            yield from os.fsdecode(whole).split("\0")
    if rest:
        yield os.fsdecode(rest)


def _parse_log(parts: Iterator[str]) -> Iterator[LogRecord]:
    """Group headers and changes into records. A merge has one header per parent."""
    id_, children, changes = "", 0, dict[str, dict[str, TreeChange]]()
    rows: dict[str, TreeChange] = {}
    reshaped: list[str] = []
    for part in parts:
        if part.startswith(":"):
            _add_change(part, next(parts, ""), rows, reshaped)
            continue
        match = _LOG_HEADER.match(part)
        if match is None:
            raise UnreadableCommit(what=f"unexpected output of git log: {part[:80]!r}")
        found, rows = match[1], {}
        if found != id_:
            if id_:
                yield LogRecord(id_, children, changes, reshaped)
            id_, children, changes, reshaped = found, match[2].count(" "), {}, []
        changes[match[3] or ""] = rows
    if id_:
        yield LogRecord(id_, children, changes, reshaped)


def _add_change(meta: str, path: str, rows: dict[str, TreeChange], reshaped: list[str]) -> None:
    """Add a row of the diff: to `rows` unless it is a folder's, and to `reshaped` unless only its content changed."""
    if meta[1:7] != meta[8:14]:
        reshaped.append(path)
    if not meta.startswith(_FOLDER_ROWS):
        rows[path] = _parse_change(meta, path)


def _parse_change(meta: str, path: str) -> TreeChange:
    old_mode, new_mode, old, new, _ = meta[1:].split(" ")
    if old_mode == _NO_MODE:
        return TreeChange(path, None, new_mode, None, new)
    if new_mode == _NO_MODE:
        return TreeChange(path, old_mode, None, old, None)
    return TreeChange(path, old_mode, new_mode, old, new)


class CommitReader:
    """Reads many commit objects from one git process, requested one batch ahead."""

    def __init__(self, repo: Repo) -> None:
        self._handle = enlarge_pipe(repo.start("cat-file", "--batch=%(objecttype) %(objectsize)"))
        self._broken: UnreadableCommit | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.proc.kill()
        self._handle.proc.communicate()

    def read_commits(self, records: Iterator[LogRecord]) -> Iterator[list[tuple[LogRecord, CommitObject]]]:
        """Read the records in batches, each with its commit object. Raises `UnreadableCommit`."""
        ahead = self._request_commits(records)
        while ahead:
            following = self._request_commits(records)
            yield [(one, parse_commit(one.id, self._read_commit(one.id))) for one in ahead]
            ahead = following
        if self._broken:
            raise self._broken

    def _request_commits(self, records: Iterator[LogRecord]) -> list[LogRecord]:
        found: list[LogRecord] = []
        try:
            # One by one, to keep the records that were read before an error.
            for one in islice(records, _BATCH_SIZE):
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
            raise UnreadableCommit(what=f"the commit {id_} is missing")
        raw: bytes = stream.read(int(size) + 1)[:-1]
        return raw


def parse_commit(id_: str, raw: bytes) -> CommitObject:
    """Parse a commit object. Raises `UnreadableCommit` if its content does not match its id."""
    if compute_object_id(raw, id_, "commit") != id_:
        raise UnreadableCommit(what=f"the commit {id_} is corrupt: its content does not match its hash. See: git fsck")
    match = _COMMIT.match(raw)
    return _parse_irregular(id_, raw) if match is None else _parse_regular(id_, raw, match)


def _parse_regular(id_: str, raw: bytes, match: re.Match[bytes]) -> CommitObject:
    parent, others, who, at = match.groups()
    parents: tuple[str, ...] = (parent.decode(),) if parent else ()
    if others:
        parents += tuple(others.decode().replace("parent ", "").split())
    # The first empty line ends the header. The message may contain more.
    end = raw.find(b"\n\n", match.end() - 1)
    head, message = (raw, b"") if end < 0 else (raw[:end], raw[end + 2 :])
    return CommitObject(id_, parents, _decode_author(who), int(at), _decode_message(head, message), raw)


def _parse_irregular(id_: str, raw: bytes) -> CommitObject:
    """Parse a commit that git would not write: read only its parents and its message."""
    head, _, message = raw.partition(b"\n\n")
    parents = tuple(row[7:].decode() for row in head.split(b"\n") if row.startswith(b"parent "))
    return CommitObject(id_, parents, "", 0, _decode_message(head, message), raw)


@lru_cache(maxsize=4096)
def _decode_author(who: bytes) -> str:
    return who.decode(errors="replace")


def _decode_message(head: bytes, message: bytes) -> str:
    """Decode the message, in the encoding that the commit names (git-commit(1), `i18n.commitEncoding`).

    Some programs respect that encoding, others read UTF-8. Of the two texts, return the one with more orgtp trailers.
    """
    named = _ENCODING.search(head) if b"\nencoding " in head else None
    plain = message.decode("utf-8", "surrogateescape")
    if named is None:
        return plain
    try:
        decoded = message.decode(named[1].decode("ascii"))
    except (ValueError, LookupError):
        return plain
    return plain if _count_trailers(plain) > _count_trailers(decoded) else decoded


def _count_trailers(text: str) -> int:
    return text.lower().count("orgtp-")


def build_commit_changes(one: LogRecord, commit: CommitObject) -> CommitChanges:
    """Return the changes of a commit against each parent, in the order of its parents. Raises `UnreadableCommit`.

    A subject may look like git's mark for a parent, `(from 1a2b…)`. So with a single parent, the mark is ignored.
    """
    if len(commit.parents) < 2 and len(one.changes) == 1:  # noqa: PLR2004
        return CommitChanges(commit, tuple(one.changes.values()))
    if any(rows and parent not in commit.parents for parent, rows in one.changes.items()):
        raise UnreadableCommit(what=f"git log lists other parents for the commit {one.id} than the commit object")
    return CommitChanges(commit, tuple(one.changes.get(parent, {}) for parent in commit.parents))
