"""The witness of a clone's own branch: a ref with the commit that the branch had when it was last checked.

A branch only grows. If it no longer contains its witness, it was rewritten in this clone: amended, rebased or reset.
An audit moves the witness to what it has checked, a sync to what both sides have, and only under the ledger's lock.
"""

from __future__ import annotations

from orgtp.git.ancestry import find_shallow_ends
from orgtp.git.errors import GitFailed, TemporaryFailure
from orgtp.git.lock import Lock
from orgtp.git.ref_repair import make_witness_ref
from orgtp.git.repo import Repo
from orgtp.git.stale_lock import remove_still_locks


def witness_ref(branch: str) -> str:
    """The name of the witness of a branch."""
    return make_witness_ref(branch)


def read_witness(repo: Repo, branch: str) -> str | None:
    """The commit that the branch had when it was last checked; None before that. Raises `UnreadableRef`."""
    return repo.tip(witness_ref(branch))


def has_lost_commit(repo: Repo, old: str, new: str) -> bool:
    """Whether `new` certainly does not contain `old`; false if this clone's history is too short to tell."""
    try:
        return not repo.has_ancestor(old, new) and not any(
            not repo.has_ancestor(end, old) for end in find_shallow_ends(repo, new)
        )
    except GitFailed:
        return False


def save_witness(repo: Repo, branch: str, tip: str) -> None:
    """Save `tip` as the witness if the branch still contains it, and if the old witness is not lost by that.

    If the witness cannot be written now (a read-only repository, a busy lock), the next caller does it.
    """
    lock = Lock(repo)
    try:
        if lock.try_acquire():
            _save_if_newer(repo, branch, tip)
    except (TemporaryFailure, GitFailed, OSError):
        return
    finally:
        lock.close()


def _save_if_newer(repo: Repo, branch: str, tip: str) -> None:
    seen, now = read_witness(repo, branch), repo.tip(f"refs/heads/{branch}")
    if now and tip != seen and not has_lost_commit(repo, tip, now) and not (seen and has_lost_commit(repo, seen, tip)):
        move_witness(repo, branch, tip)


def move_witness(repo: Repo, branch: str, commit: str) -> None:
    """Move the witness. The caller holds the ledger's lock. Raises `GitFailed`."""
    unlock_witness(repo, branch)
    repo.run("update-ref", witness_ref(branch), commit)


def unlock_witness(repo: Repo, branch: str) -> None:
    """Remove a stale lock file of the witness. Only the holder of the ledger's lock moves it, but git may pack it."""
    remove_still_locks([repo.common_dir / f"{witness_ref(branch)}.lock"])


def find_witness_to_move(repo: Repo, branch: str, old: str, new: str) -> str:
    """The witness if it must move with a rewritten branch, because it is in `old` and not in `new`; else "".

    The caller holds the ledger's lock.
    """
    seen = read_witness(repo, branch)
    if seen is None or not has_lost_commit(repo, seen, new) or has_lost_commit(repo, seen, old):
        return ""
    unlock_witness(repo, branch)
    return witness_ref(branch)


def repair_witness(repo: Repo, ref: str, old: str | None, new: str, *, moved: bool) -> None:
    """Repair the witness after a crash: git moves two refs one after the other, so only one may have moved."""
    branch = ref.removeprefix("refs/heads/")
    seen = read_witness(repo, branch)
    if seen is None or old is None:
        return
    if moved and has_lost_commit(repo, seen, new) and not has_lost_commit(repo, seen, old):
        move_witness(repo, branch, new)
    elif not moved and seen == new:
        move_witness(repo, branch, old)
