"""The sync status of a clone, without network access: the outbox, and commits that are not sent yet."""

from __future__ import annotations

from dataclasses import dataclass

from orgtp.git.lock import Lock
from orgtp.git.remote import find_remote
from orgtp.ledger.advance import read_journal
from orgtp.ledger.batch import Ledger, SourceCommit
from orgtp.ledger.outbox import QueuedScores, list_queued
from orgtp.ledger.remote_witness import read_remote_witness
from orgtp.model.errors import BadInput
from orgtp.sync.replay import list_unpublished, read_original


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The queued values and unsent commits of a clone. `seen` is the last commit seen at the remote.

    `unfinished`: a run was killed, and the next one recovers. `holder`: the process that writes now. `behind`: the
    remote is known to have commits that the clone does not have. `trouble`: what is wrong with the remote's address.
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

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The files of the outbox whose values are unknown, because they cannot be read."""
        return tuple(str(entry.path) for entry in self.waiting if not entry.scores)


def read_sync_status(ledger: Ledger) -> SyncStatus:
    """Read the status. Changes nothing and waits for no lock."""
    repo, tip = ledger.repo, ledger.tip()
    remote, trouble = None, ""
    try:
        remote = find_remote(repo, ledger.branch)
    except BadInput as error:
        # A bad address must not hide the queued values.
        trouble = str(error)
    last = read_remote_witness(repo, remote, ledger.branch) if remote else None
    unsent = (
        tuple(read_original(repo, commit) for commit in list_unpublished(repo, tip, last, every=True)) if remote else ()
    )
    lock = Lock(repo)
    holder = "" if lock.is_free else lock.holder or "an unknown process"
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
