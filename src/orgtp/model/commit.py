"""One commit of the org's history, as git tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """Who committed what, when, what its trailers claim, and which files it touched how (A, M, D, T)."""

    id: str
    at: datetime
    author: str
    email: str
    subject: str
    body: str
    action: str
    seats: tuple[str, ...]
    by: str
    approved_by: str
    paths: tuple[tuple[str, str], ...]
