"""Propose a change for review: a commit on a new branch that starts at the ledger's tip."""

from __future__ import annotations

from datetime import datetime

from orgtp.git.commit import RefTransaction
from orgtp.git.errors import TemporaryFailure
from orgtp.git.lock import hold_lock
from orgtp.git.repo import Repo
from orgtp.ledger.batch import Action, CommitBatch, Ledger, NotWritten, RecordedChange
from orgtp.model.errors import Refused


def propose_change(
    repo: Repo, branch: str, action: Action, now: datetime, *, onto: str, dry_run: bool = False
) -> RecordedChange:
    """Commit the change of `action` to the new branch `onto`. The ledger `branch` and all work trees stay as they are.

    Raises what `record_change` raises, and `Refused` if `onto` exists.
    """
    ledger, ref = Ledger(repo, branch, now), f"refs/heads/{onto}"
    _refuse_existing_branch(repo, ref, onto)
    if dry_run:
        return ledger.plan_change(action).planned
    try:
        with hold_lock(repo):
            _refuse_existing_branch(repo, ref, onto)
            batch = CommitBatch(ledger, ledger.tip())
            written = batch.write_commits([batch.run_action(action)])
            if written.draft:
                moving = RefTransaction(ledger.repo, ref, None, written.tip, written.draft.env)
                try:
                    moving.prepare(written.draft.message.partition("\n")[0])
                    moving.commit()
                finally:
                    moving.close()
            return written.recorded[0]
    except TemporaryFailure as why:
        raise NotWritten(why=why) from why


def _refuse_existing_branch(repo: Repo, ref: str, onto: str) -> None:
    tip = repo.tip(ref)
    if tip:
        what = f"the branch {onto} already exists, at {tip[:10]}"
        raise Refused(why=f"{what}. Merge it, or delete it: git branch -D {onto}")
