"""A history in numbers, from the commit objects themselves: one `git rev-list`, and nothing of it is kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from orgtp.audit.model import History
from orgtp.git.ancestry import shallow_commits
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo
from orgtp.model.errors import OrgtpError

_CHUNK_SIZE = 1 << 20
_DATE = re.compile(rb"^committer .*> (-?[0-9]{1,11}) ", re.MULTILINE)


class IncompleteHistory(OrgtpError):
    """The clone lacks a part of the history, so it cannot be exported."""

    exit_code = 4
    text = "{what}. Nothing was written. {remedy}"


def count_history(repo: Repo, tip: str, asked: Collection[str] = ()) -> History:
    """The history of `tip` in numbers, and the places of the commits `asked` in it.

    Raises `NotWhole` where the history ends before its beginning.
    """
    cut = shallow_commits(repo)
    commits = merges = signed = 0
    dates, places = list[int](), dict[str, int]()
    for id_, head in _read_commit_headers(repo, tip):
        if id_ in cut:
            remedy = "Get the full history: git fetch --unshallow"
            raise IncompleteHistory(
                what=f"this clone is shallow: what came before {id_[:10]} is not here", remedy=remedy
            )
        commits, merges, signed = commits + 1, merges + _is_merge(head), signed + _is_signed(head)
        dates = _widen_dates(dates, head)
        if id_ in asked:
            places[id_] = commits
    first, last = (datetime.fromtimestamp(second, UTC) for second in dates)
    return History(commits, merges, signed, first, last, places)


def _read_commit_headers(repo: Repo, tip: str) -> Iterator[tuple[str, bytes]]:
    """Each commit's id and the head of its object, parents first. Raises `NotWhole`."""
    handle = repo.start("rev-list", "--topo-order", "--reverse", "--header", "--end-of-options", tip, "--")
    process = handle.proc
    process.stdin.close()
    for record in _split_records(process.stdout):
        id_, _, rest = record.partition(b"\n")
        yield id_.decode(), rest.partition(b"\n\n")[0]
    words = process.stderr.read().decode(errors="replace").strip()
    if process.wait():
        raise incomplete_history(GitFailed(command="rev-list", words=words))


def _split_records(stream: Any) -> Iterator[bytes]:
    rest = b""
    while piece := stream.read(_CHUNK_SIZE):
        *records, rest = (rest + piece).split(b"\0")
        yield from records


def _is_merge(head: bytes) -> bool:
    return head.count(b"\nparent ") > 1


def _is_signed(head: bytes) -> bool:
    return b"\ngpgsig" in head


def _widen_dates(dates: list[int], head: bytes) -> list[int]:
    """The first and the last date, with that of one more commit; a date that no calendar has is none."""
    match = _DATE.search(head)
    at = int(match[1]) if match else 0
    at = at if 0 <= at < _LAST else 0
    return [min(dates[0], at), max(dates[1], at)] if dates else [at, at]


# The end of the year 9999, which is as far as dates go.
_LAST = 253402300800


def incomplete_history(error: GitFailed) -> IncompleteHistory:
    """What git cannot read here, and what to do about it."""
    remedy = "Make a full clone: git clone, without --depth and --filter. To check this one: git fsck --full"
    return IncompleteHistory(what=f"this clone lacks a part of the history: {error}", remedy=remedy)
