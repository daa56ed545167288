"""The commits that touched each of many seats, from one pass over the history instead of one for each seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from orgtp.git.log import list_commits_touching_folders
from orgtp.git.repo import Repo
from orgtp.git.tree import open_tree
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import Commit

_FOLDERS = ("seats", "retirements")


@dataclass
class _Stretch:
    """Commits one after another without a merge, newest first, by the paths that they touched.

    `merge` is the merge before the oldest of them; None where the history begins.
    """

    touching: dict[str, list[tuple[int, Commit]]] = field(default_factory=dict)
    merge: Commit | None = None


@dataclass
class SeatLines:
    """The history of the seats' folders at `head`, read once."""

    repo: Repo
    commits: dict[str, Commit]
    first: str
    _stretches: dict[str, _Stretch] = field(default_factory=dict)
    _differing: dict[str, list[set[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, repo: Repo, head: str) -> SeatLines:
        """Read the history that leads to `head`. Raises `GitFailed`."""
        listed = list_commits_touching_folders(repo, head, _FOLDERS)
        return cls(repo, {commit.id: commit for commit in listed}, listed[0].id if listed else "")

    def find_commits(self, paths: Sequence[str]) -> list[Commit] | None:
        """The commits that touched `paths`, oldest first, as `list_commits_touching` finds them.

        None if they are not one line, because a merge differs from all its parents there: git has to be asked then.
        """
        found: list[Commit] = []
        here = self.first
        while here:
            stretch = self._find_stretch(here)
            touching = {number: one for path in paths for number, one in stretch.touching.get(path, ())}
            found += [touching[number] for number in sorted(touching)]
            if stretch.merge is None:
                break
            # Git follows the first parent that has the same files.
            differing = self._compare_parents(stretch.merge)
            same = (number for number, changed in enumerate(differing) if changed.isdisjoint(paths))
            followed = next(same, None)
            if followed is None:
                return None
            here = stretch.merge.parents[followed]
        return found[::-1]

    def _find_stretch(self, first: str) -> _Stretch:
        if first not in self._stretches:
            self._stretches[first] = found = _Stretch()
            number, here = 0, self.commits.get(first)
            while here is not None and len(here.parents) <= 1:
                for one in here.paths:
                    found.touching.setdefault(one.path, []).append((number, here))
                number, here = number + 1, self.commits.get(here.parents[0]) if here.parents else None
            found.merge = here
        return self._stretches[first]

    def _compare_parents(self, merge: Commit) -> list[set[str]]:
        """The paths that differ between a merge and each of its parents."""
        if merge.id not in self._differing:
            after = self._list_files(merge.id)
            befores = map(self._list_files, merge.parents)
            self._differing[merge.id] = [{path for path, _ in after ^ before} for before in befores]
        return self._differing[merge.id]

    def _list_files(self, commit: str) -> set[tuple[str, object]]:
        tree = open_tree(self.repo, commit)
        return {(f"{folder}/{name}", node) for folder in _FOLDERS for name, node in tree.list_entries(folder).items()}
