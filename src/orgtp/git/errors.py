"""The errors of git, and the reasons why the ledger cannot be written at this moment."""

from __future__ import annotations

from orgtp.model.errors import OrgtpError


class GitFailed(OrgtpError):
    """A git command failed where it should not have; git's own words are in the text."""

    text = "git {command} failed: {words}"


class NotNow(OrgtpError):
    """The ledger cannot be written at this moment, and nothing was written."""


class LedgerBusy(NotNow):
    """Another process is writing and did not finish in time."""

    text = "another orgtp is writing to this org: {holder}"


class LedgerMoved(NotNow):
    """The branch moved while a commit was made; the caller runs its action again."""

    text = "the branch {ref} moved again and again while this was being written"


class RefLocked(NotNow):
    """Another git command holds the lock of the branch."""

    text = "git could not lock {ref}: {words}"


class IndexBusy(NotNow):
    """Another git command holds the index of a work tree that has the ledger branch checked out."""

    text = (
        "another git command is at work in {root}: {lock} is there. If none is, one was killed; "
        "make sure, then remove that file"
    )


class MidMerge(NotNow):
    """A merge or a rebase that is not finished would lose what is written now."""

    text = "{root} is in the middle of a {what} of {about}. Finish it, or abort it"


class CannotWrite(NotNow):
    """The disk is full, the repository is read-only, or git could not write for another reason."""

    text = "git could not write: {words}"
