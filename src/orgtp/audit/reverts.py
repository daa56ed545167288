"""Changes that a merge reverts: it discards the change of one parent in favour of a parent that never changed it.

Such a path is the same as in one parent, so the merge seems not to touch it. `git merge -s ours` does this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orgtp.audit.model import CommitChanges, TreeChange
from orgtp.audit.snapshot import is_of_org
from orgtp.git.ancestry import find_common_ancestors, is_shallow_clone
from orgtp.git.repo import Repo
from orgtp.git.tree import TreeEditor, open_tree


@dataclass(frozen=True, slots=True)
class Reverted:
    """The paths whose change in one parent (by its number) a merge reverts, against that parent."""

    number: int
    paths: Mapping[str, TreeChange]


def find_reverted(repo: Repo, changes: CommitChanges) -> Iterator[Reverted]:
    """Find what a merge reverts of each parent; nothing for a commit that is not a merge."""
    for number in range(len(changes.against)) if changes.is_merge else ():
        found = _MergeParent(repo, changes, number).find_reverted_paths()
        if found:
            yield Reverted(number, found)


class _MergeParent:
    """One parent of a merge, and its merge bases with each other parent."""

    def __init__(self, repo: Repo, changes: CommitChanges, number: int) -> None:
        self._repo, self._changes, self._number = repo, changes, number
        self._bases: dict[int, list[TreeEditor] | None] = {}

    def find_reverted_paths(self) -> dict[str, TreeChange]:
        """Find the paths of the org that differ from this parent although no other parent changed them."""
        rows = self._changes.against[self._number].items()
        return {path: entry for path, entry in rows if is_of_org(path) and self._is_undone(entry)}

    def _is_undone(self, entry: TreeChange) -> bool:
        """Whether every parent that has the merged version has not changed it since its merge base with this parent."""
        against = self._changes.against
        sources = [number for number, rows in enumerate(against) if entry.path not in rows]
        return bool(sources) and all(self._is_base_version(entry, other) for other in sources)

    def _is_base_version(self, entry: TreeChange, other: int) -> bool:
        """Whether the merged version is that of the merge bases with a parent.

        True for unrelated histories. False in a shallow clone, where merge bases may be missing.
        """
        bases = self._merge_bases(other)
        nodes = [base.find_entry(entry.path) for base in bases or ()]
        now = (entry.new_mode, entry.new)
        return bases is not None and all(((node.mode, node.id) if node else (None, None)) == now for node in nodes)

    def _merge_bases(self, other: int) -> list[TreeEditor] | None:
        if other not in self._bases:
            parents = self._changes.commit.parents
            found = [
                open_tree(self._repo, base, checked=False)
                for base in find_common_ancestors(self._repo, parents[self._number], parents[other])
            ]
            self._bases[other] = found if found or not is_shallow_clone(self._repo) else None
        return self._bases[other]
