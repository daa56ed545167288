"""The remote witness: a ref with the last commit seen at a remote, to detect a rewritten history."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from orgtp.git.lock import private_git_dir, share_private_file, write_new_file
from orgtp.git.remote import Remote, SyncStopped
from orgtp.git.repo import Repo
from orgtp.git.stale_lock import remove_still_locks
from orgtp.ledger.witness import has_lost_commit, read_witness, witness_ref


class LocalHistoryRewritten(SyncStopped):
    """The local ledger branch lost commits that it had before."""

    state = "rewritten"
    text = (
        "ALARM: the history of {branch} was rewritten in this clone: it contained {seen} at the last sync or audit, "
        "and {now} does not descend from it. Nothing was changed. Find out who did it and why: git reflog {branch}. "
        "If it was intended, run these two commands:\n{remedy}\n  orgtp sync"
    )


def remote_witness_ref(remote: Remote, branch: str) -> str:
    """The ref with the last commit seen of a branch at a remote's address."""
    return f"refs/orgtp/seen/{hashlib.sha256(remote.url.encode()).hexdigest()[:12]}/{branch}"


def read_remote_witness(repo: Repo, remote: Remote, branch: str) -> str | None:
    """The last commit seen of the remote's branch, by a sync or, before the first sync, by the clone.

    Raises `UnreadableRef`.
    """
    own = repo.tip(remote_witness_ref(remote, branch))
    synced = own or repo.run("for-each-ref", "--count=1", "--format=%(refname)", "refs/orgtp/seen/").strip()
    return own if synced else repo.tip(tracking_ref(remote, branch))


def tracking_ref(remote: Remote, branch: str) -> str:
    """Git's own remote-tracking ref."""
    return f"refs/remotes/{remote.name}/{branch}"


def save_remote_witness(repo: Repo, remote: Remote, branch: str, commit: str) -> None:
    """Save the commit seen at the remote in git's remote-tracking ref and in our own. The caller holds the sync lock.

    Git's ref moves first: if it were behind ours, the remote would seem to have been reset. If git's ref cannot be
    moved now, ours is not moved either.
    """
    if is_tracked_by_git(repo, remote) and repo.attempt("update-ref", tracking_ref(remote, branch), commit)[0]:
        return
    own = remote_witness_ref(remote, branch)
    if repo.attempt("update-ref", own, commit)[0]:
        # Only the holder of the sync lock writes this ref, so a lock file that stays is that of a killed process.
        remove_still_locks([repo.common_dir / f"{own}.lock"])
        repo.run("update-ref", own, commit)


def is_tracked_by_git(repo: Repo, remote: Remote) -> bool:
    """Whether git has a remote-tracking ref for each branch of the remote."""
    return repo.config(f"remote.{remote.name}.fetch") == f"+refs/heads/*:{tracking_ref(remote, '*')}"


def format_remote_reset(repo: Repo, remote: Remote, branch: str, there: str | None) -> str:
    """The commands with which a person accepts the current state of the remote, one per line."""
    own = remote_witness_ref(remote, branch)
    if there:
        return f"  git -C {repo.path} update-ref {own} {there}"
    gone = (ref for ref in (own, tracking_ref(remote, branch)) if repo.tip(ref))
    return "\n".join(f"  git -C {repo.path} update-ref -d {ref}" for ref in gone)


def refuse_rewritten_branch(repo: Repo, remote: Remote, branch: str, tip: str) -> None:
    """Raise `LocalHistoryRewritten` if the branch at `tip` no longer contains its witness.

    A branch that was reset to the remote's commit has lost nothing that was exchanged, so it is accepted.
    """
    seen = read_witness(repo, branch)
    if seen and has_lost_commit(repo, seen, tip):
        there = read_remote_witness(repo, remote, branch)
        if there is None or has_lost_commit(repo, tip, there):
            raise LocalHistoryRewritten(
                branch=branch, seen=seen[:10], now=tip[:10], remedy=format_local_reset(repo, branch, tip)
            )


def format_local_reset(repo: Repo, branch: str, now: str) -> str:
    """The command with which a person accepts the current state of their own branch."""
    return f"  git -C {repo.path} update-ref {witness_ref(branch)} {now}"


# Our commits that a sync rewrote recently: a process that waited for the sync looks up its commit's new id.

_MOST = 500


def read_rewritten_commits(repo: Repo) -> dict[str, str]:
    """Rewritten commits: old id to new id."""
    try:
        found = json.loads((private_git_dir(repo) / "remade").read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(old): str(new) for old, new in found.items()} if isinstance(found, dict) else {}


def save_rewritten_commits(repo: Repo, rewritten: Mapping[str, str]) -> None:
    """Save rewritten commits. The caller holds the sync lock."""
    if rewritten:
        before = {old: rewritten.get(new, new) for old, new in read_rewritten_commits(repo).items()}
        newest = dict(list((before | dict(rewritten)).items())[-_MOST:])
        path = private_git_dir(repo) / "remade"
        write_new_file(path, json.dumps(newest).encode())
        share_private_file(repo, path)
