"""Commits made by plumbing on an index of their own: `update-ref` with the old value is the commit point."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.model.errors import OrgtpError
from orgtp.model.words import one_line
from orgtp.store.git import GitFailed, Repo

if TYPE_CHECKING:
    from orgtp.model.seat import Seat

_WAIT_SECONDS = 20.0
_TRUE = ("true", "yes", "on", "1")


class NoIdentity(OrgtpError):
    """Git does not know who commits, and no acting seat can stand in."""

    text = (
        "git does not know who you are. Say which seat acts (--by SEAT or ORGTP_SEAT), or tell git: "
        'git config --global user.name "Your Name" && git config --global user.email you@example.com'
    )


class LedgerMoved(OrgtpError):
    """The branch moved while a commit was made; the caller runs its action again."""

    text = "the branch {ref} moved while this was being written. Nothing was written; run the command again."


class LedgerBusy(OrgtpError):
    """Another process is writing and did not finish in time."""

    text = "another orgtp is writing to this org (lock: {lock}). Nothing was written; run the command again."


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom git names as author and committer."""

    name: str
    email: str


def identity(repo: Repo, acting: Seat | None, org: str) -> Identity:
    """Git's own identity, else the acting seat's. Raises `NoIdentity`."""
    name = os.environ.get("GIT_AUTHOR_NAME") or repo.config("user.name")
    email = os.environ.get("GIT_AUTHOR_EMAIL") or repo.config("user.email")
    if name and email:
        return Identity(name, email)
    if acting is None:
        raise NoIdentity
    return seat_identity(acting, org)


def seat_identity(seat: Seat, org: str) -> Identity:
    """A seat as an author; `.invalid` (RFC 2606) is nobody's domain."""
    return Identity(one_line(seat.name), one_line(seat.email) or f"{seat.id}@{org or 'org'}.invalid")


@contextmanager
def locked(repo: Repo) -> Iterator[None]:
    """Hold the org's one lock, which the kernel frees when its holder dies. Raises `LedgerBusy`."""
    from filelock import FileLock, Timeout

    path = repo.common_dir / "orgtp.lock"
    try:
        with FileLock(path, timeout=_WAIT_SECONDS):
            yield
    except Timeout as error:
        raise LedgerBusy(lock=path) from error


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to make: where it goes, what it follows, its files, message, author and moment."""

    ref: str
    parent: str | None
    files: Mapping[str, bytes]
    message: str
    who: Identity
    when: datetime


def write_commit(repo: Repo, draft: Draft) -> tuple[str, dict[str, str]]:
    """Make the commit and move the branch to it: the commit's id, and the object id of each file.

    Raises `LedgerMoved` where the branch is not at the draft's parent any more.
    """
    oids = _store(repo, draft.files)
    tree = _tree(repo, draft.parent, oids)
    commit = _commit(repo, draft, tree)
    old = draft.parent or "0" * len(commit)
    code, _, err = repo.attempt("update-ref", "-m", draft.message.partition("\n")[0], draft.ref, commit, old)
    if code and repo.resolve(draft.ref) != draft.parent:
        raise LedgerMoved(ref=draft.ref)
    if code:
        raise GitFailed(command="update-ref", words=err.decode(errors="replace").strip())
    return commit, oids


def _store(repo: Repo, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write the objects in one call of git, from files of ours: no filter or attribute of theirs applies."""
    with tempfile.TemporaryDirectory(dir=repo.git_dir, prefix="orgtp-") as folder:
        names = [Path(folder) / str(number) for number in range(len(files))]
        for name, raw in zip(names, files.values(), strict=True):
            name.write_bytes(raw)
        words = ("hash-object", "-w", "--no-filters", "--stdin-paths")
        out = repo.run(*words, stdin="".join(f"{name}\n" for name in names).encode())
    return dict(zip(files, out.decode().split(), strict=True))


def _tree(repo: Repo, parent: str | None, oids: Mapping[str, str]) -> str:
    index = repo.git_dir / f"orgtp-index-{os.getpid()}"
    env = {"GIT_INDEX_FILE": str(index)}
    try:
        repo.run("read-tree", parent or "--empty", env=env)
        repo.run("update-index", "--add", "-z", "--index-info", stdin=_index_info(oids), env=env)
        return repo.run("write-tree", env=env).decode().strip()
    finally:
        index.unlink(missing_ok=True)
        Path(f"{index}.lock").unlink(missing_ok=True)


def _index_info(oids: Mapping[str, str]) -> bytes:
    return b"".join(f"100644 {oid}\t".encode() + os.fsencode(path) + b"\0" for path, oid in oids.items())


def _commit(repo: Repo, draft: Draft, tree: str) -> str:
    parents = ["-p", draft.parent] if draft.parent else []
    sign = ["-S"] if repo.config("commit.gpgsign").lower() in _TRUE else []
    stamp = f"{int(draft.when.timestamp())} {draft.when:%z}"
    env = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _who(draft, stamp)}
    words = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", *sign, *parents, "-F", "-", tree]
    return repo.run(*words, stdin=draft.message.encode(), env=env).decode().strip()


def _who(draft: Draft, stamp: str) -> list[tuple[str, str]]:
    return [("NAME", draft.who.name), ("EMAIL", draft.who.email), ("DATE", stamp)]


def stage(repo: Repo, oids: Mapping[str, str]) -> None:
    """Bring the user's own index along, for these paths alone."""
    repo.run("update-index", "--add", "-z", "--index-info", stdin=_index_info(oids))


def staged(repo: Repo, paths: list[str]) -> dict[str, str]:
    """The object ids that the user's index has for `paths`."""
    rows = repo.run("ls-files", "-s", "-z", "--", *paths).split(b"\0")[:-1]
    return {os.fsdecode(row.partition(b"\t")[2]): row.split()[1].decode() for row in rows}


def check_out(repo: Repo, branch: str) -> None:
    """Fill an untouched work tree and its index with the tip of `branch`, byte for byte."""
    tip = repo.commit(f"refs/heads/{branch}")
    listing = repo.listing(tip)
    blobs = repo.blobs(oid for _, oid, _ in listing.values())
    for path, (_, oid, _) in listing.items():
        (repo.path / path).parent.mkdir(parents=True, exist_ok=True)
        (repo.path / path).write_bytes(blobs[oid])
    repo.run("read-tree", tip)
