"""What is kept of the past, held against the history that there is now: this clone's witnesses, and checkpoints.

Objects prove that a history is whole in itself, and a rewritten one is, too. Only what was seen before tells the two
apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orgtp.audit.checkpoint import Checkpoint, contained, vouched
from orgtp.audit.model import Audit
from orgtp.git.repo import Repo
from orgtp.ledger.remote_witness import rewritten
from orgtp.ledger.witness import keep_witness, witness
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
