"""The errors of git, and the temporary reasons why the ledger cannot be written."""

from __future__ import annotations

from orgtp.model.errors import OrgtpError


class GitFailed(OrgtpError):
    """A git command failed unexpectedly. The text quotes git's message."""

    text = "git {command} failed: {words}"

    @property
    def is_refusal(self) -> bool:
        """Whether git does not trust the repository, because it belongs to another user (git-config(1))."""
        return "dubious ownership" in str(self.facts.get("words", ""))


class TemporaryFailure(OrgtpError):
    """The ledger cannot be written now. Nothing was written; a later attempt may succeed."""


class UnreadableRef(GitFailed, TemporaryFailure):
    """A branch or another ref exists and cannot be read: its file, or the commit that it names, is damaged or missing.

    It is a temporary failure, because it can be repaired: `remedy` says how. `last_readable` is the newest earlier
    commit that can be read, or "".
    """

    text = "git cannot read {what}: {words}. {remedy}"


class LedgerBusy(TemporaryFailure):
    """Another process is writing and did not finish within the wait."""

    text = "another orgtp process is writing to this org: {holder}"


class LedgerMoved(TemporaryFailure):
    """The branch moved while a commit was being made. The caller runs its action again."""

    text = "the branch {ref} kept moving while this was being written"


class RefLocked(TemporaryFailure):
    """Git could not move the branch, because another git command has locked it, or for another reason."""

    text = "{why}"


class IndexBusy(TemporaryFailure):
    """Another git command has locked the index of a work tree in which the ledger branch is checked out."""

    text = (
        "another git command is running in {root}: {lock} exists. If no git command is running, one was killed: "
        "check that, then remove the file: rm {lock}"
    )


class UnfinishedMerge(TemporaryFailure):
    """An unfinished merge or rebase would lose what is written now."""

    text = "{root} has an unfinished {what} of {about}. Finish or abort it"


class CannotWrite(TemporaryFailure):
    """Git could not write: the disk is full, the repository is read-only, or for another reason."""

    text = "git could not write: {words}"
