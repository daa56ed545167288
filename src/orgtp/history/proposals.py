"""Seats that were never more than the proposal of an import.

The file of such a seat may be removed, as when an import is undone, and its id may be used again: nobody ever worked
in the seat, decided anything, or was measured there, so nothing of the record is lost.
"""

from __future__ import annotations

from collections.abc import Iterable

from orgtp.files.seat import read_seat
from orgtp.git.log import list_all_versions
from orgtp.git.repo import Repo
from orgtp.git.tree import open_tree
from orgtp.model.inventory.imported import is_imported_proposal
from orgtp.model.records.kinds import SCORE
from orgtp.model.seat import retirement_path, seat_path


def select_mere_proposals(repo: Repo, tip: str, seats: Iterable[str]) -> frozenset[str]:
    """Those of the seats that the history of `tip` knows only as proposed by an import, and without a value.

    Each version of their files counts, on every branch that was merged. Raises `GitFailed` if one is missing.
    """
    tree = open_tree(repo, tip)
    wanted = [
        seat
        for seat in seats
        if not tree.find_entry(f"{SCORE.folder}{seat}") and not tree.find_entry(retirement_path(seat))
    ]
    if not wanted:
        return frozenset()
    versions = list_all_versions(repo, tip, "seats")
    return frozenset(seat for seat in wanted if _was_only_proposed(repo, seat, versions.get(seat_path(seat), set())))


def _was_only_proposed(repo: Repo, seat: str, versions: Iterable[str]) -> bool:
    """Whether each version of a seat's file is the proposal of an import."""
    contents = repo.read_blobs(sorted(versions)).values()
    found = [read_seat(seat_path(seat), raw)[0] for raw in contents]
    return bool(found) and all(one is not None and is_imported_proposal(one) for one in found)
