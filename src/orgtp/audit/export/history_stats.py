"""Count the commits, merges and signatures of a history, in one pass over its commit objects (`git rev-list`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from orgtp.audit.model import History
from orgtp.git.ancestry import read_shallow_commits
from orgtp.git.errors import GitFailed
from orgtp.git.repo import Repo
from orgtp.model.errors import OrgtpError

_CHUNK_SIZE = 1 << 20
_DATE = re.compile(rb"^committer .*> (-?[0-9]{1,11}) ", re.MULTILINE)


class IncompleteHistory(OrgtpError):
    """Part of the history is missing in this clone, so it cannot be exported."""

    exit_code = 4
    text = "{what}. Nothing was written. {remedy}"


def count_history(repo: Repo, tip: str, wanted: Collection[str] = ()) -> History:
    """Count the history of `tip`, and the position of each commit in `wanted`.

    Raises `IncompleteHistory` if the clone is shallow or an object is missing.
    """
    shallow = read_shallow_commits(repo)
    commits = merges = signed = 0
    dates, places = list[int](), dict[str, int]()
    for id_, head in _read_commit_headers(repo, tip):
        if id_ in shallow:
            remedy = "Get the full history: git fetch --unshallow"
            raise IncompleteHistory(
                what=f"this clone is shallow: the history before {id_[:10]} is missing", remedy=remedy
            )
        commits, merges, signed = commits + 1, merges + (head.count(b"\nparent ") > 1), signed + (b"\ngpgsig" in head)
        dates = _widen_dates(dates, head)
        if id_ in wanted:
            places[id_] = commits
    first, last = (datetime.fromtimestamp(second, UTC) for second in dates)
    return History(commits, merges, signed, first, last, places)


def _read_commit_headers(repo: Repo, tip: str) -> Iterator[tuple[str, bytes]]:
    """Read the id and the header of each commit, parents before children. Raises `IncompleteHistory`."""
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


def _widen_dates(dates: list[int], head: bytes) -> list[int]:
    """Extend the first and last date by the date of a commit. A date outside the calendar counts as 1970-01-01."""
    match = _DATE.search(head)
    at = int(match[1]) if match else 0
    at = at if 0 <= at < _LAST else 0
    return [min(dates[0], at), max(dates[1], at)] if dates else [at, at]


# The end of the year 9999, the last that Python's dates support, in seconds since 1970.
_LAST = 253402300800


def incomplete_history(error: GitFailed) -> IncompleteHistory:
    """Turn a failure of git into an error with a remedy."""
    remedy = "Make a full clone: git clone, without --depth and --filter. To check this one: git fsck --full"
    return IncompleteHistory(what=f"part of the history is missing in this clone: {error}", remedy=remedy)
