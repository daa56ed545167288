"""The witness: what was last seen of a remote, kept as a ref, so that a history that was rewritten is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from orgtp.git.lock import private_git_dir, write_new_file
from orgtp.git.remote import Remote, SyncStopped
from orgtp.git.repo import Repo
from orgtp.ledger.witness import has_lost_commit, read_witness, witness_ref


class LocalHistoryRewritten(SyncStopped):
    """The ledger branch here no longer has what it had."""

    state = "rewritten"
    text = (
        "ALARM: the history of {branch} was rewritten here: it had {saw} when it was last exchanged or audited, and "
        "{now} does not lead back to it. Nothing was touched. Find out who did it, and why: git reflog {branch}. "
        "If it was meant, run this, and orgtp sync again:\n{cure}"
    )


def remote_witness_ref(remote: Remote, branch: str) -> str:
    """The witness: the ref that keeps what was last seen of a branch at a remote's address."""
    return f"refs/orgtp/seen/{hashlib.sha256(remote.url.encode()).hexdigest()[:12]}/{branch}"


def read_remote_witness(repo: Repo, remote: Remote, branch: str) -> str | None:
    """The commit that the remote was last seen at: by a sync; before the first one, by the clone."""
    own = repo.tip(remote_witness_ref(remote, branch))
    synced = own or repo.read_output_line("for-each-ref", "--count=1", "--format=%(refname)", "refs/orgtp/seen/")
    return own if synced else repo.tip(tracking_ref(remote, branch))


def tracking_ref(remote: Remote, branch: str) -> str:
    """The ref in which git itself keeps what it saw there."""
    return f"refs/remotes/{remote.name}/{branch}"


def save_remote_witness(repo: Repo, remote: Remote, branch: str, commit: str) -> None:
    """Keep what was seen, for git, where it keeps that too, and for us. The lock of sync is held.

    Git's comes first: one that is behind ours would look as if the remote had been set back. Where it cannot be moved
    now, ours waits for the next time.
    """
    if is_tracked_by_git(repo, remote) and repo.attempt("update-ref", tracking_ref(remote, branch), commit)[0]:
        return
    own = remote_witness_ref(remote, branch)
    if repo.attempt("update-ref", own, commit)[0]:
        # Only who holds the lock of sync writes this ref: what locks it was left by one that was killed.
        (repo.common_dir / f"{own}.lock").unlink(missing_ok=True)
        repo.run("update-ref", own, commit)


def is_tracked_by_git(repo: Repo, remote: Remote) -> bool:
    """Whether git keeps what it sees of the remote's branches where we do, too."""
    return repo.config(f"remote.{remote.name}.fetch") == f"+refs/heads/*:{tracking_ref(remote, '*')}"


def format_remote_reset(repo: Repo, remote: Remote, branch: str, there: str | None) -> str:
    """The commands by which a person says that the remote is to be as it is, each on a line."""
    own = remote_witness_ref(remote, branch)
    if there:
        return f"  git -C {repo.path} update-ref {own} {there}"
    gone = (ref for ref in (own, tracking_ref(remote, branch)) if repo.tip(ref))
    return "\n".join(f"  git -C {repo.path} update-ref -d {ref}" for ref in gone)


def refuse_rewritten_branch(repo: Repo, remote: Remote, branch: str, tip: str) -> None:
    """Raise `RewrittenHere` where the branch, which is at `tip`, has lost what its witness saw.

    One that only has what the remote has lost nothing that was exchanged: it was taken back to there on purpose.
    """
    saw = read_witness(repo, branch)
    if saw and has_lost_commit(repo, saw, tip):
        there = read_remote_witness(repo, remote, branch)
        if there is None or has_lost_commit(repo, tip, there):
            raise LocalHistoryRewritten(
                branch=branch, saw=saw[:10], now=tip[:10], cure=format_local_reset(repo, branch, tip)
            )


def format_local_reset(repo: Repo, branch: str, now: str) -> str:
    """The command by which a person says that their own branch is to be as it is."""
    return f"  git -C {repo.path} update-ref {witness_ref(branch)} {now}"


# Which commits of ours were made anew as which, of late: for one that waited while another's sync did it.

_MOST = 500


def read_rewritten_commits(repo: Repo) -> dict[str, str]:
    """Commits that were made anew, each with the one that took its place."""
    try:
        found = json.loads((private_git_dir(repo) / "remade").read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(old): str(new) for old, new in found.items()} if isinstance(found, dict) else {}


def save_rewritten_commits(repo: Repo, remade: Mapping[str, str]) -> None:
    """Remember them. The lock of sync is held."""
    if remade:
        before = {old: remade.get(new, new) for old, new in read_rewritten_commits(repo).items()}
        kept = dict(list((before | dict(remade)).items())[-_MOST:])
        write_new_file(private_git_dir(repo) / "remade", json.dumps(kept).encode())
