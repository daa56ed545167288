"""The org as it was where a commit added a retirement record, for checks of the results that the record states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from orgtp.files.load import load_org
from orgtp.files.tree import HEAD, MemoryTree
from orgtp.git.repo import Repo
from orgtp.git.tree import TreeEditor, open_tree
from orgtp.model.org import Org
from orgtp.model.records.kinds import SCORE
from orgtp.model.results import Moment
from orgtp.model.seat import retirement_path, seat_path

_DATES = re.compile(rb"^(?:author|committer) [^\n]*> (-?[0-9]{1,18}) ", re.MULTILINE)
# The last second of the year 9999, as `datetime` ends there.
_LAST_SECOND = 253_402_214_399


def find_retirement_moments(repo: Repo, base: str, head: str, seats: Iterable[str]) -> dict[str, tuple[Moment, ...]]:
    """Map each of `seats` to the org where commits between `base` and `head` added its retirement record."""
    found = {}
    for seat in seats:
        words = ("rev-list", "--full-history", "--topo-order", head, f"^{base}", "--", retirement_path(seat))
        commits = repo.run(*words).decode().split()
        found[seat] = tuple(moment for commit in commits for moment in read_moments(repo, commit, seat))
    return found


def find_newest_values(repo: Repo, commit: str, seats: Iterable[str]) -> dict[str, datetime]:
    """Map each of `seats` that has values at a commit to the time at which the newest was recorded."""
    trees = {seat: open_tree(repo, commit) for seat in seats}
    scores = {seat: read_seat_org(tree, seat).scores.get(seat, ()) for seat, tree in trees.items()}
    return {seat: max(score.at for score in found) for seat, found in scores.items() if found}


def read_moments(repo: Repo, commit: str, seat: str, *, checked: bool = True) -> Iterator[Moment]:
    """Read what the org knew of a seat before a commit, at each parent, and with the values that the commit brings.

    Each is yielded as of both dates of the commit: a rebased commit keeps the first. `checked`: see `TreeEditor`.
    """
    raw = found.raw if (found := repo.read(commit)) else b""
    head = raw.partition(b"\n\n")[0]
    parents = [row[len(b"parent ") :].decode() for row in head.split(b"\n") if row.startswith(b"parent ")]
    times = dict.fromkeys(min(max(0, int(match)), _LAST_SECOND) for match in _DATES.findall(head))
    orgs = [read_seat_org(open_tree(repo, rev, checked=checked), seat) for rev in (*parents, commit)]
    *before, own = orgs
    known = next((org for org in before if seat in org.seats), None)
    for org in (*before, replace(known, scores=own.scores) if known else own):
        yield from (Moment(org, datetime.fromtimestamp(second, UTC)) for second in times)


def read_seat_org(editor: TreeEditor, seat: str) -> Org:
    """Read org.yaml, the file and the values of one seat; an empty org if there is no org.yaml."""
    months = [f"{SCORE.folder}{seat}/{name}" for name in editor.list_entries(f"{SCORE.folder}{seat}")]
    files = editor.read_files([HEAD, seat_path(seat), *months])
    return load_org(MemoryTree(files)).org if HEAD in files else Org()
