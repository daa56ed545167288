"""The one place where the ledger branch moves, and where a crash is finished or undone.

The order, and why. The journal comes first, so that the next run knows. The indexes of those who have the branch
checked out are locked, and only then looked at and prepared. Then, with the branch locked at its old value, the
indexes are swapped and the branch moves: **that is the commit point**, and at no moment is there a branch that has a
value which an index would take back. The work trees follow, and the locks go. See docs/adr/0010.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from orgtp.git.checkout import Checkout, TreeChanges
from orgtp.git.commit import RefTransaction
from orgtp.git.errors import CannotWrite, GitFailed, TemporaryFailure
from orgtp.git.lock import private_git_dir
from orgtp.git.repo import Repo
from orgtp.git.tree import diff_trees
from orgtp.git.worktrees import find_checkouts, list_git_dirs, read_file_stamp, refuse_rebase
from orgtp.lazy_dataclass import dataclass
from orgtp.ledger.witness import repair_witness

_STILL_SECONDS = 1.0
_SWITCHES = 5


@dataclass(frozen=True, slots=True)
class BranchMove:
    """The ledger branch `ref` goes from the commit `old` to `new`; `why` is the word for the reflog.

    `along` is a ref that goes with it: its witness, where the branch is made anew.
    """

    ref: str
    old: str | None
    new: str
    why: str
    env: Mapping[str, str]
    extra_ref: str = ""


def move_branch(repo: Repo, move: BranchMove, changes: TreeChanges) -> str:
    """Move the branch, and bring along every checkout of it. The lock is held.

    Returns why a work tree could not follow, if one could not: the commit stands all the same. Raises `NotNow`,
    `Uncommitted` and `Linked` with nothing changed.
    """
    refuse_rebase(repo, move.ref)
    since = _find_work_tree_commit(repo, move)
    try:
        _write_journal(repo, move, since)
        followers = _lock_checkouts(repo, move.ref, changes)
        _move_ref_and_indexes(repo, move, followers)
        behind = _update_work_trees(followers)
    except BaseException as error:
        # What was begun is undone, or finished where the branch has moved: by the rules of a crash, at once.
        with suppress(OSError, GitFailed, TemporaryFailure):
            finish_or_undo(repo)
        if not isinstance(error, OSError | GitFailed):
            raise
        if repo.tip(move.ref) == move.new:
            return str(error)
        raise CannotWrite(words=error) from error
    _close_journal(repo, move, since, whole=not behind and since == move.old)
    return behind


def _lock_checkouts(repo: Repo, ref: str, changes: TreeChanges) -> list[Checkout]:
    """The checkouts of the branch with their indexes locked: so nobody switches branches or stages meanwhile."""
    for _ in range(_SWITCHES):
        followers = [Checkout(found, changes) for found in find_checkouts(repo, ref)]
        for follower in followers:
            follower.lock_index()
        if [follower.repo.path for follower in followers] == [found.path for found in find_checkouts(repo, ref)]:
            return followers
        for follower in followers:
            follower.release_index()
    raise CannotWrite(words=f"{ref} is checked out here and there from moment to moment")


def _move_ref_and_indexes(repo: Repo, move: BranchMove, followers: list[Checkout]) -> None:
    for follower in followers:
        follower.plan()
        follower.prepare_index()
    moving = RefTransaction(repo, move.ref, move.old, move.new, move.env, move.extra_ref)
    try:
        moving.prepare(move.why)
        for follower in followers:
            follower.swap_index()
        moving.commit()
    finally:
        moving.close()


def _update_work_trees(followers: list[Checkout]) -> str:
    behind = []
    for follower in followers:
        try:
            follower.update_files()
        except OSError as error:
            behind.append(str(error))
        follower.release_index()
    return "; ".join(behind)


# The journal: one small file that is written over, never replaced, so that one sync makes it last.


def _journal_path(repo: Repo) -> Path:
    return private_git_dir(repo) / "journal"


def _write_journal(repo: Repo, move: BranchMove, since: str | None) -> None:
    """Note what is about to happen. `since` is the commit that work trees are at, which may be an earlier one."""
    text = json.dumps({"ref": move.ref, "old": move.old, "new": move.new, "since": since, "at": time.time()})
    handle = os.open(_journal_path(repo), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        # Over what is there, which needs no room on a full disk.
        os.ftruncate(handle, os.write(handle, f"{text}\n".encode()))
        os.fsync(handle)
    finally:
        os.close(handle)


def _find_work_tree_commit(repo: Repo, move: BranchMove) -> str | None:
    """At which commit work trees are: an earlier one than the branch, where one could not follow before."""
    note = read_journal(repo)
    return note.get("since", note["old"]) if note.get("ref") == move.ref else move.old


def _close_journal(repo: Repo, move: BranchMove, since: str | None, *, whole: bool) -> None:
    """The branch has moved for good. Where a work tree could not follow, it stays noted, for the next run to try."""
    if whole:
        _clear_journal(repo)
    else:
        with suppress(OSError):
            _write_journal(repo, replace(move, old=move.new), since)


def _clear_journal(repo: Repo) -> None:
    if read_journal(repo):
        os.truncate(_journal_path(repo), 0)


def read_journal(repo: Repo) -> dict[str, Any]:
    """What the last run noted and did not finish; a note that was cut short was followed by nothing."""
    try:
        found = json.loads(_journal_path(repo).read_bytes() or b"{}")
    except (OSError, ValueError):
        return {}
    return (
        found
        if isinstance(found, dict) and {"ref", "old", "new", "at"} <= found.keys() and _is_valid_note(found)
        else {}
    )


def _is_valid_note(note: Mapping[str, Any]) -> bool:
    """Whether a note names a branch; a planted one could name any file."""
    ref = str(note["ref"])
    if not isinstance(note["new"], str) or not isinstance(note["old"], str | None) or not isinstance(note["at"], float):
        return False
    return ref.startswith("refs/heads/") and ".." not in ref and ref.isprintable()


def recover_journal(repo: Repo) -> None:
    """What whoever takes the lock does first: finish or undo what the last run left. Raises `NotNow`."""
    try:
        finish_or_undo(repo)
    except (OSError, GitFailed) as error:
        raise CannotWrite(words=error) from error


def finish_or_undo(repo: Repo) -> None:
    """Finish or undo what the last run left. The lock is held, so whoever left it is dead."""
    note = read_journal(repo)
    if not note:
        return
    move, since = BranchMove(note["ref"], note["old"], note["new"], "", {}), note.get("since", note["old"])
    if move.old != move.new:
        _remove_stale_locks(repo, note)
    moved = _branch_contains(repo, move.ref, move.new)
    repair_witness(repo, move.ref, move.old, move.new, moved=moved)
    changes = diff_trees(repo, since if moved else move.old, move.new) if moved or repo.read(move.new) else {}
    whole = [
        _recover_checkout(Checkout(found, changes, lenient=True), moved=moved)
        for found in find_checkouts(repo, move.ref)
    ]
    if not moved and since != move.old:
        _write_journal(repo, replace(move, new=str(move.old)), since)
        finish_or_undo(repo)
    else:
        _close_journal(repo, move, since, whole=all(whole))


def _recover_checkout(checkout: Checkout, *, moved: bool) -> bool:
    """One checkout after a crash: whether its files could follow.

    Where its lock was not taken yet, nothing has happened there.
    """
    try:
        checkout.remove_temporary_files()
        if moved:
            return _update_checkout(checkout)
        checkout.restore_index()
    finally:
        checkout.release_index()
    return True


def _update_checkout(checkout: Checkout) -> bool:
    checkout.lock_index()
    checkout.plan()
    checkout.prepare_index()
    checkout.swap_index()
    try:
        checkout.update_files()
    except OSError:
        return False
    return True


def update_work_tree(repo: Repo, old: str) -> None:
    """Bring a work tree that stands at the commit `old` along to where its branch is now."""
    changes = diff_trees(repo, old, repo.require_commit("HEAD"))
    checkout = Checkout(repo, changes)
    try:
        checkout.lock_index()
        checkout.plan()
        checkout.prepare_index()
        checkout.swap_index()
        checkout.update_files()
    finally:
        checkout.release_index()


@contextmanager
def hold_indexes(repo: Repo, ref: str) -> Iterator[None]:
    """Hold the indexes of those who have the branch checked out, so that none of them commits to it meanwhile.

    For one who was overtaken again and again by a person or a script. Raises `IndexBusy`.
    """
    try:
        if tip := repo.tip(ref):
            still = BranchMove(ref, tip, tip, "", {})
            _write_journal(repo, still, _find_work_tree_commit(repo, still))
        for found in find_checkouts(repo, ref):
            Checkout(found, {}).lock_index()
        yield
    finally:
        finish_or_undo(repo)


def _branch_contains(repo: Repo, ref: str, commit: str) -> bool:
    """Whether the branch has the commit; one that was never made, it has not."""
    tip = repo.tip(ref)
    return tip is not None and repo.read(commit) is not None and repo.has_ancestor(commit, tip)


# Git's own locks, where git was killed with us.


def _remove_stale_locks(repo: Repo, note: Mapping[str, Any]) -> None:
    """Remove the locks of a git that was killed with us while it moved the branch, once that is proven.

    The lock of the branch holds the very commit of our journal, or nothing; the one of a HEAD never holds anything.
    None is open in any process, and none changes while we watch. A living git would be done in far less.
    """
    left = [lock for lock in _list_ref_locks(repo, note) if _is_our_lock(lock, note)]
    if not left:
        return
    before = [read_file_stamp(lock) for lock in left]
    time.sleep(_STILL_SECONDS)
    for lock, state in zip(left, before, strict=True):
        if state is not None and state == read_file_stamp(lock) and not _is_file_open(lock):
            lock.unlink(missing_ok=True)


def _list_ref_locks(repo: Repo, note: Mapping[str, Any]) -> list[Path]:
    return [repo.common_dir / f"{note['ref']}.lock", *(git_dir / "HEAD.lock" for git_dir in list_git_dirs(repo))]


def _is_our_lock(lock: Path, note: Mapping[str, Any]) -> bool:
    try:
        return lock.read_bytes().strip() in {b"", note["new"].encode()} and lock.stat().st_mtime >= note["at"] - 1
    except (OSError, TypeError):
        return False


def _is_file_open(path: Path) -> bool:
    """Whether a process has the file open, as far as this system says (Linux does)."""
    target = str(path.resolve())
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == target:  # noqa: PTH115  (a Path for each of thousands costs too much)
                return True
        except OSError:
            continue
    return False
