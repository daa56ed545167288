"""Move the ledger branch, and finish or undo a move after a crash. Nothing else moves the branch.

The order of the steps matters. The journal is written first, so that the next run can recover. The indexes of all
work trees are locked; those of the checkouts of the branch are then read and prepared. With the branch locked at its
old value, these indexes are swapped and the branch moves: **that is the commit point**. So no index is ever older than
the branch: the next commit from such an index would revert a value. Then the work trees are updated and the locks
released. See docs/adr/0010.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from orgtp.git.checkout import Checkout, TreeChanges
from orgtp.git.commit import RefTransaction
from orgtp.git.errors import CannotWrite, GitFailed, TemporaryFailure
from orgtp.git.index_lock import IndexLock
from orgtp.git.lock import open_private_file, private_git_dir
from orgtp.git.repo import Repo
from orgtp.git.stale_lock import STILL_SECONDS, remove_still_locks
from orgtp.git.tree import diff_trees
from orgtp.git.worktrees import (
    find_checkouts,
    find_work_tree_folder,
    list_git_dirs,
    list_index_dirs,
    refuse_rebase,
)
from orgtp.lazy_dataclass import dataclass
from orgtp.ledger.outdated_trees import (
    INTERRUPTED,
    OutdatedTree,
    find_outdated_tree,
    list_earlier_versions,
    list_outdated_trees,
    name_git_dir,
    note_outdated_trees,
    update_outdated_trees,
)
from orgtp.ledger.witness import repair_witness

_SWITCHES = 5


@dataclass(frozen=True, slots=True)
class BranchMove:
    """A move of the branch `ref` from the commit `old` to `new`; `why` is the reflog message.

    `extra_ref` is a ref that moves with it: the witness, if the branch is rewritten.
    """

    ref: str
    old: str | None
    new: str
    why: str
    env: Mapping[str, str]
    extra_ref: str = ""


def move_branch(repo: Repo, move: BranchMove, changes: TreeChanges) -> str:
    """Move the branch, and update every checkout of it. The caller holds the lock.

    Returns why a work tree could not be updated, or ""; the commit is made in either case. Raises `TemporaryFailure`,
    `UncommittedChanges` and `PathIsLink` without changing anything.
    """
    refuse_rebase(repo, move.ref)
    others: list[IndexLock] = []
    try:
        _write_journal(repo, move)
        followers = _lock_indexes(repo, move, changes, others)
        _move_ref_and_indexes(repo, move, followers)
        failed = _update_work_trees(repo, move, followers)
    except BaseException as error:
        # Recover at once, as after a crash: finish if the branch has moved, else undo.
        with suppress(OSError, GitFailed, TemporaryFailure):
            finish_or_undo(repo)
        if not isinstance(error, OSError | GitFailed) or isinstance(error, TemporaryFailure):
            raise
        if repo.tip(move.ref) == move.new:
            return str(error)
        raise CannotWrite(words=error) from error
    finally:
        _release_locks(others)
    _close_journal(repo)
    return "; ".join(dict.fromkeys([*failed, *_describe_outdated_trees(repo)]))


def _describe_outdated_trees(repo: Repo) -> list[str]:
    """Why work trees could not be updated, also before. The folder is named if it is another one."""
    try:
        notes = [note for note in list_outdated_trees(repo) if note.why]
    except TemporaryFailure:
        return []
    return [note.why if note.root == str(repo.path) else f"{note.root}: {note.why}" for note in notes]


def _lock_indexes(repo: Repo, move: BranchMove, changes: TreeChanges, others: list[IndexLock]) -> list[Checkout]:
    """Lock the indexes of all work trees, so that nobody switches branches or stages meanwhile.

    Returns the checkouts of the branch. The locks of the `others` are added to that list; if another program holds one
    of these, the work tree is noted, because that program may be checking out the branch.
    """
    for _ in range(_SWITCHES):
        followers = _try_to_lock_indexes(repo, move, changes, others)
        if followers is not None:
            return followers
        _release_left_locks(repo, restore=False)
        others.clear()
        update_outdated_trees(repo)
    raise CannotWrite(words=f"{move.ref} keeps being checked out in different work trees")


def _try_to_lock_indexes(
    repo: Repo, move: BranchMove, changes: TreeChanges, others: list[IndexLock]
) -> list[Checkout] | None:
    """The checkouts of the branch, locked. None if they have changed meanwhile, or if the index of one fell behind."""
    followers = [Checkout(found, changes) for found in find_checkouts(repo, move.ref)]
    for follower in followers:
        follower.lock.acquire(follower.repo.path)
        note = find_outdated_tree(repo, follower.repo, move.ref)
        if note and not note.why:
            return None
        follower.earlier = list_earlier_versions(repo, note, move.old or move.new) if note else None
    following = {os.path.realpath(follower.repo.git_dir) for follower in followers}
    away = [path for path in list_index_dirs(repo) if os.path.realpath(path) not in following]
    others += [lock for path in away if (lock := IndexLock(path)).try_acquire()]
    if [follower.repo.path for follower in followers] != [found.path for found in find_checkouts(repo, move.ref)]:
        return None
    _note_away(repo, move, away)
    return followers


def _note_away(repo: Repo, move: BranchMove, git_dirs: list[Path]) -> None:
    """Note the work trees that do not follow this move: one of them may be about to check out the branch."""
    if move.old:
        notes = [OutdatedTree(name_git_dir(repo, path), move.ref, move.old) for path in git_dirs]
        note_outdated_trees(repo, notes)


def _release_locks(locks: list[IndexLock]) -> None:
    for lock in locks:
        with suppress(OSError):
            lock.release()


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


def _update_work_trees(repo: Repo, move: BranchMove, followers: list[Checkout]) -> list[str]:
    """Update the files of the checkouts, and release their locks. Returns what could not be noted for the next run."""
    lost = []
    for follower in followers:
        failed = follower.update_files()
        if failed and not _note_failed(repo, move, follower.repo, failed):
            lost += failed
        follower.lock.release()
    return lost


def _note_failed(repo: Repo, move: BranchMove, tree: Repo, failed: list[str]) -> bool:
    """Note a work tree whose files are older than the branch now, for the next run. False if the disk is full."""
    name, why = name_git_dir(repo, tree.git_dir), "; ".join(failed)
    try:
        note_outdated_trees(repo, [OutdatedTree(name, move.ref, move.old or move.new, str(tree.path), why)])
    except OSError:
        return False
    return True


# The journal: one small file that is overwritten in place, so that one fsync makes it durable.


def _journal_path(repo: Repo) -> Path:
    return private_git_dir(repo) / "journal"


def _write_journal(repo: Repo, move: BranchMove) -> None:
    """Write down the move before it begins."""
    text = json.dumps({"ref": move.ref, "old": move.old, "new": move.new, "at": time.time()})
    handle = open_private_file(repo, _journal_path(repo), os.O_WRONLY)
    try:
        # Overwrite in place, which needs no space on a full disk.
        os.ftruncate(handle, os.write(handle, f"{text}\n".encode()))
        os.fsync(handle)
    finally:
        os.close(handle)


def _close_journal(repo: Repo) -> None:
    """Close the journal after a move."""
    if read_journal(repo):
        os.truncate(_journal_path(repo), 0)


def read_journal(repo: Repo) -> dict[str, Any]:
    """The move that the last run did not finish; empty if none. After an incomplete note, nothing was changed.

    Raises `CannotWrite` if the journal cannot be read.
    """
    try:
        found = json.loads(_journal_path(repo).read_bytes() or b"{}")
    except (FileNotFoundError, ValueError):
        return {}
    except OSError as error:
        raise CannotWrite(words=f"{_journal_path(repo)}: {error.strerror}") from error
    return (
        found
        if isinstance(found, dict) and {"ref", "old", "new", "at"} <= found.keys() and _is_valid_note(found)
        else {}
    )


def _is_valid_note(note: Mapping[str, Any]) -> bool:
    """Whether a note names a branch. A forged one could name any file."""
    ref = str(note["ref"])
    if not isinstance(note["new"], str) or not isinstance(note["old"], str | None) or not isinstance(note["at"], float):
        return False
    return ref.startswith("refs/heads/") and ".." not in ref and ref.isprintable()


def recover_journal(repo: Repo) -> None:
    """Finish or undo what the last run left, and update work trees that fell behind. Raises `TemporaryFailure`.

    Do this first after taking the lock.
    """
    try:
        finish_or_undo(repo)
        update_outdated_trees(repo)
    except TemporaryFailure:
        raise
    except (OSError, GitFailed) as error:
        raise CannotWrite(words=error) from error


def finish_or_undo(repo: Repo) -> None:
    """Finish or undo what the last run left. The caller holds the lock, so the process that left it has ended."""
    note = read_journal(repo)
    moved = False
    if note:
        move = BranchMove(note["ref"], note["old"], note["new"], "", {})
        remove_still_locks(_find_ref_locks(repo, note))
        moved = _branch_contains(repo, move.ref, move.new)
        repair_witness(repo, move.ref, move.old, move.new, moved=moved)
        changes = diff_trees(repo, move.old, move.new) if moved or repo.read(move.new) else {}
        for tree in find_checkouts(repo, move.ref):
            _recover_checkout(repo, move, Checkout(tree, changes, lenient=True), moved=moved)
        if moved:
            _note_left_trees(repo, move)
    _release_left_locks(repo, restore=bool(note) and not moved)
    if note:
        _close_journal(repo)


def _recover_checkout(repo: Repo, move: BranchMove, checkout: Checkout, *, moved: bool) -> None:
    """Recover one checkout after a crash. If its lock had not been taken, nothing has happened there."""
    checkout.remove_temporary_files()
    if not moved:
        return
    try:
        checkout.lock.acquire(checkout.repo.path)
        checkout.plan()
        checkout.prepare_index()
        checkout.swap_index()
        failed = checkout.update_files()
        if failed:
            _note_failed(repo, move, checkout.repo, failed)
    finally:
        checkout.lock.release()


def _note_left_trees(repo: Repo, move: BranchMove) -> None:
    """Note the work trees that were being updated by a killed process and are on another branch by now."""
    left = [path for path in list_git_dirs(repo) if IndexLock(path).has_leftovers]
    trees = [(name_git_dir(repo, path), str(find_work_tree_folder(path))) for path in left]
    since = move.old or move.new
    note_outdated_trees(repo, [OutdatedTree(name, move.ref, since, root, INTERRUPTED) for name, root in trees])


def _release_left_locks(repo: Repo, *, restore: bool) -> None:
    """Release every index that a killed process locked, wherever HEAD is by now; `restore` its old index first."""
    for git_dir in list_git_dirs(repo):
        lock = IndexLock(git_dir)
        if lock.has_leftovers:
            if restore:
                lock.restore_index()
            lock.release()


def update_work_tree(repo: Repo, old: str) -> None:
    """Update a work tree from the commit `old` to the tip of its branch. The caller holds the lock."""
    changes = diff_trees(repo, old, repo.require_commit("HEAD"))
    checkout = Checkout(repo, changes)
    try:
        checkout.lock.acquire(repo.path)
        checkout.plan()
        checkout.prepare_index()
        checkout.swap_index()
        checkout.update_files()
    finally:
        checkout.lock.release()


@contextmanager
def hold_indexes(repo: Repo, ref: str) -> Iterator[None]:
    """Lock the indexes of all checkouts of the branch, so that nobody commits to it from there meanwhile.

    Used when another process keeps moving the branch first. Raises `IndexBusy`.
    """
    try:
        for found in find_checkouts(repo, ref):
            IndexLock(found.git_dir).acquire(found.path)
        yield
    finally:
        finish_or_undo(repo)


def _branch_contains(repo: Repo, ref: str, commit: str) -> bool:
    """Whether the commit exists and is in the history of the branch."""
    tip = repo.tip(ref)
    return tip is not None and repo.read(commit) is not None and repo.has_ancestor(commit, tip)


# Lock files of a git process that was killed together with us.


def _find_ref_locks(repo: Repo, note: Mapping[str, Any]) -> list[Path]:
    """The locks that git took to move the branch to the commit of the journal.

    The lock of the branch contains that commit. The lock of HEAD is empty, like that of any other program. Git takes it
    after it wrote the lock of the branch and before it renames that to the branch. While git holds a lock, nobody else
    can take it, so the times prove whose it is.
    """
    branch = repo.common_dir / note["ref"]
    lock = branch.with_name(f"{branch.name}.lock")
    ours = _contains_commit(lock, note["new"])
    found = [lock] if ours else []
    written = lock if ours else branch if _contains_commit(branch, note["new"]) else None
    if written is not None:
        state = written.stat()
        until = state.st_mtime_ns + int(STILL_SECONDS * 1e9) if ours else state.st_ctime_ns
        heads = [git_dir / "HEAD.lock" for git_dir in list_git_dirs(repo)]
        found += [head for head in heads if _was_created_between(head, state.st_mtime_ns, until)]
    return found


def _contains_commit(path: Path, commit: str) -> bool:
    try:
        return path.read_bytes().strip() == commit.encode()
    except OSError:
        return False


def _was_created_between(lock: Path, begin: int, end: int) -> bool:
    """Whether the file is empty and was created between two times, in nanoseconds."""
    try:
        state = lock.stat()
    except OSError:
        return False
    return state.st_size == 0 and begin <= state.st_ctime_ns <= end
