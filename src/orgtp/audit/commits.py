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

from orgtp.audit.model import Deed, Entry, Stamped
from orgtp.git.repo import Repo, object_id
from orgtp.model.errors import OrgtpError

# A merge is shown against each of its parents, a first commit against nothing, and no configuration has a say.
_LOG = (
    "-c", "log.showRoot=true", "-c", "core.commitGraph=false", "log", "--reverse", "--topo-order", "--children", "-z",
    "--diff-merges=separate", "--raw", "--no-abbrev", "--no-renames", "--no-relative", "--ignore-submodules=none",
    "-O/dev/null", "--pretty=oneline", "--no-abbrev-commit", "--no-decorate", "--no-notes", "--no-color",
)  # fmt: skip
_HEAD = re.compile(r"([0-9a-f]+)((?: (?:[0-9a-f]{64}|[0-9a-f]{40}))*)(?: \(from ([0-9a-f]+)\))? ")
_COMMIT = re.compile(
    rb"tree [0-9a-f]+\n(?:parent ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*))?"
    rb"author ([^\n]*>) [^\n]*\ncommitter [^\n]*> (-?[0-9]{1,18}) [-+][0-9]+\n"
)
_ENCODING = re.compile(rb"^encoding ([^\n]+)$", re.MULTILINE)
_NOTHING = "000000"
_PIECE = 1 << 20
# git hands over its rows many at a time, not one commit at a time (git(1), `GIT_FLUSH`).
_TOGETHER = {"GIT_FLUSH": "0"}
# So many ids fit into a pipe at once, and git answers while we look at the ones before.
_AHEAD = 500


class Unreadable(OrgtpError):
    """An object of the history is not here, or is not what its name says."""

    text = "{what}"


@dataclass(slots=True)
class Told:
    """What the log tells of one commit: its id, how many follow it directly, and what changed from which parent.

    The key of `changes` is the parent; "" where there is but one, or none. `twice` are paths that were told more than
    once: a tree has two entries of one name, and each reader sees another.
    """

    id: str
    children: int
    changes: Mapping[str, Mapping[str, Entry]]
    twice: tuple[str, ...] = ()


class Log:
    """What git tells of each commit of `tip` that none of the `known` ones leads back to, parents first.

    With `paths`, only of those that touched one of them, and with git's own way of leaving out sides of a merge. git
    sets to work at once; it reads a whole history before its first word.
    """

    def __init__(self, repo: Repo, tip: str, known: Iterable[str] = (), paths: Iterable[str] = ()) -> None:
        words = (*_LOG, "--end-of-options", tip, *(f"^{commit}" for commit in known), "--", *paths)
        self._handle = roomy(repo.start(*words, env=_TOGETHER))

    def is_silent(self) -> bool:
        """Whether nothing is told yet: there is time for other things."""
        return not select.select([self._handle.proc.stdout], [], [], 0)[0]

    def stories(self) -> Iterator[Told]:
        """One commit after the other. Raises `Unreadable` where git cannot go on, with git's own words."""
        process = self._handle.proc
        process.stdin.close()
        try:
            last: Told | None = None
            for one in _commits(_parts(process.stdout)):
                if last:
                    yield last
                last = one
            said = process.stderr.read().decode(errors="replace").strip()
            if process.wait():
                # Of the last one, only a part may have been told.
                raise Unreadable(what=said or "git log ended early")
            if last:
                yield last
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def roomy(handle: Any) -> Any:
    """A git process that need not wait for us after every few rows, where the system gives its output such a pipe."""
    with suppress(OSError):
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(handle.proc.stdout, fcntl.F_SETPIPE_SZ, _PIECE)
    return handle


def _parts(stream: Any) -> Iterator[str]:
    """The pieces of a NUL-separated stream, as Python writes the names of files."""
    rest = b""
    while piece := os.read(stream.fileno(), _PIECE):
        whole, nul, rest = (rest + piece).rpartition(b"\0")
        if nul:
            yield from os.fsdecode(whole).split("\0")
    if rest:
        yield os.fsdecode(rest)


def _commits(parts: Iterator[str]) -> Iterator[Told]:
    """Heads and entries put together: the rows of a merge stand under a head for each parent."""
    id_, children, changes = "", 0, dict[str, dict[str, Entry]]()
    rows: dict[str, Entry] = {}
    twice: list[str] = []
    for part in parts:
        if part.startswith(":"):
            path = next(parts, "")
            if path in rows:
                twice.append(path)
            rows[path] = _entry(part, path)
            continue
        match = _HEAD.match(part)
        if match is None:
            raise Unreadable(what=f"git log said something else than a commit: {part[:80]!r}")
        found, rows = match[1], {}
        if found != id_:
            if id_:
                yield Told(id_, children, changes, tuple(twice))
            id_, children, changes, twice = found, match[2].count(" "), {}, []
        changes[match[3] or ""] = rows
    if id_:
        yield Told(id_, children, changes, tuple(twice))


def _entry(meta: str, path: str) -> Entry:
    old_mode, new_mode, old, new, _ = meta[1:].split(" ")
    if old_mode == _NOTHING:
        return Entry(path, None, new_mode, None, new)
    if new_mode == _NOTHING:
        return Entry(path, old_mode, None, old, None)
    return Entry(path, old_mode, new_mode, old, new)


class Commits:
    """The commit objects of many ids, asked of one git process, a little ahead of the reader."""

    def __init__(self, repo: Repo) -> None:
        self._handle = roomy(repo.start("cat-file", "--batch=%(objecttype) %(objectsize)"))
        self._broken: Unreadable | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.proc.kill()
        self._handle.proc.communicate()

    def of(self, stories: Iterator[Told]) -> Iterator[list[tuple[Told, Stamped]]]:
        """Some at a time, each with its commit object. Raises `Unreadable`."""
        ahead = self._asked(stories)
        while ahead:
            following = self._asked(stories)
            yield [(one, stamped(one.id, self._answer(one.id))) for one in ahead]
            ahead = following
        if self._broken:
            raise self._broken

    def _asked(self, stories: Iterator[Told]) -> list[Told]:
        found: list[Told] = []
        try:
            # One by one: what was told before git could not go on is kept.
            for one in islice(stories, _AHEAD):
                found.append(one)  # noqa: PERF402
        except Unreadable as error:
            self._broken = error
        process = self._handle.proc
        process.stdin.write("".join(f"{one.id}\n" for one in found).encode())
        process.stdin.flush()
        return found

    def _answer(self, id_: str) -> bytes:
        stream = self._handle.proc.stdout
        kind, _, size = stream.readline().partition(b" ")
        if kind != b"commit":
            raise Unreadable(what=f"the commit {id_} is not here")
        raw: bytes = stream.read(int(size) + 1)[:-1]
        return raw


def stamped(id_: str, raw: bytes) -> Stamped:
    """A commit object as a value. Raises `Unreadable` where its content is not what its id stands for."""
    if object_id(raw, id_, "commit") != id_:
        raise Unreadable(what=f"the commit {id_} is corrupt: its content has another hash. See: git fsck")
    match = _COMMIT.match(raw)
    return _malformed(id_, raw) if match is None else _as_told(id_, raw, match)


def _as_told(id_: str, raw: bytes, match: re.Match[bytes]) -> Stamped:
    parent, others, who, at = match.groups()
    parents: tuple[str, ...] = (parent.decode(),) if parent else ()
    if others:
        parents += tuple(others.decode().replace("parent ", "").split())
    # An empty line ends what is said of the commit; its message may have others.
    end = raw.find(b"\n\n", match.end() - 1)
    head, message = (raw, b"") if end < 0 else (raw[:end], raw[end + 2 :])
    return Stamped(id_, parents, _name(who), int(at), _text(head, message), raw)


def _malformed(id_: str, raw: bytes) -> Stamped:
    """A commit that git itself would not write: its parents and its message are all that is taken from it."""
    head, _, message = raw.partition(b"\n\n")
    parents = tuple(row[7:].decode() for row in head.split(b"\n") if row.startswith(b"parent "))
    return Stamped(id_, parents, "", 0, _text(head, message), raw)


@lru_cache(maxsize=4096)
def _name(who: bytes) -> str:
    return who.decode(errors="replace")


def _text(head: bytes, message: bytes) -> str:
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
    return plain if _ours(plain) > _ours(told) else told


def _ours(text: str) -> int:
    return text.lower().count("orgtp-")


def deed(one: Told, commit: Stamped) -> Deed:
    """What a commit did against each of its parents, in the order that its object names them. Raises `Unreadable`.

    A subject may look like what git says of a parent, `(from 1a2b…)`; so of one parent, whatever was told is meant.
    """
    if len(commit.parents) < 2 and len(one.changes) == 1:  # noqa: PLR2004
        return Deed(commit, tuple(one.changes.values()))
    if any(rows and parent not in commit.parents for parent, rows in one.changes.items()):
        raise Unreadable(what=f"git tells of other parents of the commit {one.id} than the commit itself")
    return Deed(commit, tuple(one.changes.get(parent, {}) for parent in commit.parents))
