"""Two moments of one org side by side, read from git's objects: what a pull request starts from, and what it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from orgtp.files.load import Loaded, load
from orgtp.files.tree import FOLDERS, SINGLE
from orgtp.git.ancestry import is_shallow_clone
from orgtp.git.errors import GitFailed
from orgtp.git.remote import RemoteConnection, SyncStopped, find_remote
from orgtp.git.repo import Repo, UnknownRevision
from orgtp.git.tree import GitTree
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.org_pair import OrgPair
from orgtp.model.seat import retirement_path, seat_path

# What git gives a hook for a commit that there was not (gitformat-hash: 40 digits, or 64).
_NEVER = re.compile("0{40}|0{64}")
# So many paths go on one command line.
_MOST_PATHS = 1000
# An org's folders are at most so deep below its top: trees that a partial clone left out are asked for level by level.
_LEVELS = 4


class NotInClone(OrgtpError):
    """The commit to compare with, or what it holds, is not in this clone."""

    text = "{what}. {remedy}"
    exit_code = 4


def pair_orgs(before: Loaded, after: Loaded) -> OrgPair:
    """Two loaded orgs side by side."""
    same = {path for path, raw in before.files.items() if after.files.get(path) == raw}
    # What a file holds that is there and was not read is not gone.
    old = {path: raw for path, raw in before.files.items() if path not in same and not _is_unread(path, after)}
    new = {path: raw for path, raw in after.files.items() if path not in same}
    return OrgPair(before.org, after.org, old, new)


def _is_unread(path: str, after: Loaded) -> bool:
    return path not in after.files and after.org.is_unreadable(path)


def compare_with_base(repo: Repo, after: Loaded, base: str, head: str | None) -> list[OrgPair]:
    """What `after`, which stands on the commit `head`, changes since it parted from `base`. Raises `NotReached`.

    Histories that were merged both ways parted at several commits, and what was there at any of them is to be kept.
    """
    if _NEVER.fullmatch(base) or (base == "HEAD" and head is None):
        # There was nothing before; or the repository has no commit yet.
        return [pair_orgs(Loaded(Org(), (), {}), after)]
    tip = resolve_base_commit(repo, base)
    return [
        _compare_with_commit(repo, parted, after) for parted in (find_merge_bases(repo, tip, head) if head else [tip])
    ]


def _compare_with_commit(repo: Repo, parted: str, after: Loaded) -> OrgPair:
    """What `after` changes since the commit `parted`."""
    fetch_missing_objects(repo, parted, after.org.branch)
    found = pair_orgs(load(GitTree(repo, parted), parted), after)
    try:
        return replace(found, used=_find_reused_ids(repo, parted, found), shallow=is_shallow_clone(repo), base=parted)
    except GitFailed:
        # A partial clone may lack the trees of its history, and then nobody can tell which ids it had.
        return replace(found, shallow=True, base=parted)


def resolve_base_commit(repo: Repo, base: str) -> str:
    """The commit that `base` names. Raises `NotReached`."""
    try:
        return repo.require_commit(base)
    except UnknownRevision as error:
        name = base.removeprefix("refs/remotes/").removeprefix("origin/")
        remedy = f"Name a commit, a branch or a tag that is here; or get it: git fetch origin {name or 'main'}"
        raise NotInClone(what=f'no commit is called "{base}" here', remedy=remedy) from error


def find_merge_base(repo: Repo, base: str, head: str) -> str:
    """The commit where the histories of two commits part; of several, git's first. Raises `NotReached`."""
    return find_merge_bases(repo, base, head)[0]


def find_merge_bases(repo: Repo, base: str, head: str) -> list[str]:
    """The commits where the histories of two commits part. Raises `NotReached`."""
    found = repo.read_output_line("merge-base", "--all", base, head).split()
    if found:
        return found
    # A commit names its parents, though a shallow clone has them not: CI checks out the merge of base and change.
    if base in _read_parents(repo, head):
        return [base]
    what = f"the histories of {base[:10]} and {head[:10]} do not meet here"
    if is_shallow_clone(repo):
        raise NotInClone(what=f"{what}: this clone is shallow", remedy="Get the whole: git fetch --unshallow")
    raise NotInClone(what=what, remedy="Begin the change on the branch that it is for.")


def _read_parents(repo: Repo, commit: str) -> list[str]:
    found = repo.read(commit)
    head = found.raw.partition(b"\n\n")[0].decode(errors="replace") if found else ""
    return [row.removeprefix("parent ") for row in head.splitlines() if row.startswith("parent ")]


def fetch_missing_objects(repo: Repo, commit: str, branch: str) -> None:
    """Get what a partial clone left out of the org's files at `commit`. Raises `NotReached`."""
    if not any(key.startswith("remote.") and key.endswith(".promisor") for _, key, _ in repo.settings):
        return
    for _ in range(_LEVELS):
        missing = _list_missing_objects(repo, commit)
        if not missing:
            return
        _fetch_objects_or_refuse(repo, branch, missing, commit)


def _list_missing_objects(repo: Repo, commit: str) -> list[str]:
    """The objects of the org's files at `commit` that are not here (git-rev-list(1), `--missing=print`)."""
    words = ("rev-list", "--objects", "--missing=print", "--no-walk", commit, "--")
    code, out, _ = repo.attempt(*words, *SINGLE, *FOLDERS)
    # Git looks for paths in trees that are here; where even these are left out, it names them without.
    rows = (repo.run(*words) if code else out).decode(errors="replace").splitlines()
    return [row[1:] for row in rows if row.startswith("?")]


def _fetch_objects_or_refuse(repo: Repo, branch: str, missing: list[str], commit: str) -> None:
    remote = find_remote(repo, branch)
    what = f"{len(missing)} objects of {commit[:10]} are not in this partial clone"
    if remote is None:
        raise NotInClone(what=what, remedy="Clone it whole: git clone, without --filter")
    try:
        RemoteConnection(repo, remote).fetch_objects(missing)
    except SyncStopped as error:
        raise NotInClone(what=f"{what}, and {error}", remedy="Clone it whole: git clone, without --filter") from error


def _find_reused_ids(repo: Repo, base: str, found: OrgPair) -> dict[str, str]:
    """The seats that are new, and yet had a file in a commit before, with the newest such commit."""
    new = sorted(seat for seat in found.after.seats if found.is_new(seat_path(seat)))
    paths = {path: seat for seat in new for path in (seat_path(seat), retirement_path(seat))}
    return _find_last_commits_with(repo, base, paths) if paths else {}


def _find_last_commits_with(repo: Repo, base: str, paths: dict[str, str]) -> dict[str, str]:
    words = ("log", "-z", "--full-history", "--name-only", "--no-renames", "-m", "-O/dev/null", "--format=%x1e%H")
    asked = paths if len(paths) <= _MOST_PATHS else ("seats", "retirements")
    used: dict[str, str] = {}
    for part in repo.run(*words, "--end-of-options", base, "--", *asked).decode(errors="replace").split("\x1e")[1:]:
        commit, *touched = (piece.strip("\n") for piece in part.split("\0"))
        for seat in _seats_of(touched, paths):
            used.setdefault(seat, commit)
    return used


def _seats_of(touched: Iterable[str], paths: dict[str, str]) -> list[str]:
    return [paths[path] for path in touched if path in paths]
