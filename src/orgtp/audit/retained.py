"""What is kept of the past, held against the history that there is now: this clone's witnesses, and checkpoints.

Objects prove that a history is whole in itself, and a rewritten one is, too. Only what was seen before tells the two
apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orgtp.audit.checkpoint import Checkpoint, contained, vouched
from orgtp.audit.model import Audit, Violation
from orgtp.git.remote import remote_of
from orgtp.git.repo import Repo
from orgtp.ledger.remote_witness import cure, cure_here, is_followed, seen, tracking
from orgtp.ledger.witness import keep_witness, witness
from orgtp.ledger.witness import lost as is_lost
from orgtp.model.errors import BadInput
from orgtp.model.text import counted

_SHORT = 10


@dataclass(frozen=True, slots=True)
class Outside:
    """What somebody kept outside the repository: checkpoints, and a file of those who may sign them."""

    checkpoints: Sequence[Checkpoint] = ()
    signers: Path | None = None


def held_against(repo: Repo, branch: str, found: Audit, outside: Outside) -> Audit:
    """The audit with what the witnesses and checkpoints say; what was looked at is kept for the next time."""
    violations, gaps, kept = list(found.violations), list(found.gaps), list[str]()
    saw = witness(repo, branch)
    lost = rewritten(repo, branch)
    violations += lost
    if saw and not lost:
        kept.append(f"what this clone saw before, up to {saw[:_SHORT]}")
    for checkpoint in outside.checkpoints:
        wrong, missing = contained(repo, found.head, checkpoint, outside.signers)
        violations, gaps = [*violations, *wrong], [*gaps, *missing]
        if not wrong and not missing:
            kept.append(_words(repo, found.head, checkpoint, outside.signers))
    keep_witness(repo, branch, found.head)
    return replace(found, violations=violations, gaps=gaps, kept=kept)


def _words(repo: Repo, tip: str, checkpoint: Checkpoint, signers: Path | None) -> str:
    commits = counted(checkpoint.commits, "commit")
    who = vouched(repo, tip, checkpoint, signers).words
    return f"a checkpoint of {commits} up to {checkpoint.head[:_SHORT]}, {who}"


def rewritten(repo: Repo, branch: str) -> list[Violation]:
    """What the witnesses of this clone no longer find: in its own branch, and in what git last saw of the remote's."""
    return [*_rewritten_here(repo, branch), *_rewritten_there(repo, branch)]


def _rewritten_here(repo: Repo, branch: str) -> Iterator[Violation]:
    saw, now = witness(repo, branch), repo.tip(f"refs/heads/{branch}")
    if saw and now and is_lost(repo, saw, now):
        message = (
            f"{branch} had the commit {saw[:10]} when it was last looked at here, and does not go back to it any more"
        )
        yield Violation(
            "history-rewritten", message, saw, before=saw, after=now, hint=_meant(cure_here(repo, branch, now))
        )


def _rewritten_there(repo: Repo, branch: str) -> Iterator[Violation]:
    try:
        remote = remote_of(repo, branch)
    except BadInput:
        return
    saw, now = (seen(repo, remote, branch), repo.tip(tracking(remote, branch))) if remote else (None, None)
    # Where git does not follow each of our fetches, an earlier commit is no news.
    late = now and saw and not is_followed(repo, remote) and not is_lost(repo, now, saw) if remote else False
    if remote and saw and now and not late and is_lost(repo, saw, now):
        message = f"{branch} at {remote.shown} had the commit {saw[:10]}, and does not go back to it any more"
        hint = _meant(cure(repo, remote, branch, now))
        yield Violation("remote-rewritten", message, saw, before=saw, after=now, hint=hint)


def _meant(commands: str) -> str:
    return f"Find out who did it, and why. If it was meant, say so:\n{commands}"
