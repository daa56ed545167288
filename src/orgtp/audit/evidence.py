"""Compare the history with earlier evidence: the witnesses of this clone, and checkpoints.

Git objects prove that a history is consistent, but a rewritten history is consistent, too. Only evidence from before
the rewrite shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orgtp.audit.checkpoint import Checkpoint, check_checkpoint, identify_checkpoint_signer
from orgtp.audit.model import Audit, Violation
from orgtp.git.remote import find_remote
from orgtp.git.repo import Repo
from orgtp.ledger.remote_witness import (
    format_local_reset,
    format_remote_reset,
    is_tracked_by_git,
    read_remote_witness,
    tracking_ref,
)
from orgtp.ledger.witness import has_lost_commit as is_lost
from orgtp.ledger.witness import read_witness, save_witness
from orgtp.model.errors import BadInput
from orgtp.model.text import count_noun

_SHORT = 10


@dataclass(frozen=True, slots=True)
class ExternalEvidence:
    """Evidence from outside the repository: checkpoints, and a file of allowed signers."""

    checkpoints: Sequence[Checkpoint] = ()
    signers: Path | None = None


def check_evidence(repo: Repo, branch: str, found: Audit, outside: ExternalEvidence) -> Audit:
    """Add the violations that witnesses and checkpoints show, and update the witness for the next audit."""
    violations, gaps, confirmed = list(found.violations), list(found.gaps), list[str]()
    seen = read_witness(repo, branch)
    lost = find_rewrites(repo, branch)
    violations += lost
    if seen and not lost:
        confirmed.append(f"the history this clone saw before, up to {seen[:_SHORT]}")
    for checkpoint in outside.checkpoints:
        wrong, missing = check_checkpoint(repo, found.head, checkpoint, outside.signers)
        violations, gaps = [*violations, *wrong], [*gaps, *missing]
        if not wrong and not missing:
            confirmed.append(_describe_checkpoint(repo, found.head, checkpoint, outside.signers))
    save_witness(repo, branch, found.head)
    return replace(found, violations=violations, gaps=gaps, confirmed_evidence=confirmed)


def _describe_checkpoint(repo: Repo, tip: str, checkpoint: Checkpoint, signers: Path | None) -> str:
    commits = count_noun(checkpoint.commits, "commit")
    who = identify_checkpoint_signer(repo, tip, checkpoint, signers).description
    return f"a checkpoint of {commits} up to {checkpoint.head[:_SHORT]}, {who}"


def find_rewrites(repo: Repo, branch: str) -> list[Violation]:
    """Find commits that a witness saw and that are gone: from the local branch, or from the remote branch."""
    return [*_find_local_rewrite(repo, branch), *_find_remote_rewrite(repo, branch)]


def _find_local_rewrite(repo: Repo, branch: str) -> Iterator[Violation]:
    seen, now = read_witness(repo, branch), repo.tip(f"refs/heads/{branch}")
    if seen and now and is_lost(repo, seen, now):
        message = f"{branch} contained the commit {seen[:10]} when this clone last saw it, but no longer does"
        yield Violation(
            "history-rewritten",
            message,
            seen,
            before=seen,
            after=now,
            hint=_format_remedy(format_local_reset(repo, branch, now)),
        )


def _find_remote_rewrite(repo: Repo, branch: str) -> Iterator[Violation]:
    try:
        remote = find_remote(repo, branch)
    except BadInput:
        return
    seen, now = (
        (read_remote_witness(repo, remote, branch), repo.tip(tracking_ref(remote, branch))) if remote else (None, None)
    )
    # If git does not record our fetches, its tracking ref may lag behind. An earlier commit is then expected.
    late = now and seen and not is_tracked_by_git(repo, remote) and not is_lost(repo, now, seen) if remote else False
    if remote and seen and now and not late and is_lost(repo, seen, now):
        message = f"{branch} at {remote.public_url} contained the commit {seen[:10]}, but no longer does"
        hint = _format_remedy(format_remote_reset(repo, remote, branch, now))
        yield Violation("remote-rewritten", message, seen, before=seen, after=now, hint=hint)


def _format_remedy(commands: str) -> str:
    return f"Find out who rewrote it and why. If it was intended, accept it:\n{commands}"
