"""One commit of the org's history, as read from git."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from orgtp.lazy_dataclass import dataclass

# The file with the names and addresses that are shown for authors (gitmailmap(5)).
MAILMAP_PATH = ".mailmap"


class ChangedFile(NamedTuple):
    """A file that a commit touched: how (A, M, D, T), its path, and its blob ids before and after."""

    how: str
    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its parents, author and time, the claims of its trailers, and the files that it touched.

    `by` is the acting seat: as the trailer says or, once `history.authors` has identified it, as the author's address
    says. `by_claimed` and `approved_by_claimed`: only the trailer says so, and not the signature or the address.
    `acted_for` is the seat for which `by` says that it acted, which nothing proves.
    """

    id: str
    parents: tuple[str, ...]
    at: datetime
    author: str
    email: str
    subject: str
    body: str
    action: str
    seats: tuple[str, ...]
    by: str
    approved_by: str
    paths: tuple[ChangedFile, ...]
    by_claimed: bool = False
    approved_by_claimed: bool = False
    acted_for: str = ""
