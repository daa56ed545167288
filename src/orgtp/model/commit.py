"""One commit of the org's history, as git tells it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from orgtp.lazy_dataclass import dataclass


class ChangedFile(NamedTuple):
    """A file that a commit touched: how (A, M, D, T), its path, and the ids of its content before and after."""

    how: str
    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Commit:
    """Who committed what, when, on which commits, what its trailers claim, and which files it touched."""

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
