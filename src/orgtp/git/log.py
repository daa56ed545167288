"""The history as git tells it: one `git log`, each commit with its trailers and the files it touched, as they come."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice

from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo
from orgtp.model.commit import ChangedFile, Commit

_AT_ONCE = 64 * 1024


def parts(repo: Repo, *words: str, prompt: bool = True) -> Iterator[bytes]:
    """The parts of git's output, each of which ends with a NUL. Raises `GitFailed` where git ends badly.

    `prompt`: git hands over each commit as soon as it has it, which costs where there are very many.
    """
    return chain.from_iterable(_split(_chunks(repo, words, prompt=prompt)))


def _split(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\0")
        yield whole


def _chunks(repo: Repo, words: tuple[str, ...], *, prompt: bool) -> Iterator[bytes]:
    """Git's output in pieces. The process is ended when nobody wants more."""
    handle = repo.start(*words, env={} if prompt else {"GIT_FLUSH": "0"})
    process = handle.proc
    process.stdin.close()
    try:
        while piece := process.stdout.read1(_AT_ONCE):
            yield piece
        words_of_git = process.stderr.read().decode(errors="replace").strip()
        if process.wait():
            raise GitFailed(command=words[0], words=words_of_git or f"exit code {process.returncode}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


_TRAILERS = ("Orgtp-Action", "Orgtp-Seat", "Orgtp-By", "Orgtp-Approved-By")
_FIELDS = ("%H", "%P", "%ct", "%an", "%ae", "%s", "%b")
_MARK = b"\x1e"
_PARTS = len(_FIELDS) + len(_TRAILERS)
_LAYOUT = "%x00".join(
    ["%x1e%H", *_FIELDS[1:], *(f"%(trailers:key={key},valueonly,unfold,separator=%x1f)" for key in _TRAILERS), ""]
)
_RAW = ("-z", "--raw", "--root", "--no-renames", "-O/dev/null", "--no-abbrev", "--no-color", "--no-notes")


def history(repo: Repo, rev: str, without: str = "") -> Iterator[Commit]:
    """Every commit from `rev` back to the first, newest first; none of those that `without` has, if it is named."""
    left_out = [f"^{without}"] if without else []
    words = ("log", *_RAW, f"--format={_LAYOUT}", "--end-of-options", rev, *left_out, "--")
    return commits(parts(repo, *words, prompt=False))


# The parent of a commit whose parent is the next one that is told of.
NEXT = "next"


def touching(repo: Repo, rev: str, paths: Sequence[str], without: str = "") -> Iterator[Commit]:
    """The commits that made the files `paths` what they are at `rev`, each as soon as git comes upon it.

    Of a merge that has the files as one side has them, that side alone is followed: so it is one line, each commit the
    parent of the one before (`NEXT`), as far as a merge that is like none of its sides. From there on git says which of
    these commits are the parents of which, and to know that it looks ahead.
    """
    for commit in _log(repo, rev, paths, without, most=len(paths)):
        if not commit.paths:
            yield from _log(repo, commit.id, paths, without, "--parents")
            return
        yield replace(commit, parents=(NEXT,))


def all_touching(repo: Repo, rev: str, paths: Sequence[str]) -> list[Commit]:
    """The same from the first to the last, each after its parents, and with all the files that it touched."""
    return list(_log(repo, rev, paths, "", "--parents", "--topo-order", "--full-diff"))[::-1]


def newest_touching(repo: Repo, rev: str, paths: Sequence[str]) -> Iterator[Commit]:
    """The same from the last to the first, as they come, but that a commit may come before one that was made on it."""
    return _log(repo, rev, paths, "", "--full-diff")


def _log(repo: Repo, rev: str, paths: Sequence[str], without: str, *more: str, most: int = 0) -> Iterator[Commit]:
    words = ["log", *_RAW, *more, f"--format={_LAYOUT}", "--end-of-options", rev, *([f"^{without}"] if without else [])]
    return commits(parts(repo, *words, "--", *paths), most)


def commits(stream: Iterator[bytes], most: int = 0) -> Iterator[Commit]:
    """The commits in git's NUL-separated stream: the fields of each, then mode line and path in turn for each file.

    A commit is known to be whole when the next one begins, or when it has as many files as any has: `most`.
    """
    head = _begin(stream)
    while head:
        fields = [head, *islice(stream, _PARTS - 1)]
        touched: list[ChangedFile] = []
        head = b""
        for part in stream:
            if part.startswith(_MARK):
                head = part
                break
            meta = part.lstrip(b"\n")
            if meta.startswith(b":"):
                _, _, old, new, how = meta.decode().split()
                touched.append(ChangedFile(how, os.fsdecode(next(stream, b"")), old, new))
                if len(touched) == most:
                    break
        yield _commit(b"\0".join(fields).decode(errors="replace").split("\0"), touched)
        head = head or _begin(stream)


def _begin(stream: Iterator[bytes]) -> bytes:
    """The first part of the next commit; nothing at the end."""
    return next((part for part in stream if part.startswith(_MARK)), b"")


def _commit(fields: list[str], touched: list[ChangedFile]) -> Commit:
    id_, parents, at, author, email, subject, body, action, seats, by, approved = fields
    return Commit(
        id=id_[1:],
        parents=tuple(parents.split()),
        at=_moment(at),
        author=author,
        email=email,
        subject=subject,
        body=body.strip(),
        action=action,
        seats=tuple(seat for seat in seats.split("\x1f") if seat),
        by=by,
        approved_by=approved,
        paths=tuple(touched),
    )


# A commit may say anything, and no calendar reaches further.
_LAST_SECOND = 253_402_214_400


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(max(0, min(int(seconds), _LAST_SECOND)), UTC)


def committed_at(repo: Repo, rev: str) -> datetime:
    """When the commit `rev`, an id, was made."""
    return _moment(repo.line("log", "-1", "--format=%ct", rev))


def line_of(repo: Repo, rev: str) -> list[tuple[int, str]]:
    """The line that leads to `rev`: each commit's first parent, oldest first, with the second it says it was made in.

    What was merged into it from the side became part of it with the merge, whenever it was made.
    """
    out = repo.run("rev-list", "--first-parent", "--reverse", "--timestamp", "--end-of-options", rev, "--")
    return [(int(stamp), commit) for stamp, commit in (row.split() for row in out.decode().splitlines())]
