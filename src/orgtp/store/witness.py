"""The witness: what was last seen of a remote, kept as a ref, so that a history that was rewritten is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from orgtp.store.git import Repo
from orgtp.store.git_lock import folder, write_own
from orgtp.store.git_remote import Remote


def seen_ref(remote: Remote, branch: str) -> str:
    """The witness: the ref that keeps what was last seen of a branch at a remote's address."""
    return f"refs/orgtp/seen/{hashlib.sha256(remote.url.encode()).hexdigest()[:12]}/{branch}"


def seen(repo: Repo, remote: Remote, branch: str) -> str | None:
    """The commit that the remote was last seen at: by a sync; before the first one, by the clone."""
    own = repo.tip(seen_ref(remote, branch))
    synced = own or repo.line("for-each-ref", "--count=1", "--format=%(refname)", "refs/orgtp/seen/")
    return own if synced else repo.tip(tracking(remote, branch))


def tracking(remote: Remote, branch: str) -> str:
    """The ref in which git itself keeps what it saw there."""
    return f"refs/remotes/{remote.name}/{branch}"


def keep_seen(repo: Repo, remote: Remote, branch: str, commit: str) -> None:
    """Keep what was seen, for us and, where git keeps it too, for git. The lock of sync is held."""
    own = seen_ref(remote, branch)
    if repo.attempt("update-ref", own, commit)[0]:
        # Only who holds the lock of sync writes this ref: what locks it was left by one that was killed.
        (repo.common_dir / f"{own}.lock").unlink(missing_ok=True)
        repo.run("update-ref", own, commit)
    if repo.config(f"remote.{remote.name}.fetch") == f"+refs/heads/*:{tracking(remote, '*')}":
        repo.attempt("update-ref", tracking(remote, branch), commit)


def cure(repo: Repo, remote: Remote, branch: str, there: str | None) -> str:
    """The commands by which a person says that the remote is to be as it is, each on a line."""
    own = seen_ref(remote, branch)
    if there:
        return f"  git -C {repo.path} update-ref {own} {there}"
    gone = (ref for ref in (own, tracking(remote, branch)) if repo.tip(ref))
    return "\n".join(f"  git -C {repo.path} update-ref -d {ref}" for ref in gone)


# Which commits of ours were made anew as which, of late: for one that waited while another's sync did it.

_MOST = 500


def made_anew(repo: Repo) -> dict[str, str]:
    """Commits that were made anew, each with the one that took its place."""
    try:
        found = json.loads((folder(repo) / "remade").read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(old): str(new) for old, new in found.items()} if isinstance(found, dict) else {}


def note_made_anew(repo: Repo, remade: Mapping[str, str]) -> None:
    """Remember them. The lock of sync is held."""
    if remade:
        before = {old: remade.get(new, new) for old, new in made_anew(repo).items()}
        kept = dict(list((before | dict(remade)).items())[-_MOST:])
        write_own(folder(repo) / "remade", json.dumps(kept).encode())
