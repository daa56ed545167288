"""The witness of a clone's own branch: a ref that keeps what the branch had when it was last looked at.

A branch only grows. One that no longer has what its witness saw was rewritten here: amended, rebased, reset. An audit
keeps what it has looked at, a sync what both sides have; only the ledger's lock lets anybody move it.
"""

from __future__ import annotations

from orgtp.git.ancestry import find_shallow_ends, is_ancestor
from orgtp.git.errors import GitFailed, TemporaryFailure
from orgtp.git.lock import Lock
from orgtp.git.repo import Repo


def witness_ref(branch: str) -> str:
    """The witness of a branch."""
    return f"refs/orgtp/witness/{branch}"


def read_witness(repo: Repo, branch: str) -> str | None:
    """The commit that the branch had when it was last looked at."""
    return repo.tip(witness_ref(branch))


def has_lost_commit(repo: Repo, old: str, new: str) -> bool:
    """Whether the history of `new` surely has no `old`. Where it does not reach far enough, nobody can say so."""
    try:
        return not is_ancestor(repo, old, new) and not any(
            not is_ancestor(repo, end, old) for end in find_shallow_ends(repo, new)
        )
    except GitFailed:
        return False


def save_witness(repo: Repo, branch: str, tip: str) -> None:
    """Keep what was looked at, if the branch still has it. One that saw something else first goes on saying so.

    Where it cannot be kept now (a repository that nobody may write, somebody at work), the next one does.
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
    """Move the witness. The ledger's lock is held. Raises `GitFailed`."""
    unlock_witness(repo, branch)
    repo.run("update-ref", witness_ref(branch), commit)


def unlock_witness(repo: Repo, branch: str) -> None:
    """Remove what locks the witness: only who holds the ledger's lock moves it, so whoever left that is dead."""
    (repo.common_dir / f"{witness_ref(branch)}.lock").unlink(missing_ok=True)


def find_witness_to_move(repo: Repo, branch: str, old: str, new: str) -> str:
    """The witness, where it must move along with a branch that is made anew: what it saw is in `old`, not in `new`.

    "" where it stays. The ledger's lock is held.
    """
    seen = read_witness(repo, branch)
    if seen is None or not has_lost_commit(repo, seen, new) or has_lost_commit(repo, seen, old):
        return ""
    unlock_witness(repo, branch)
    return witness_ref(branch)


def repair_witness(repo: Repo, ref: str, old: str | None, new: str, *, moved: bool) -> None:
    """After a crash: git moves two refs one after the other, so the witness may be where the branch is not."""
    branch = ref.removeprefix("refs/heads/")
    seen = read_witness(repo, branch)
    if seen is None or old is None:
        return
    if moved and has_lost_commit(repo, seen, new) and not has_lost_commit(repo, seen, old):
        move_witness(repo, branch, new)
    elif not moved and seen == new:
        move_witness(repo, branch, old)
