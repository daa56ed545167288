"""What keeps an audit from proving anything, and what it should say beside its verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orgtp.audit.model import Gap, Noted
from orgtp.files.org import read_head
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import is_partial, shallow_commits
from orgtp.git.cat_file import ObjectTooLarge
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo, find_repo
from orgtp.git.tree import files_at
from orgtp.history.locate import find_root

_WHOLE = "Get the whole: git fetch --unshallow, or clone it anew without --depth and --filter"
_PARTIAL = "This clone is partial. Get the whole: git clone, without --filter"
_DAMAGED = "This repository is damaged (see: git fsck --full). Get the objects from another clone: git fetch"

_TOO_LARGE = "Ask who committed it what it is: git log --find-object OBJECT"


def gap_of(repo: Repo, error: Exception, commit: str) -> Gap:
    """What a failure keeps from being proven, and what to fetch."""
    where = f"commit {commit[:10]}: " if commit else ""
    said = " ".join(str(error).split())
    if isinstance(error, ObjectTooLarge):
        return Gap(where + said, _TOO_LARGE)
    if shallow_commits(repo):
        return Gap(where + said, _WHOLE)
    return Gap(where + said, _PARTIAL if is_partial(repo) else _DAMAGED)


def other_ledger(repo: Repo, branch: str, tip: str) -> Iterator[Gap]:
    """The history that was looked at says itself that another one is the ledger: then nobody knows which is meant."""
    try:
        raw = next(iter(repo.proven(files_at(repo, tip, HEAD).values()).values()), None)
    except (GitFailed, ObjectTooLarge):
        return
    named = read_head(raw)[0].branch if raw is not None else branch
    if named != branch:
        what = (
            f"org.yaml at the end of {branch} says that {named} is the ledger branch; what is checked out says {branch}"
        )
        yield Gap(what, f"Look at {named}, too: git checkout {named}, and verify again")


def gap_at(path: Path | None, error: Exception) -> Gap:
    """The same for the org at `path`, of which nothing could be read."""
    repo = find_repo(find_root(path))
    return gap_of(repo, error, "") if repo else Gap(str(error), _DAMAGED)


def hidden_things(repo: Repo) -> Iterator[Noted]:
    """What makes git show another history than the one that was looked at here."""
    for ref in repo.line("for-each-ref", "--format=%(refname)", "refs/replace/").split():
        yield Noted(f"{ref} makes git show another object in place of that one; the audit looked at the real one")
    grafts = repo.common_dir / "info/grafts"
    if grafts.is_file() and any(
        line.strip() and not line.startswith(b"#") for line in grafts.read_bytes().splitlines()
    ):
        yield Noted(f"{grafts} makes git show other parents; the audit looked at the real ones")
