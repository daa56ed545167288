"""What waits in a clone, without asking the remote: the outbox, and commits that were not sent yet."""

from __future__ import annotations

from dataclasses import dataclass

from orgtp.git.lock import Lock
from orgtp.git.remote import Remote, remote_of
from orgtp.ledger.advance import pending
from orgtp.ledger.batch import Ledger, Original
from orgtp.ledger.outbox import Lot, lots
from orgtp.ledger.remote_witness import seen
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
    waiting: tuple[Lot, ...]
    unsent: tuple[Original, ...]
    unfinished: bool
    holder: str
    behind: bool
    trouble: str = ""


def _find_remote(ledger: Ledger) -> tuple[Remote | None, str]:
    """The remote, or why its address is none that can be spoken to: what waits here is to be seen all the same."""
    try:
        return remote_of(ledger.repo, ledger.branch), ""
    except BadInput as error:
        return None, str(error)


def read_sync_status(ledger: Ledger) -> SyncStatus:
    """What waits. Nothing is touched, and no lock is waited for."""
    repo, tip = ledger.repo, ledger.tip()
    remote, trouble = _find_remote(ledger)
    last = seen(repo, remote, ledger.branch) if remote else None
    unsent = (
        tuple(read_original(repo, commit) for commit in list_unpublished(repo, tip, last, every=True)) if remote else ()
    )
    lock = Lock(repo)
    holder = "" if lock.is_free else lock.holder or "a process that does not say who it is"
    return SyncStatus(
        remote=remote.shown if remote else "",
        branch=ledger.branch,
        tip=tip,
        seen=last,
        waiting=tuple(lots(repo)),
        unsent=unsent,
        unfinished=bool(pending(repo)) and not holder,
        holder=holder,
        behind=bool(last) and not repo.leads_to(str(last), tip),
        trouble=trouble,
    )
