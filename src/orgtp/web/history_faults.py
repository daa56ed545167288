"""Pages of an org whose history cannot be read, in part or as a whole: they are made without it, and say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from orgtp.api import GitFailed
from orgtp.model.errors import BadInput, OrgtpError, UnknownSeat
from orgtp.model.text import one_line
from orgtp.web.pages.page import PageMissing, SiteFacts

if TYPE_CHECKING:
    from orgtp.api import OrgHandle

# The reader has asked for something that does not exist, which a page without history would not have either.
NOT_FAULTS = (BadInput, PageMissing, UnknownSeat)
# What those read who may not see what an error quotes.
ASK_KEEPER = "Ask whoever keeps this org, who can find out why."
_Made = TypeVar("_Made")


def find_history_fault(org: OrgHandle) -> OrgtpError | None:
    """Why the history cannot be read; None if the whole log can be. One commit or tree that is damaged is enough."""
    try:
        org.history.whole_log  # noqa: B018  (it raises what is wrong, and is read once)
        org.dirty  # noqa: B018
    except OrgtpError as error:
        return error
    return None


def describe_fault(error: OrgtpError) -> str:
    """What could not be read, in one line, and how to see what is damaged."""
    text = one_line(str(error)).rstrip(".")
    advice = "" if "fsck" in text or not isinstance(error, GitFailed) else ". To see what is damaged: git fsck --full"
    return f"{text}{advice}"


def explain_fault(org: OrgHandle, error: OrgtpError) -> str:
    """The same for a page, which does not say where the org is."""
    return describe_fault(error).replace(str(org.root), ".")


def mark_without_history(facts: SiteFacts, fault: str) -> SiteFacts:
    """The facts of a page that is made without the history. No page of it can be linked."""
    return replace(facts, history_fault=fault, commit_pages=None)


def make_anyway(
    org: OrgHandle, make: Callable[[OrgHandle, OrgtpError | None], _Made]
) -> tuple[_Made, OrgtpError | None]:
    """What `make` returns, and None; or what it returns for the org without its history, and why that was needed.

    `make` is told the same. Raises what `make` raises for the org without its history.
    """
    try:
        return make(org, None), None
    except NOT_FAULTS:
        raise
    except OrgtpError as error:
        if org.snapshot.repo is None:
            raise
        try:
            return make(org.without_history(), error), error
        except NOT_FAULTS:
            # What it is about is in the history, so it is not known whether it exists.
            raise error from None
