"""What waits in a clone, without asking the remote: the outbox, and commits that were not sent yet."""

from __future__ import annotations

from dataclasses import dataclass

from orgtp.git.lock import Lock
from orgtp.git.remote import Remote, find_remote
from orgtp.ledger.advance import read_journal
from orgtp.ledger.batch import Ledger, SourceCommit
from orgtp.ledger.outbox import QueuedScores, list_queued
from orgtp.ledger.remote_witness import read_remote_witness
from orgtp.model.errors import BadInput
from orgtp.sync.replay import list_unpublished, read_original


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What is here and not there, as far as it is known here. `seen` is the commit the remote was last seen at.

    `unfinished` says that a run was killed, which the next one puts right; `holder` who writes at this moment; `behind`
    that the remote has commits that are not here; `trouble` what is wrong with its address.
    """

    remote: str
    branch: str
    tip: str
    seen: str | None
    waiting: tuple[QueuedScores, ...]
    unsent: tuple[SourceCommit, ...]
    unfinished: bool
    holder: str
    behind: bool
    trouble: str = ""


def _find_remote(ledger: Ledger) -> tuple[Remote | None, str]:
    """The remote, or why its address is none that can be spoken to: what waits here is to be seen all the same."""
    try:
        return find_remote(ledger.repo, ledger.branch), ""
    except BadInput as error:
        return None, str(error)


def read_sync_status(ledger: Ledger) -> SyncStatus:
    """What waits. Nothing is touched, and no lock is waited for."""
    repo, tip = ledger.repo, ledger.tip()
    remote, trouble = _find_remote(ledger)
    last = read_remote_witness(repo, remote, ledger.branch) if remote else None
    unsent = (
        tuple(read_original(repo, commit) for commit in list_unpublished(repo, tip, last, every=True)) if remote else ()
    )
    lock = Lock(repo)
    holder = "" if lock.is_free else lock.holder or "a process that does not say who it is"
    return SyncStatus(
        remote=remote.public_url if remote else "",
        branch=ledger.branch,
        tip=tip,
        seen=last,
        waiting=tuple(list_queued(repo)),
        unsent=unsent,
        unfinished=bool(read_journal(repo)) and not holder,
        holder=holder,
        behind=bool(last) and not repo.has_ancestor(str(last), tip),
        trouble=trouble,
    )
