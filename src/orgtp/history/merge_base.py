"""Compare an org with its merge base: what a pull request starts from and what it results in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from orgtp.files.key_values import read_key_values
from orgtp.files.load import LoadedOrg, load_org
from orgtp.files.tree import ATTRIBUTES, FOLDERS, SINGLE, Tree
from orgtp.git.ancestry import find_common_ancestors, is_partial_clone, is_shallow_clone
from orgtp.git.errors import GitFailed
from orgtp.git.remote import RemoteConnection, SyncStopped, find_remote
from orgtp.git.repo import Repo, UnknownRevision
from orgtp.git.tree import GitTree
from orgtp.history.missing_commit import UNSHALLOW, suggest_fetch
from orgtp.history.proposals import select_mere_proposals
from orgtp.history.retirement_moments import find_newest_values, find_retirement_moments
from orgtp.model.errors import OrgtpError
from orgtp.model.org import Org
from orgtp.model.org_pair import KeyValues, OrgPair
from orgtp.model.seat import retirement_path, seat_path
from orgtp.model.text import count_noun

# The id that git passes to a hook if there is no commit: 40 or 64 zeros.
_NEVER = re.compile("0{40}|0{64}")
# Up to this many paths go on one command line.
_MOST_PATHS = 1000
# The greatest depth of an org's folders: trees that a partial clone lacks are fetched level by level.
_LEVELS = 4


class NotInClone(OrgtpError):
    """The commit to compare with, or its content, is not in this clone."""

    text = "{what}. {remedy}"
    exit_code = 4


def pair_orgs(
    before: LoadedOrg,
    after: LoadedOrg,
    attributes: tuple[Mapping[str, bytes], Mapping[str, bytes]] = ({}, {}),
) -> OrgPair:
    """Pair two loaded orgs for the rules that compare them, with the `.gitattributes` files before and after."""
    same = {path for path, raw in before.files.items() if after.files.get(path) == raw}
    # The content of a file that exists and could not be read does not count as removed.
    old = {path: raw for path, raw in before.files.items() if path not in same and not _is_unread(path, after)}
    new = {path: raw for path, raw in after.files.items() if path not in same}
    # Without an org before, everything is new, and nothing is compared key by key.
    old_keys, new_keys = (_read_all_keys(files) if before.org.id else {} for files in (old, new))
    was, now = attributes
    return OrgPair(
        before.org,
        after.org,
        old,
        new,
        old_keys,
        new_keys,
        old_attributes={path: raw for path, raw in was.items() if now.get(path) != raw},
        new_attributes={path: raw for path, raw in now.items() if was.get(path) != raw},
    )


def _read_all_keys(files: Mapping[str, bytes]) -> dict[str, KeyValues]:
    """The keys of the YAML files that can be read."""
    found = {path: read_key_values(path, raw) for path, raw in files.items() if path.endswith(".yaml")}
    return {path: keys for path, keys in found.items() if keys is not None}


def read_attribute_files(tree: Tree) -> dict[str, bytes]:
    """Every `.gitattributes` file at the top of a tree and in the folders that orgtp reads."""
    below = [entry.path for entry in tree.entries() if entry.path.endswith(f"/{ATTRIBUTES}")]
    return tree.read([ATTRIBUTES, *below])


def _is_unread(path: str, after: LoadedOrg) -> bool:
    return path not in after.files and after.org.is_unreadable(path)


@dataclass(frozen=True, slots=True)
class ComparedOrg:
    """A base of a comparison as it was loaded, and its pair with the org that is compared with it."""

    before: LoadedOrg
    pair: OrgPair


def compare_with_base(repo: Repo, after: LoadedOrg, tree: Tree, base: str, head: str | None) -> list[ComparedOrg]:
    """Pair `after`, read from `tree` and based on the commit `head`, with its merge bases with `base`.

    Raises `NotInClone`.

    Histories that were merged both ways have several merge bases. What any of them has must not be lost.
    """
    if _NEVER.fullmatch(base) or (base == "HEAD" and head is None):
        # There was no org before, or the repository has no commit yet.
        nothing = LoadedOrg(Org(), (), {})
        return [ComparedOrg(nothing, pair_orgs(nothing, after))]
    tip = resolve_base_commit(repo, base)
    return [
        _compare_with_commit(repo, merge_base, after, tree, head, tip)
        for merge_base in (find_merge_bases(repo, tip, head) if head else [tip])
    ]


def _compare_with_commit(
    repo: Repo, merge_base: str, after: LoadedOrg, tree: Tree, head: str | None, tip: str
) -> ComparedOrg:
    """Pair `after`, read from `tree` and based on the commit `head`, with the org at the commit `merge_base`.

    `tip` is the newest commit of the base.
    """
    fetch_missing_objects(repo, merge_base, after.org.branch)
    old = GitTree(repo, merge_base)
    before = load_org(old, merge_base)
    attributes = (read_attribute_files(old), read_attribute_files(tree))
    found = replace(pair_orgs(before, after, attributes), base=merge_base)
    try:
        found = replace(found, used=_find_reused_ids(repo, merge_base, found), shallow=is_shallow_clone(repo))
        retired = [seat for seat in after.org.retirements if found.is_new(retirement_path(seat))]
        if head:
            newest = find_newest_values(repo, tip, retired) if tip != merge_base else {}
            found = replace(found, moments=find_retirement_moments(repo, merge_base, head, retired), newest=newest)
    except GitFailed:
        # A partial clone may lack objects of its history, so the ids that were used before are unknown.
        found = replace(found, shallow=True)
    return ComparedOrg(before, found)


def resolve_base_commit(repo: Repo, base: str) -> str:
    """The commit that `base` names. Raises `NotInClone`."""
    try:
        return repo.require_commit(base)
    except UnknownRevision as error:
        raise NotInClone(what=f'this clone has no commit "{base}"', remedy=suggest_fetch(repo, base)) from error


def find_merge_base(repo: Repo, base: str, head: str) -> str:
    """The merge base of two commits; of several, the one that git names first. Raises `NotInClone`."""
    return find_merge_bases(repo, base, head)[0]


def find_merge_bases(repo: Repo, base: str, head: str) -> list[str]:
    """The merge bases of two commits. Raises `NotInClone`."""
    found = find_common_ancestors(repo, base, head)
    if found:
        return found
    # A commit names its parents even if a shallow clone lacks them: CI checks out the merge of base and change.
    if base in _read_parents(repo, head):
        return [base]
    what = f"{base[:10]} and {head[:10]} have no common commit in this clone"
    if is_shallow_clone(repo):
        raise NotInClone(what=f"{what}: this clone is shallow", remedy=UNSHALLOW)
    raise NotInClone(what=what, remedy="Start the change from the branch that it will be merged into.")


def _read_parents(repo: Repo, commit: str) -> list[str]:
    head = repo.require(commit).raw.partition(b"\n\n")[0].decode(errors="replace")
    return [row.removeprefix("parent ") for row in head.splitlines() if row.startswith("parent ")]


def fetch_missing_objects(repo: Repo, commit: str, branch: str) -> None:
    """Fetch the org's files at `commit` that a partial clone lacks. Raises `NotInClone`."""
    if not is_partial_clone(repo):
        return
    for _ in range(_LEVELS):
        missing = _list_missing_objects(repo, commit)
        if not missing:
            return
        remote = find_remote(repo, branch)
        what = f"this partial clone lacks {count_noun(len(missing), 'object')} of commit {commit[:10]}"
        if remote is None:
            raise NotInClone(what=what, remedy="Clone the repository again, in full")
        try:
            RemoteConnection(repo, remote).fetch_objects(missing)
        except SyncStopped as error:
            remedy = f"When it can be reached, get all objects: git fetch --refetch --no-filter {remote.name}"
            raise NotInClone(what=f"{what}, and {error}", remedy=remedy) from error


def _list_missing_objects(repo: Repo, commit: str) -> list[str]:
    """The ids of the org's objects at `commit` that this clone lacks (git-rev-list(1), `--missing=print`)."""
    words = ("rev-list", "--objects", "--missing=print", "--no-walk", commit, "--")
    code, out, _ = repo.attempt(*words, *SINGLE, *FOLDERS, ATTRIBUTES)
    # Git needs the trees to filter by path. If they are missing too, list the missing objects without a filter.
    rows = (repo.run(*words) if code else out).decode(errors="replace").splitlines()
    return [row[1:] for row in rows if row.startswith("?")]


def _find_reused_ids(repo: Repo, base: str, found: OrgPair) -> dict[str, str]:
    """Seats that are new although an earlier commit had a file for them: id to the newest such commit."""
    new = sorted(seat for seat in found.after.seats if found.is_new(seat_path(seat)))
    paths = {path: seat for seat in new for path in (seat_path(seat), retirement_path(seat))}
    used = _find_last_commits_with(repo, base, paths) if paths else {}
    mere = select_mere_proposals(repo, base, used) if used else frozenset()
    return {seat: commit for seat, commit in used.items() if seat not in mere}


def _find_last_commits_with(repo: Repo, base: str, paths: dict[str, str]) -> dict[str, str]:
    words = ("log", "-z", "--full-history", "--name-only", "--no-renames", "-m", "-O/dev/null", "--format=%x1e%H")
    selected = paths if len(paths) <= _MOST_PATHS else ("seats", "retirements")
    used: dict[str, str] = {}
    for part in repo.run(*words, "--end-of-options", base, "--", *selected).decode(errors="replace").split("\x1e")[1:]:
        commit, *touched = (piece.strip("\n") for piece in part.split("\0"))
        for path in touched:
            if path in paths:
                used.setdefault(paths[path], commit)
    return used
