"""Move the ledger branch, and finish or undo a move after a crash. Nothing else moves the branch.

The order of the steps matters. The journal is written first, so that the next run can recover. The indexes of all
checkouts of the branch are locked, and only then read and prepared. With the branch locked at its old value, the
indexes are swapped and the branch moves: **that is the commit point**. So no index is ever older than the branch: the
next commit from such an index would revert a value. Then the work trees are updated and the locks released. See
docs/adr/0010.
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
    since = _find_work_tree_commit(repo, move)
    try:
        _write_journal(repo, move, since)
        followers = _lock_checkouts(repo, move.ref, changes)
        _move_ref_and_indexes(repo, move, followers)
        behind = _update_work_trees(followers)
    except BaseException as error:
        # Recover at once, as after a crash: finish if the branch has moved, else undo.
        with suppress(OSError, GitFailed, TemporaryFailure):
            finish_or_undo(repo)
        if not isinstance(error, OSError | GitFailed):
            raise
        if repo.tip(move.ref) == move.new:
            return str(error)
        raise CannotWrite(words=error) from error
    _close_journal(repo, move, since, complete=not behind and since == move.old)
    return behind


def _lock_checkouts(repo: Repo, ref: str, changes: TreeChanges) -> list[Checkout]:
    """Lock the indexes of all checkouts of the branch, so that nobody switches branches or stages meanwhile."""
    for _ in range(_SWITCHES):
        followers = [Checkout(found, changes) for found in find_checkouts(repo, ref)]
        for follower in followers:
            follower.lock_index()
        if [follower.repo.path for follower in followers] == [found.path for found in find_checkouts(repo, ref)]:
            return followers
        for follower in followers:
            follower.release_index()
    raise CannotWrite(words=f"{ref} keeps being checked out in different work trees")


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


# The journal: one small file that is overwritten in place, so that one fsync makes it durable.


def _journal_path(repo: Repo) -> Path:
    return private_git_dir(repo) / "journal"


def _write_journal(repo: Repo, move: BranchMove, since: str | None) -> None:
    """Write down the move before it begins. `since` is the commit of the work trees, which may be older than `old`."""
    text = json.dumps({"ref": move.ref, "old": move.old, "new": move.new, "since": since, "at": time.time()})
    handle = os.open(_journal_path(repo), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        # Overwrite in place, which needs no space on a full disk.
        os.ftruncate(handle, os.write(handle, f"{text}\n".encode()))
        os.fsync(handle)
    finally:
        os.close(handle)


def _find_work_tree_commit(repo: Repo, move: BranchMove) -> str | None:
    """The commit of the work trees. It is older than the branch if one of them could not be updated before."""
    note = read_journal(repo)
    return note.get("since", note["old"]) if note.get("ref") == move.ref else move.old


def _close_journal(repo: Repo, move: BranchMove, since: str | None, *, complete: bool) -> None:
    """Close the journal after a move. If a work tree could not be updated, keep a note for the next run."""
    if complete:
        if read_journal(repo):
            os.truncate(_journal_path(repo), 0)
    else:
        with suppress(OSError):
            _write_journal(repo, replace(move, old=move.new), since)


def read_journal(repo: Repo) -> dict[str, Any]:
    """The move that the last run did not finish; empty if none. After an incomplete note, nothing was changed."""
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
    """Whether a note names a branch. A forged one could name any file."""
    ref = str(note["ref"])
    if not isinstance(note["new"], str) or not isinstance(note["old"], str | None) or not isinstance(note["at"], float):
        return False
    return ref.startswith("refs/heads/") and ".." not in ref and ref.isprintable()


def recover_journal(repo: Repo) -> None:
    """Finish or undo what the last run left. Do this first after taking the lock. Raises `TemporaryFailure`."""
    try:
        finish_or_undo(repo)
    except (OSError, GitFailed) as error:
        raise CannotWrite(words=error) from error


def finish_or_undo(repo: Repo) -> None:
    """Finish or undo what the last run left. The caller holds the lock, so the process that left it has ended."""
    note = read_journal(repo)
    if not note:
        return
    move, since = BranchMove(note["ref"], note["old"], note["new"], "", {}), note.get("since", note["old"])
    if move.old != move.new:
        _remove_stale_locks(repo, note)
    moved = _branch_contains(repo, move.ref, move.new)
    repair_witness(repo, move.ref, move.old, move.new, moved=moved)
    changes = diff_trees(repo, since if moved else move.old, move.new) if moved or repo.read(move.new) else {}
    complete = [
        _recover_checkout(Checkout(found, changes, lenient=True), moved=moved)
        for found in find_checkouts(repo, move.ref)
    ]
    if not moved and since != move.old:
        _write_journal(repo, replace(move, new=str(move.old)), since)
        finish_or_undo(repo)
    else:
        _close_journal(repo, move, since, complete=all(complete))


def _recover_checkout(checkout: Checkout, *, moved: bool) -> bool:
    """Recover one checkout after a crash. Returns whether its files are up to date.

    If its lock had not been taken, nothing has happened there.
    """
    try:
        checkout.remove_temporary_files()
        if moved:
            checkout.lock_index()
            checkout.plan()
            checkout.prepare_index()
            checkout.swap_index()
            try:
                checkout.update_files()
            except OSError:
                return False
            return True
        checkout.restore_index()
    finally:
        checkout.release_index()
    return True


def update_work_tree(repo: Repo, old: str) -> None:
    """Update a work tree from the commit `old` to the tip of its branch."""
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
    """Lock the indexes of all checkouts of the branch, so that nobody commits to it from there meanwhile.

    Used when another process keeps moving the branch first. Raises `IndexBusy`.
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
    """Whether the commit exists and is in the history of the branch."""
    tip = repo.tip(ref)
    return tip is not None and repo.read(commit) is not None and repo.has_ancestor(commit, tip)


# Lock files of a git process that was killed together with us.


def _remove_stale_locks(repo: Repo, note: Mapping[str, Any]) -> None:
    """Remove the lock files of a git process that was killed while it moved the branch, if they are certainly stale.

    The branch's lock file contains the commit of our journal or nothing; that of HEAD is always empty. No process has
    one open, and none changes during one second, far longer than a running git would need.
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
    """Whether a process has the file open. Only known where /proc exists (Linux)."""
    target = str(path.resolve())
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == target:  # noqa: PTH115  (a Path for each of thousands costs too much)
                return True
        except OSError:
            continue
    return False
