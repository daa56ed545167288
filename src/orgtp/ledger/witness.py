"""The witness of a clone's own branch: a ref that keeps what the branch had when it was last looked at.

A branch only grows. One that no longer has what its witness saw was rewritten here: amended, rebased, reset. An audit
keeps what it has looked at, a sync what both sides have; only the ledger's lock lets anybody move it.
"""

from __future__ import annotations

from orgtp.git.ancestry import ends, is_before
from orgtp.git.errors import GitFailed, NotNow
from orgtp.git.lock import Lock
from orgtp.git.repo import Repo


def witness_ref(branch: str) -> str:
    """The witness of a branch."""
    return f"refs/orgtp/witness/{branch}"


def witness(repo: Repo, branch: str) -> str | None:
    """The commit that the branch had when it was last looked at."""
    return repo.tip(witness_ref(branch))


def lost(repo: Repo, old: str, new: str) -> bool:
    """Whether the history of `new` surely has no `old`. Where it does not reach far enough, nobody can say so."""
    try:
        return not is_before(repo, old, new) and not any(not is_before(repo, end, old) for end in ends(repo, new))
    except GitFailed:
        return False


def keep_witness(repo: Repo, branch: str, tip: str) -> None:
    """Keep what was looked at, if the branch still has it. One that saw something else first goes on saying so.

    Where it cannot be kept now (a repository that nobody may write, somebody at work), the next one does.
    """
    lock = Lock(repo)
    try:
        if lock.attempt():
            _keep(repo, branch, tip)
    except (NotNow, GitFailed, OSError):
        return
    finally:
        lock.close()


def _keep(repo: Repo, branch: str, tip: str) -> None:
    seen, now = witness(repo, branch), repo.tip(f"refs/heads/{branch}")
    if now and tip != seen and not lost(repo, tip, now) and not (seen and lost(repo, seen, tip)):
        set_witness(repo, branch, tip)


def set_witness(repo: Repo, branch: str, commit: str) -> None:
    """Move the witness. The ledger's lock is held. Raises `GitFailed`."""
    free(repo, branch)
    repo.run("update-ref", witness_ref(branch), commit)


def free(repo: Repo, branch: str) -> None:
    """Remove what locks the witness: only who holds the ledger's lock moves it, so whoever left that is dead."""
    (repo.common_dir / f"{witness_ref(branch)}.lock").unlink(missing_ok=True)


def along(repo: Repo, branch: str, old: str, new: str) -> str:
    """The witness, where it must move along with a branch that is made anew: what it saw is in `old`, not in `new`.

    "" where it stays. The ledger's lock is held.
    """
    seen = witness(repo, branch)
    if seen is None or not lost(repo, seen, new) or lost(repo, seen, old):
        return ""
    free(repo, branch)
    return witness_ref(branch)


def mend(repo: Repo, ref: str, old: str | None, new: str, *, moved: bool) -> None:
    """After a crash: git moves two refs one after the other, so the witness may be where the branch is not."""
    branch = ref.removeprefix("refs/heads/")
    seen = witness(repo, branch)
    if seen is None or old is None:
        return
    if moved and lost(repo, seen, new) and not lost(repo, seen, old):
        set_witness(repo, branch, new)
    elif not moved and seen == new:
        set_witness(repo, branch, old)
