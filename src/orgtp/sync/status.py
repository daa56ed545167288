"""The sync status of a clone, without network access: the outbox, and commits that are not sent yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orgtp.git.errors import GitFailed
from orgtp.git.lock import Lock
from orgtp.git.remote import Remote, find_remote
from orgtp.ledger.advance import read_journal
from orgtp.ledger.batch import Ledger, SourceCommit
from orgtp.ledger.outbox import QueuedScores, list_queued
from orgtp.ledger.outdated_trees import OutdatedTree, list_outdated_trees
from orgtp.ledger.remote_witness import read_remote_witness
from orgtp.model.errors import BadInput
from orgtp.sync.replay import list_unpublished, read_original


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The queued values and unsent commits of a clone. `seen` is the last commit seen at the remote.

    `unfinished`: a run was killed, and the next one recovers. `holder`: the process that writes now. `behind`: the
    remote is known to have commits that the clone does not have. `outdated`: the work trees that could not be updated.
    `trouble`: what is wrong with the remote's address, or why the branch cannot be read; then `tip` is "".
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
    outdated: tuple[OutdatedTree, ...] = ()
    trouble: str = ""

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The files of the outbox whose values are unknown, because they cannot be read."""
        return tuple(str(entry.path) for entry in self.waiting if not entry.scores)


def read_sync_status(ledger: Ledger) -> SyncStatus:
    """Read the status. Changes nothing and waits for no lock."""
    repo, lock = ledger.repo, Lock(ledger.repo)
    holder = "" if lock.is_free else lock.holder or "an unknown process"
    here = SyncStatus(
        remote="",
        branch=ledger.branch,
        tip="",
        seen=None,
        waiting=tuple(list_queued(repo)),
        unsent=(),
        unfinished=bool(read_journal(repo)) and not holder,
        holder=holder,
        behind=False,
        outdated=tuple(note for note in list_outdated_trees(repo) if note.why),
    )
    try:
        here = replace(here, tip=ledger.tip())
        remote = find_remote(repo, ledger.branch)
        return _compare_with_remote(ledger, here, remote) if remote else here
    except (BadInput, GitFailed) as error:
        # A bad address or a damaged branch must not hide the queued values.
        return replace(here, trouble=str(error))


def _compare_with_remote(ledger: Ledger, here: SyncStatus, remote: Remote) -> SyncStatus:
    repo, last = ledger.repo, read_remote_witness(ledger.repo, remote, ledger.branch)
    unsent = tuple(read_original(repo, commit) for commit in list_unpublished(repo, here.tip, last, every=True))
    behind = bool(last) and not repo.has_ancestor(str(last), here.tip)
    return replace(here, remote=remote.public_url, seen=last, unsent=unsent, behind=behind)
