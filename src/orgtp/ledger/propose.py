"""A change that is put before a person: a commit on a branch of its own, which follows the ledger's tip."""

from __future__ import annotations

from datetime import datetime

from orgtp.git.commit import Moving
from orgtp.git.errors import NotNow
from orgtp.git.lock import locked
from orgtp.git.repo import Repo
from orgtp.ledger.batch import Action, Batch, Ledger, NotWritten, Recorded
from orgtp.model.errors import Refused


def propose(repo: Repo, branch: str, action: Action, now: datetime, *, onto: str, dry_run: bool = False) -> Recorded:
    """Commit what `action` wants to the new branch `onto`. The ledger `branch` and every work tree stay as they are.

    Raises what `record` raises, and `Refused` where `onto` is there already.
    """
    ledger, ref = Ledger(repo, branch, now), f"refs/heads/{onto}"
    _refuse_there(repo, ref, onto)
    if dry_run:
        return ledger.planned(action).planned
    try:
        with locked(repo):
            _refuse_there(repo, ref, onto)
            return _committed(ledger, action, ref)
    except NotNow as why:
        raise NotWritten(why=why) from why


def _refuse_there(repo: Repo, ref: str, onto: str) -> None:
    tip = repo.tip(ref)
    if tip:
        what = f"the branch {onto} is there already, at {tip[:10]}"
        raise Refused(why=f"{what}. A person merges it, or deletes it: git branch -D {onto}")


def _committed(ledger: Ledger, action: Action, ref: str) -> Recorded:
    batch = Batch(ledger, ledger.tip())
    done, last = batch.make([batch.take(action)])
    if last is not None:
        moving = Moving(ledger.repo, ref, None, str(last.parent), last.env)
        try:
            moving.prepare(last.message.partition("\n")[0])
            moving.commit()
        finally:
            moving.give_up()
    return done[0]
