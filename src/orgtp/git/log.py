"""The history from one `git log`: commits with their trailers and changed files, as a stream."""

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
_MODULE = "160000"


def stream_nul_fields(repo: Repo, *words: str, prompt: bool = True) -> Iterator[bytes]:
    """The NUL-terminated fields of git's output. Raises `GitFailed` if git fails.

    `prompt`: git flushes after each commit, which is slower for a large history.
    """
    return chain.from_iterable(_split_at_nul(_stream_git_output(repo, words, prompt=prompt)))


def _split_at_nul(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\0")
        yield whole


def _stream_git_output(repo: Repo, words: tuple[str, ...], *, prompt: bool) -> Iterator[bytes]:
    """Git's output in chunks. The process is killed when the caller stops early."""
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


_TRAILERS = ("Orgtp-Action", "Orgtp-Seat", "Orgtp-By", "Orgtp-Approved-By", "Orgtp-For")
_FIELDS = ("%H", "%P", "%ct", "%an", "%ae", "%s", "%b")
_COMMIT_MARK = b"\x1e"
_FIELD_COUNT = len(_FIELDS) + len(_TRAILERS)
_FORMAT = "%x00".join(
    ["%x1e%H", *_FIELDS[1:], *(f"%(trailers:key={key},valueonly,unfold,separator=%x1f)" for key in _TRAILERS), ""]
)
_RAW = ("-z", "--raw", "--root", "--no-renames", "-O/dev/null", "--no-abbrev", "--no-color", "--no-notes")


def stream_history(repo: Repo, rev: str, without: str = "") -> Iterator[Commit]:
    """Every commit in the history of `rev`, newest first, except those in the history of `without`."""
    left_out = [f"^{without}"] if without else []
    words = ("log", *_RAW, f"--format={_FORMAT}", "--end-of-options", rev, *left_out, "--")
    return parse_commits(stream_nul_fields(repo, *words, prompt=False))


# Stands for the parent of a commit if that parent is simply the next commit of the stream.
NEXT_COMMIT = "next"


def trace_files(repo: Repo, rev: str, paths: Sequence[str], most: int, without: str = "") -> Iterator[Commit]:
    """The commits that made the files `paths` what they are at `rev`, newest first, as a stream.

    At a merge whose files are those of one parent, only that parent is followed. The stream is therefore one line of
    commits, each the parent of the one before (`NEXT_COMMIT`), up to a merge that differs from all its parents. From
    there on git reports the parents of each commit, which means that it has to look ahead. `most`: the most files that
    a commit can change below `paths`, which may be folders; 0 if that is unknown.
    """
    for commit in _run_log(repo, rev, paths, without, most=most):
        if not commit.paths:
            yield from _run_log(repo, commit.id, paths, without, "--parents")
            return
        yield replace(commit, parents=(NEXT_COMMIT,))


def list_commits_touching(repo: Repo, rev: str, paths: Sequence[str]) -> list[Commit]:
    """The commits that touched `paths`, oldest first, each after its parents and with all files that it changed."""
    return list(_run_log(repo, rev, paths, "", "--parents", "--topo-order", "--full-diff"))[::-1]


def list_commits_touching_folders(repo: Repo, rev: str, folders: Sequence[str]) -> list[Commit]:
    """The commits that touched `folders`, newest first, each before its parents, and every merge.

    The parents of each are the nearest ones that are listed, and its files are those below the folders. A merge has no
    files.
    """
    return list(_run_log(repo, rev, folders, "", "--parents", "--topo-order", "--full-history"))


def stream_commits_touching(repo: Repo, rev: str, paths: Sequence[str]) -> Iterator[Commit]:
    """The same commits newest first, as a stream. A commit may come before one of its children."""
    return _run_log(repo, rev, paths, "", "--full-diff")


def stream_first_parents_touching(repo: Repo, rev: str, paths: Sequence[str], without: str) -> Iterator[Commit]:
    """The commits of the first-parent line that changed `paths`, newest first, without the history of `without`.

    A merge is one of them, with what it changed from its first parent.
    """
    return _run_log(repo, rev, paths, without, "--first-parent", "-m")


def _run_log(repo: Repo, rev: str, paths: Sequence[str], without: str, *more: str, most: int = 0) -> Iterator[Commit]:
    words = ["log", *_RAW, *more, f"--format={_FORMAT}", "--end-of-options", rev, *([f"^{without}"] if without else [])]
    return parse_commits(stream_nul_fields(repo, *words, "--", *paths), most)


def parse_commits(stream: Iterator[bytes], most: int = 0) -> Iterator[Commit]:
    """The commits in git's NUL-separated stream: the fields of each, then a mode line and a path for each file.

    A commit is complete when the next one begins, or when it has `most` files (0: unknown).
    """
    head = _skip_to_commit(stream)
    while head:
        fields = [head, *islice(stream, _FIELD_COUNT - 1)]
        touched: list[ChangedFile] = []
        head = b""
        for part in stream:
            if part.startswith(_COMMIT_MARK):
                head = part
                break
            meta = part.lstrip(b"\n")
            if meta.startswith(b":"):
                old_mode, new_mode, old, new, how = meta.decode().lstrip(":").split()
                path = os.fsdecode(next(stream, b""))
                touched.append(ChangedFile(how, path, _drop_module(old_mode, old), _drop_module(new_mode, new)))
                if len(touched) == most:
                    break
        yield _parse_commit(b"\0".join(fields).decode(errors="replace").split("\0"), touched)
        head = head or _skip_to_commit(stream)


def _drop_module(mode: str, oid: str) -> str:
    """The id of a file; zeros for a submodule, whose commit is not in this repository."""
    return "0" * len(oid) if mode == _MODULE else oid


def _skip_to_commit(stream: Iterator[bytes]) -> bytes:
    """The first field of the next commit; empty at the end of the stream."""
    return next((part for part in stream if part.startswith(_COMMIT_MARK)), b"")


def _parse_commit(fields: list[str], touched: list[ChangedFile]) -> Commit:
    id_, parents, at, author, email, subject, body, action, seats, by, approved, acted_for = fields
    return Commit(
        id=id_[1:],
        parents=tuple(parents.split()),
        at=_parse_commit_time(at),
        author=author,
        email=email,
        subject=subject,
        body=body.strip(),
        # Git leaves blanks that do not break at the end of a line.
        action=action.strip(),
        seats=tuple(seat.strip() for seat in seats.split("\x1f") if seat.strip()),
        by=by.strip(),
        approved_by=approved.strip(),
        paths=tuple(touched),
        acted_for=acted_for.strip(),
    )


# A commit can claim any date; `datetime` ends here.
_LAST_SECOND = 253_402_214_400


def _parse_commit_time(seconds: str) -> datetime:
    return datetime.fromtimestamp(max(0, min(int(seconds), _LAST_SECOND)), UTC)


def list_file_versions(repo: Repo, path: str, since: str, tip: str) -> set[tuple[str, str]]:
    """Mode and object id of every version that the file had from the commit `since` to `tip`."""
    words = ("log", "-m", "--raw", "--no-renames", "--no-abbrev", "--no-color", "-O/dev/null", "--format=")
    found: set[tuple[str, str]] = set()
    for row in repo.run(*words, "--end-of-options", tip, f"^{since}", "--", path).decode(errors="replace").splitlines():
        if row.startswith(":"):
            old_mode, new_mode, old, new = row[1:].split(" ")[:4]
            found |= {(old_mode.lstrip("0"), old), (new_mode.lstrip("0"), new)}
    return {(mode, oid) for mode, oid in found if mode}


def list_all_versions(repo: Repo, tip: str, folder: str) -> dict[str, set[str]]:
    """Path to the object ids of every version of each file below a folder, in the whole history of `tip`."""
    words = ("log", "-m", "-z", "--raw", "--full-history", "--no-renames", "--no-abbrev", "-O/dev/null", "--format=")
    found: dict[str, set[str]] = {}
    fields = stream_nul_fields(repo, *words, "--end-of-options", tip, "--", folder)
    for part in fields:
        if part.lstrip(b"\n").startswith(b":"):
            _, _, old, new, _ = part.lstrip(b"\n").decode().split()
            path = os.fsdecode(next(fields, b""))
            found.setdefault(path, set()).update(oid for oid in (old, new) if oid.strip("0"))
    return found


def read_commit_time(repo: Repo, rev: str) -> datetime:
    """The commit date of `rev`, a commit id. Raises `GitFailed`."""
    return _parse_commit_time(repo.run("log", "-1", "--format=%ct", rev).decode().strip())


def list_first_parents(repo: Repo, rev: str) -> list[tuple[int, str]]:
    """The first-parent line that leads to `rev`, oldest first: (commit date in seconds, commit id).

    A commit from a merged branch counts from the merge on, whatever its own date.
    """
    out = repo.run("rev-list", "--first-parent", "--reverse", "--timestamp", "--end-of-options", rev, "--")
    return [(int(stamp), commit) for stamp, commit in (row.split() for row in out.decode().splitlines())]
