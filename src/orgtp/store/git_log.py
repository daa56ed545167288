"""The history as git tells it: one `git log`, each commit with its trailers and the files it touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

from orgtp.model.commit import Commit
from orgtp.store.git import Repo

_TRAILERS = ("Orgtp-Action", "Orgtp-Seat", "Orgtp-By", "Orgtp-Approved-By")
_FIELDS = ("%H", "%ct", "%an", "%ae", "%s", "%b")
_MARK = "\x1e"


def history(repo: Repo, rev: str) -> Iterator[Commit]:
    """Every commit from `rev` back to the first, newest first."""
    trailers = [f"%(trailers:key={key},valueonly,unfold,separator=%x1f)" for key in _TRAILERS]
    layout = "%x00".join([f"{_MARK}%H", *_FIELDS[1:], *trailers, ""])
    words = (
        "-z",
        "--raw",
        "--no-renames",
        "-O/dev/null",
        "--no-abbrev",
        "--no-color",
        "--no-notes",
        f"--format={layout}",
    )
    out = repo.run("log", *words, f"--format={layout}", "--end-of-options", rev, "--")
    yield from _commits(out.split(b"\0"))


def _commits(parts: list[bytes]) -> Iterator[Commit]:
    """Walk the NUL-separated stream: a commit's fields, then mode line and path in turn for each file."""
    at, width = 0, len(_FIELDS) + len(_TRAILERS)
    while at + width <= len(parts):
        fields = [part.decode(errors="replace") for part in parts[at : at + width]]
        at += width
        touched: list[tuple[str, str]] = []
        while at < len(parts) and not parts[at].startswith(_MARK.encode()):
            meta = parts[at].lstrip(b"\n")
            if meta.startswith(b":"):
                touched.append((meta.split()[-1].decode(), os.fsdecode(parts[at + 1])))
                at += 1
            at += 1
        yield _commit(fields, touched)


def _commit(fields: list[str], touched: list[tuple[str, str]]) -> Commit:
    id_, at, author, email, subject, body, action, seats, by, approved = fields
    return Commit(
        id=id_.lstrip(f"\n{_MARK}"),
        at=datetime.fromtimestamp(int(at), UTC),
        author=author,
        email=email,
        subject=subject,
        body=body.strip(),
        action=action,
        seats=tuple(seat for seat in seats.split("\x1f") if seat),
        by=by,
        approved_by=approved,
        paths=tuple(touched),
    )


def committed_at(repo: Repo, rev: str) -> datetime:
    """When the commit `rev`, an id, was made."""
    return datetime.fromtimestamp(int(repo.line("log", "-1", "--format=%ct", rev)), UTC)


# Git takes a smaller number after @ for something else than seconds.
_LEAST_STAMP = 100_000_000


def last_before(repo: Repo, rev: str, moment: datetime) -> str | None:
    """The last commit of `rev`'s history made before `moment`."""
    stamp = int(moment.timestamp()) - 1
    if stamp < _LEAST_STAMP:
        return None
    return repo.line("rev-list", "-1", f"--before=@{stamp}", "--end-of-options", rev, "--") or None
