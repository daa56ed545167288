"""What a merge undoes: changes of one parent that it throws away for another parent that never decided on them.

Such a path is as in one of the parents, so the merge seems to have done nothing to it; `git merge -s ours` does that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orgtp.audit.model import Deed, Entry
from orgtp.audit.snapshot import is_of_org
from orgtp.git.ancestry import bases, is_shallow
from orgtp.git.repo import Repo
from orgtp.git.tree import Walk, walk_of


@dataclass(frozen=True, slots=True)
class Undone:
    """The paths of one parent, by its number, whose change a merge undoes, each against that parent."""

    number: int
    paths: Mapping[str, Entry]


def undone(repo: Repo, deed: Deed) -> Iterator[Undone]:
    """What a merge undoes of each parent; of a commit that is no merge, nothing."""
    for number in range(len(deed.against)) if deed.is_merge else ():
        found = _Parent(repo, deed, number).paths()
        if found:
            yield Undone(number, found)


class _Parent:
    """One parent of a merge, and where each of the others parted from it."""

    def __init__(self, repo: Repo, deed: Deed, number: int) -> None:
        self._repo, self._deed, self._number = repo, deed, number
        self._parted: dict[int, list[Walk] | None] = {}

    def paths(self) -> dict[str, Entry]:
        """The paths of the org that are otherwise here than in this parent, and that nobody decided so elsewhere."""
        rows = self._deed.against[self._number].items()
        return {path: entry for path, entry in rows if is_of_org(path) and self._is_undone(entry)}

    def _is_undone(self, entry: Entry) -> bool:
        """Whether the parents that the merge took it from have it as it was where they parted from this one."""
        against = self._deed.against
        kept = [number for number, rows in enumerate(against) if entry.path not in rows]
        return bool(kept) and all(self._is_as_it_was(entry, other) for other in kept)

    def _is_as_it_was(self, entry: Entry, other: int) -> bool:
        """Of histories with nothing in common: one has no say over the other. Of a shallow clone, nobody can tell."""
        parted = self._bases(other)
        nodes = [base.node(entry.path) for base in parted or ()]
        now = (entry.new_mode, entry.new)
        return parted is not None and all(((node.mode, node.id) if node else (None, None)) == now for node in nodes)

    def _bases(self, other: int) -> list[Walk] | None:
        if other not in self._parted:
            parents = self._deed.commit.parents
            found = [walk_of(self._repo, base) for base in bases(self._repo, parents[self._number], parents[other])]
            self._parted[other] = found if found or not is_shallow(self._repo) else None
        return self._parted[other]
