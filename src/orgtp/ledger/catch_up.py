"""Bring a work tree that fell behind its branch up to date, before a command reads it."""

from __future__ import annotations

from contextlib import suppress

from orgtp.git.errors import LedgerBusy
from orgtp.git.lock import Lock
from orgtp.git.repo import Repo
from orgtp.ledger.advance import recover_journal
from orgtp.ledger.outdated_trees import OutdatedTree, explain_outdated_tree, find_note_about, is_index_behind
from orgtp.model.errors import OrgtpError


def catch_up(repo: Repo) -> str | None:
    """Update this work tree if it fell behind its branch. Waits for nobody.

    Returns None if there was nothing to do, else why it could not be updated, or "" if it is up to date now.
    """
    note = find_note_about(repo)
    if note is None:
        return None
    lock = Lock(repo)
    try:
        if not lock.try_acquire():
            return str(LedgerBusy(holder=lock.holder or "an unknown process")) if is_index_behind(repo, note) else None
        recover_journal(repo)
        left = find_note_about(repo)
        return explain_outdated_tree(repo, left) if left else ""
    except (OrgtpError, OSError) as error:
        return _explain_behind(repo, note, error)
    finally:
        with suppress(OSError):
            lock.close()


def _explain_behind(repo: Repo, note: OutdatedTree, error: Exception) -> str | None:
    """The error, if a noted work tree is behind or that is unknown; None if it is up to date."""
    try:
        return str(error) if is_index_behind(repo, note) else None
    except OrgtpError:
        return str(error)
